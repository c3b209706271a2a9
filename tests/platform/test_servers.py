"""The servers that tests stand on."""

import psycopg
import pytest

from tests import servers


@pytest.mark.postgres
def test_an_installed_postgresql_serves_even_when_we_are_root():
    if servers.postgres_programs() is None:
        pytest.skip("no installed PostgreSQL; the packaged one serves the other tests")
    server = servers.InstalledPostgres()
    try:
        server.psql("CREATE DATABASE town")
        with psycopg.connect(server.url("town")) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("town",)
    finally:
        server.stop()


def test_what_is_lacking_skips_a_test_unless_everything_must_be_there(monkeypatch):
    with pytest.raises(pytest.skip.Exception):
        monkeypatch.setattr(servers, "required", False)
        servers.lacking("no browser")
    with pytest.raises(pytest.fail.Exception):
        monkeypatch.setattr(servers, "required", True)
        servers.lacking("no browser")
