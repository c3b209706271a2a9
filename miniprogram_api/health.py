"""Whether the process lives (`/healthz`, at once) and whether the platform can work (`/readyz`, names what cannot)."""

from flask import Blueprint, Response, jsonify

from backend.run.health import not_ready
from backend.settings import Settings


def create_blueprint(settings: Settings) -> Blueprint:
    """Return the two addresses for load balancers and the start command."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        """Answer at once, whatever the rest of the platform does."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Answer 200 only when database, Redis, worker, actions and Rasa's model all answer."""
        missing = not_ready(settings)
        return jsonify(not_ready=missing), 503 if missing else 200

    return blueprint
