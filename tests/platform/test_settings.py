"""Settings are read once, whole, and refuse to start without their secrets."""

from base64 import urlsafe_b64encode

import pytest

from backend.run.generated_secrets import provide_secrets
from backend.settings import SECRETS, Settings, SettingsError

KEY = urlsafe_b64encode(b"k" * 32).decode()
GIVEN = {
    "TALENT_MASTER_KEYS": f"2026:{KEY}",
    "TALENT_LOOKUP_KEY": KEY,
    "TALENT_SESSION_KEY": KEY,
    "TALENT_ACTION_TOKEN": "token-of-the-actions",
}
WECHAT = {"WECHAT_APP_ID": "wx1", "WECHAT_SECRET": "s", "WECHAT_TOKEN": "t", "WECHAT_AES_KEY": "a" * 43}


def test_production_names_every_secret_that_is_missing(tmp_path):
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"WECHAT_APP_ID": "wx1", "DATA_DIR": str(tmp_path)})
    assert set(refused.value.names) == {*SECRETS, "WECHAT_SECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY"}


def test_production_never_takes_secrets_that_the_sandbox_generated(tmp_path):
    provide_secrets({"DATA_DIR": str(tmp_path)})
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**WECHAT, "DATA_DIR": str(tmp_path)})
    assert set(refused.value.names) == set(SECRETS)


def test_sandbox_secrets_are_generated_once_and_only_their_owner_reads_them(tmp_path):
    path = provide_secrets({"DATA_DIR": str(tmp_path)})
    first = Settings.from_environment({"DATA_DIR": str(tmp_path)})
    provide_secrets({"DATA_DIR": str(tmp_path)})
    assert Settings.from_environment({"DATA_DIR": str(tmp_path)}) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_data_directories_share_no_secret(tmp_path):
    for name in ("one", "two"):
        provide_secrets({"DATA_DIR": str(tmp_path / name)})
    one, two = (Settings.from_environment({"DATA_DIR": str(tmp_path / name)}) for name in ("one", "two"))
    assert one.session_key != two.session_key
    assert one.action_token != two.action_token
    assert one.master_keys != two.master_keys


def test_production_generates_only_the_password_of_its_own_redis(tmp_path):
    path = provide_secrets({**WECHAT, "DATA_DIR": str(tmp_path)})
    assert [line.partition("=")[0] for line in path.read_text().splitlines()] == ["TALENT_REDIS_PASSWORD"]


def test_the_embedded_redis_has_a_password_and_a_given_one_is_left_alone(tmp_path):
    provide_secrets({"DATA_DIR": str(tmp_path)})
    embedded = Settings.from_environment({"DATA_DIR": str(tmp_path), "PORT": "9000"})
    given = Settings.from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://cache:6379/2"})
    assert embedded.redis_url.startswith("redis://:")
    assert embedded.redis_url.endswith("@127.0.0.1:9004/0")
    assert (given.redis_url, given.embedded_redis) == ("redis://cache:6379/2", False)


def test_no_secret_shows_when_settings_are_printed(tmp_path):
    env = {
        **GIVEN,
        **WECHAT,
        "DATABASE_URL": "postgresql://u:db-password@db/t",
        "REDIS_URL": "redis://:rd-password@r/0",
    }
    shown = repr(Settings.from_environment({**env, "WECHAT_SECRET": "wechat-secret", "DATA_DIR": str(tmp_path)}))
    assert not [
        secret for secret in (KEY, "token-of", "db-password", "rd-password", "wechat-secret") if secret in shown
    ]


def test_the_other_ports_derive_from_port(tmp_path):
    settings = Settings.from_environment({**GIVEN, "PORT": "9100", "DATA_DIR": str(tmp_path)})
    assert settings.actions_url == "http://127.0.0.1:9101"
    assert settings.rasa_url == "http://127.0.0.1:9102"
    assert settings.wechat_base_url == "http://127.0.0.1:9103"
    assert settings.redis_url == "redis://127.0.0.1:9104/0"


@pytest.mark.parametrize("port", ["0", "65532", "-1", "http", "8000 "])
def test_a_port_that_cannot_be_is_refused_by_name(tmp_path, port):
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**GIVEN, "PORT": port, "DATA_DIR": str(tmp_path)})
    assert refused.value.names == ("PORT",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_WORKERS", "many"),
        ("WEB_WORKERS", "0"),
        ("WECHAT_SENDERS", "-3"),
        ("TALENT_MASTER_KEYS", "nokey"),
        ("TALENT_MASTER_KEYS", f"a:{KEY[:20]}"),
        ("TALENT_MASTER_KEYS", "a:不是密钥"),
        ("TALENT_LOOKUP_KEY", "c2hvcnQ"),
        ("TALENT_SESSION_KEY", "%%%"),
    ],
)
def test_a_malformed_value_is_refused_by_name(tmp_path, name, value):
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**GIVEN, name: value, "DATA_DIR": str(tmp_path)})
    assert refused.value.names == (name,)


def test_production_without_an_official_account_has_none_rather_than_the_well_known_sandbox_one(tmp_path):
    env = {**GIVEN, **WECHAT, "DATA_DIR": str(tmp_path)}
    assert Settings.from_environment(env).official_account is None
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**env, "WECHAT_OA_APP_ID": "wx2"})
    assert set(refused.value.names) == {"WECHAT_OA_SECRET", "WECHAT_OA_TOKEN", "WECHAT_OA_AES_KEY"}


def test_an_address_to_listen_on_everywhere_is_shown_as_one_that_opens(tmp_path):
    settings = Settings.from_environment({**GIVEN, "HOST": "0.0.0.0", "DATA_DIR": str(tmp_path)})  # noqa: S104
    assert settings.public_url == "http://127.0.0.1:8000"
