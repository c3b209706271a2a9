"""Settings, read once from the environment.

This is the only module that reads the environment. `Settings.from_environment` refuses to start when a secret is
missing outside sandbox mode; sandbox mode is on while no WeChat app id is configured, and there the secrets come from
`DATA_DIR/secrets.env`, which the start command generates once (backend/run/generated_secrets.py).
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

SECRETS = ("TALENT_MASTER_KEYS", "TALENT_LOOKUP_KEY", "TALENT_SESSION_KEY", "TALENT_ACTION_TOKEN")
"""Secrets an operator must give; generated in sandbox mode."""
WECHAT_SECRETS = ("WECHAT_SECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY")
MASTER_KEYS_FORM = "TALENT_MASTER_KEYS 要写成“编号:base64”，每个密钥 32 字节，多个之间用英文逗号隔开。"
EMBEDDED_SECRETS = ("TALENT_REDIS_PASSWORD",)
"""Secrets of what the start command itself brings up; generated in every mode."""


class SettingsError(Exception):
    """A setting is missing or malformed. `names` holds the environment variables concerned; the message is Chinese."""

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
class Messaging:
    """How messages leave the house: pace, quiet hours, which push bodies are taken, text messages."""

    senders: int = 64
    per_second: int = 500
    quiet_from: time | None = None
    quiet_until: time | None = None
    program_state: str = "formal"
    allow_plain_push: bool = False
    template_ids: Mapping[str, str] = field(default_factory=dict)
    sms_url: str | None = None
    sms_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, env: Mapping[str, str], sandbox: bool) -> "Messaging":
        """Read WECHAT_SENDERS, WECHAT_SENDS_PER_SECOND, QUIET_HOURS, WECHAT_PROGRAM_STATE, WECHAT_PUSH_PLAIN,
        WECHAT_TEMPLATE_IDS, SMS_URL and SMS_KEY. The sandbox has no quiet hours and takes plain pushes.
        """
        quiet = env.get("QUIET_HOURS") or ("off" if sandbox else "21:00-08:00")
        begin, _, end = quiet.partition("-")
        return cls(
            senders=_number(env, "WECHAT_SENDERS", 64),
            per_second=_number(env, "WECHAT_SENDS_PER_SECOND", 500),
            quiet_from=None if quiet == "off" else time.fromisoformat(begin),
            quiet_until=None if quiet == "off" else time.fromisoformat(end),
            program_state=env.get("WECHAT_PROGRAM_STATE") or "formal",
            allow_plain_push=(env.get("WECHAT_PUSH_PLAIN") or ("yes" if sandbox else "no")) == "yes",
            template_ids=dict(pair.split("=", 1) for pair in (env.get("WECHAT_TEMPLATE_IDS") or "").split(",") if pair),
            sms_url=env.get("SMS_URL") or None,
            sms_key=env.get("SMS_KEY") or "",
        )


@dataclass(frozen=True)
class SingleSignOn:
    """The city's own login (OpenID Connect) for staff: who issues it, and as which client we are known there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "统一身份认证"

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "SingleSignOn | None":
        """Read OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_NAME; None where none of them is set.

        Raises SettingsError where some are missing.
        """
        names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
        missing = [name for name in names if not env.get(name)]
        if len(missing) == len(names):
            return None
        if missing:
            raise SettingsError(f"单点登录的设置不完整，还缺 {'、'.join(missing)}；不用单点登录就全部留空。", *missing)
        issuer, client_id, secret = (env[name] for name in names)
        return cls(issuer.rstrip("/"), client_id, secret, env.get("OIDC_NAME") or cls.name)


@dataclass(frozen=True)
class Settings:
    """Everything the processes need to know of their surroundings. Frozen; pass it on, never re-read."""

    host: str
    port: int
    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    sandbox: bool
    wechat_base_url: str
    mini_program: WeChatAccount
    official_account: WeChatAccount | None
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
    models_dir: Path = Path("var/models")
    messaging: Messaging = Messaging()
    web_workers: int = 2
    embedded_redis: bool = True
    sign_on: SingleSignOn | None = None

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Build the settings from `env` (the process environment by default).

        Ports other than PORT derive from it: actions +1, Rasa +2, WeChat sandbox +3, Redis +4.
        Raises SettingsError naming each missing or malformed variable.
        """
        env = os.environ if env is None else env
        host, port = env.get("HOST") or "127.0.0.1", _port(env)
        data_dir = Path(env.get("DATA_DIR") or "./var").resolve()
        sandbox = not env.get("WECHAT_APP_ID")
        env = {**_generated_secrets(data_dir, sandbox), **{name: value for name, value in env.items() if value}}
        missing = [name for name in (*SECRETS, *(() if sandbox else WECHAT_SECRETS)) if not env.get(name)]
        if missing:
            raise SettingsError(
                f"缺少环境变量 {'、'.join(missing)}，请设置后再启动（见 docs/operations.md）。", *missing
            )
        keys = _master_keys(env["TALENT_MASTER_KEYS"])
        return cls(
            host=host,
            port=port,
            data_dir=data_dir,
            database_url=env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'talent.db'}",
            redis_url=env.get("REDIS_URL") or _embedded_redis_url(env, port),
            sandbox=sandbox,
            wechat_base_url=env.get("WECHAT_BASE_URL")
            or (f"http://127.0.0.1:{port + 3}" if sandbox else "https://api.weixin.qq.com"),
            mini_program=_account(env, "WECHAT", "wxsandbox00000001"),
            official_account=_official_account(env, sandbox),
            master_keys=keys,
            master_key_id=env.get("TALENT_MASTER_KEY_ID") or next(iter(keys)),
            cipher=env.get("TALENT_CIPHER", "SM4-GCM"),
            lookup_key=_secret(env, "TALENT_LOOKUP_KEY"),
            session_key=_secret(env, "TALENT_SESSION_KEY"),
            policy_sources=Path(env["POLICY_SOURCES"]).resolve() if env.get("POLICY_SOURCES") else None,
            rasa_url=env.get("RASA_URL") or f"http://127.0.0.1:{port + 2}",
            actions_url=env.get("ACTIONS_URL") or f"http://127.0.0.1:{port + 1}",
            public_url=env.get("PUBLIC_URL") or f"http://{reachable(host)}:{port}",
            action_token=env["TALENT_ACTION_TOKEN"],
            messaging=Messaging.from_environment(env, sandbox),
            models_dir=Path(env.get("MODELS_DIR") or data_dir / "models").resolve(),
            web_workers=_number(env, "WEB_WORKERS", 2),
            embedded_redis=not env.get("REDIS_URL"),
            sign_on=SingleSignOn.from_environment(env),
        )


def process_environment() -> dict[str, str]:
    """Return a copy of the environment of this process, for the processes it starts."""
    return dict(os.environ)


def _generated_secrets(data_dir: Path, sandbox: bool) -> dict[str, str]:
    """Read DATA_DIR/secrets.env; a production process takes nothing from it but the embedded servers' passwords."""
    path = data_dir / "secrets.env"
    lines = path.read_text().splitlines() if path.is_file() else []
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, _, value in pairs if name in EMBEDDED_SECRETS or (sandbox and name in SECRETS)}


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    """Read a whole number of at least one."""
    text = env.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name} 要是大于 0 的整数，现在是 {text}。", name)
    return int(text)


def _port(env: Mapping[str, str]) -> int:
    """Read PORT; the four ports after it are used too."""
    text = env.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) <= 65531:
        raise SettingsError(f"PORT 要是 1 到 65531 之间的整数，现在是 {text}。", "PORT")
    return int(text)


def _embedded_redis_url(env: Mapping[str, str], port: int) -> str:
    """Return the address of the Redis the start command brings up; a password keeps the host's other users out."""
    password = env.get("TALENT_REDIS_PASSWORD")
    return f"redis://{f':{password}@' if password else ''}127.0.0.1:{port + 4}/0"


def reachable(host: str) -> str:
    """Return a host people can open in a browser for an address to listen on."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _account(env: Mapping[str, str], prefix: str, sandbox_app_id: str) -> WeChatAccount:
    """Read one account; in sandbox mode the sandbox platform knows the fallback values, which guard nothing real."""
    return WeChatAccount(
        app_id=env.get(f"{prefix}_APP_ID") or sandbox_app_id,
        secret=env.get(f"{prefix}_SECRET") or "sandbox-secret",
        token=env.get(f"{prefix}_TOKEN") or "sandboxtoken",
        aes_key=env.get(f"{prefix}_AES_KEY") or "s" * 42 + "A",
    )


def _official_account(env: Mapping[str, str], sandbox: bool) -> WeChatAccount | None:
    """Read the official account. A real platform may have none; the well-known fallback values never serve there."""
    names = [f"WECHAT_OA_{part}" for part in ("APP_ID", "SECRET", "TOKEN", "AES_KEY")]
    missing = [name for name in names if not env.get(name)]
    if sandbox or not missing:
        return _account(env, "WECHAT_OA", "wxsandbox00000002")
    if len(missing) == len(names):
        return None
    raise SettingsError(f"公众号的设置不完整，还缺 {'、'.join(missing)}；不用公众号就全部留空。", *missing)


def _master_keys(text: str) -> dict[str, bytes]:
    """Parse `id:base64key,id:base64key`; every key has 32 bytes."""
    keys = {}
    for pair in text.split(","):
        key_id, _, encoded = pair.strip().partition(":")
        key = _decode(encoded)
        if not key_id or len(key) != 32:
            raise SettingsError(MASTER_KEYS_FORM, "TALENT_MASTER_KEYS")
        keys[key_id] = key
    return keys


def _secret(env: Mapping[str, str], name: str) -> bytes:
    """Read a base64 secret of at least 32 bytes."""
    value = _decode(env[name])
    if len(value) < 32:
        raise SettingsError(f"{name} 要写成 base64，至少 32 个字节。", name)
    return value


def _decode(encoded: str) -> bytes:
    """Return the bytes of base64 in either alphabet, with or without padding; none when it is not base64."""
    standard = encoded.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        return b""
