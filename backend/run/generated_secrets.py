"""Secrets that the start command generates once, into DATA_DIR/secrets.env, readable by their owner alone.

In sandbox mode these are all that the platform needs; in production the operator gives the platform's secrets and only
the password of the embedded Redis is generated. What is there is never changed: with a new master key nothing sealed
before could be opened.
"""

import fcntl
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from backend.settings import EMBEDDED_SECRETS, SECRETS

FILE = "secrets.env"


def provide_secrets(env: Mapping[str, str]) -> Path:
    """Add what is missing to DATA_DIR/secrets.env for the mode that `env` describes; return the path of the file."""
    data_dir = Path(env.get("DATA_DIR") or "./var").resolve()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data_dir / FILE
    wanted = EMBEDDED_SECRETS if env.get("WECHAT_APP_ID") else (*SECRETS, *EMBEDDED_SECRETS)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        present = {line.partition("=")[0] for line in file}
        file.writelines(f"{name}={_generate(name)}\n" for name in wanted if name not in present)
    return path


def _generate(name: str) -> str:
    """Return a fresh secret in the form backend/settings.py reads."""
    key = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return f"sandbox1:{key}" if name == "TALENT_MASTER_KEYS" else key
