"""The operator's side of Rasa: its guarded HTTP API, asked for its state and warmed up. People's words go elsewhere
(backend/assistant.py)."""

import base64
import hmac
import json

from backend.run.loopback import fetch
from backend.settings import Settings

WARM_UP_SECONDS = 30


def loaded_model(settings: Settings) -> str | None:
    """Return the file of the model that Rasa has loaded, if any. Raises OSError when Rasa does not answer."""
    return json.loads(fetch(f"{settings.rasa_url}/status", headers(settings))).get("model_file")


def warm_up(settings: Settings) -> None:
    """Let Rasa parse one sentence: the first takes seconds, and no person should wait for it. Raises OSError."""
    sentence = json.dumps({"text": "您好，我想了解生活补助"}).encode()
    fetch(f"{settings.rasa_url}/model/parse", headers(settings), sentence, WARM_UP_SECONDS)


def secret(settings: Settings) -> str:
    """Return the secret that guards Rasa's own HTTP API (status, parse); derived, so that it needs no setting."""
    return hmac.digest(settings.action_token.encode(), b"rasa http api", "sha256").hex()


def headers(settings: Settings) -> dict[str, str]:
    """Return the Authorization header (JWT, HS256) that Rasa's HTTP API wants."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"user": {"username": "platform", "role": "admin"}}]
    signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    signature = hmac.digest(secret(settings).encode(), signed.encode(), "sha256")
    return {"Authorization": f"Bearer {signed}.{_base64(signature)}"}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
