"""The interface under `/api/v1`: thin routes, one module a topic. A route says who, what, do, show."""

from importlib import import_module
from typing import Any

from flask import Response, current_app, jsonify, make_response, request
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel

from backend.workflow import rulebook
from miniprogram_api import doors, once, wire

ERRORS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503), wire.Error)

api = APIBlueprint(
    "api", __name__, url_prefix="/api/v1", abp_responses=ERRORS, abp_security=[{"session": []}], validate_response=True
)

TOPICS = (
    "session",
    "policy",
    "assistant",
    "screens",
    "facts",
    "applications",
    "papers",
    "messages",
    "privacy",
    "notices",
    "codes",
    "quality",
    "money",
    "employer",
)


def build() -> APIBlueprint:
    """Return the blueprint with every topic's routes."""
    for topic in TOPICS:
        import_module(f"miniprogram_api.routes.{topic}")
    return api


api.teardown_request(rulebook.release)


@api.before_request
def _enter() -> Response | None:
    rulebook.hold()
    doors.open_door()
    return once.recall()


@api.after_request
def _leave(response: Response) -> Response:
    return once.keep(response)


@api.get("/openapi.json", doc_ui=False)
def openapi() -> Response:
    """Return the description of this interface."""
    return jsonify(_true(current_app.api_doc))


def _true(spec: dict[str, Any]) -> dict[str, Any]:
    """Mark the operations that are open to all as such, and the server the addresses belong to."""
    for path in spec["paths"].values():
        for operation in path.values():
            if operation["operationId"] in OPEN_OPERATIONS:
                operation["security"] = [{}, {"session": []}]
    return spec | {"servers": [{"url": request.host_url.rstrip("/")}]}


OPEN_OPERATIONS: set[str] = set()
"""Filled while the routes are described, from `doors.OPEN_TO_ALL`."""


def _operation(*, name: str, path: str, method: str) -> str:
    """Name an operation after its function, so that client code generated from the description reads well."""
    if name in doors.OPEN_TO_ALL:
        OPEN_OPERATIONS.add(name)
    return name


api.operation_id_callback = _operation


def as_declared(result: Any, responses: dict[Any, Any]) -> Response:
    """Return what a route gave as the answer it declared; anything else is a mistake of ours and fails loudly."""
    if isinstance(result, Response):
        return result
    model, status = result if isinstance(result, tuple) else (result, 200)
    declared = responses.get(status)
    if not isinstance(model, BaseModel) or type(model) is not declared:
        raise TypeError(f"{request.endpoint} declares {declared} for {status} and returned {type(model).__name__}")
    response = make_response(model.model_dump_json(exclude_none=model.compact), status)
    response.mimetype = "application/json"
    return response
