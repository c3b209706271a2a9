"""Settings, read once from the environment.

This is the only module that reads the environment. `Settings.from_environment` refuses to start when a secret is
missing outside sandbox mode; sandbox mode is on while no WeChat app id is configured, and there the start command
provides generated secrets.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingsError(Exception):
    """A setting is missing or malformed. `names` holds the environment variables concerned."""

    def __init__(self, message: str, *names: str):
        super().__init__(message)
        self.names = names


@dataclass(frozen=True)
class WeChatAccount:
    """One WeChat account (mini-program or official account) and the secrets of its push URL."""

    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything the processes need to know of their surroundings. Frozen; pass it on, never re-read."""

    host: str
    port: int
    data_dir: Path
    database_url: str
    redis_url: str
    sandbox: bool
    wechat_base_url: str
    mini_program: WeChatAccount
    official_account: WeChatAccount
    master_keys: Mapping[str, bytes] = field(repr=False)
    master_key_id: str
    cipher: str
    lookup_key: bytes = field(repr=False)
    session_key: bytes = field(repr=False)
    policy_sources: Path | None
    rasa_url: str
    actions_url: str
    public_url: str
    action_token: str = field(repr=False)

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Build the settings from `env` (the process environment by default).

        Ports other than PORT derive from it: actions +1, Rasa +2, WeChat sandbox +3, Redis +4.
        Raises SettingsError naming each missing or malformed variable.
        """
        env = os.environ if env is None else env
        host, port = env.get("HOST", "127.0.0.1"), int(env.get("PORT", "8000"))
        data_dir = Path(env.get("DATA_DIR", "./var")).resolve()
        sandbox = not env.get("WECHAT_APP_ID")
        required = ["TALENT_MASTER_KEYS", "TALENT_LOOKUP_KEY", "TALENT_SESSION_KEY", "TALENT_ACTION_TOKEN"]
        if not sandbox:
            required += ["WECHAT_SECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY"]
        missing = [name for name in required if not env.get(name)]
        if missing:
            raise SettingsError(f"missing in the environment: {', '.join(missing)}", *missing)
        keys = _master_keys(env["TALENT_MASTER_KEYS"])
        return cls(
            host=host,
            port=port,
            data_dir=data_dir,
            database_url=env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'talent.db'}",
            redis_url=env.get("REDIS_URL") or f"redis://127.0.0.1:{port + 4}/0",
            sandbox=sandbox,
            wechat_base_url=env.get("WECHAT_BASE_URL")
            or (f"http://127.0.0.1:{port + 3}" if sandbox else "https://api.weixin.qq.com"),
            mini_program=_account(env, "WECHAT", "wxsandbox00000001"),
            official_account=_account(env, "WECHAT_OA", "wxsandbox00000002"),
            master_keys=keys,
            master_key_id=env.get("TALENT_MASTER_KEY_ID") or next(iter(keys)),
            cipher=env.get("TALENT_CIPHER", "SM4-GCM"),
            lookup_key=_secret(env, "TALENT_LOOKUP_KEY"),
            session_key=_secret(env, "TALENT_SESSION_KEY"),
            policy_sources=Path(env["POLICY_SOURCES"]).resolve() if env.get("POLICY_SOURCES") else None,
            rasa_url=env.get("RASA_URL") or f"http://127.0.0.1:{port + 2}",
            actions_url=env.get("ACTIONS_URL") or f"http://127.0.0.1:{port + 1}",
            public_url=env.get("PUBLIC_URL") or f"http://{host}:{port}",
            action_token=env["TALENT_ACTION_TOKEN"],
        )


def _account(env: Mapping[str, str], prefix: str, sandbox_app_id: str) -> WeChatAccount:
    """Read one account; in sandbox mode the sandbox platform knows the fallback values, which guard nothing real."""
    return WeChatAccount(
        app_id=env.get(f"{prefix}_APP_ID") or sandbox_app_id,
        secret=env.get(f"{prefix}_SECRET") or "sandbox-secret",
        token=env.get(f"{prefix}_TOKEN") or "sandboxtoken",
        aes_key=env.get(f"{prefix}_AES_KEY") or "s" * 42 + "A",
    )


def _master_keys(text: str) -> dict[str, bytes]:
    """Parse `id:base64key,id:base64key`; every key has 32 bytes."""
    keys = {}
    for pair in text.split(","):
        key_id, _, encoded = pair.strip().partition(":")
        key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        if not key_id or len(key) != 32:
            raise SettingsError("TALENT_MASTER_KEYS must be id:base64 of 32 bytes, comma separated", "TALENT_MASTER_KEYS")
        keys[key_id] = key
    return keys


def _secret(env: Mapping[str, str], name: str) -> bytes:
    """Read a base64 secret of at least 32 bytes."""
    value = base64.urlsafe_b64decode(env[name] + "=" * (-len(env[name]) % 4))
    if len(value) < 32:
        raise SettingsError(f"{name} must be base64 of at least 32 bytes", name)
    return value
