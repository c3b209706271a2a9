"""Screens as JSON; the parameters are the query string."""

from flask import request

from miniprogram_api import doors, policy, views, wire
from miniprogram_api.routes import api


@api.get("/screens/<name>", responses={200: wire.ScreenAnswer})
def screen(path: wire.ScreenName):
    """Return one screen. Some are open to all; the others want a session."""
    params = {key: value[:200] for key, value in request.args.items()}
    city = doors.city_of(params.get("city"), policy.first_city())
    asked = views.Asked(doors.me_or_nobody(), params, policy.pack_named(city), doors.now())
    return wire.ScreenAnswer(screen=views.compose(path.name, asked))
