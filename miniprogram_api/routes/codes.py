"""Mini-program codes: their pictures for paper, and where one that was scanned leads."""

from flask import Response

from miniprogram_api import codes, wire
from miniprogram_api.routes import api

PNG = {200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}}


@api.get("/codes/<kind>/<id>", responses=PNG)
def page_code(path: wire.CodeOf):
    """Return the mini-program code of a public notice, a city's windows or its services, as a picture to print."""
    return Response(codes.picture(path.kind, path.id), mimetype="image/png")


@api.get("/scenes/<scene>", responses={200: wire.Done})
def scanned(path: wire.Scene):
    """Say which screen a scanned code opens; the client gets `scene` from WeChat when it is started by one."""
    return wire.Done(next=codes.target(path.scene))
