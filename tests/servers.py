"""What tests may start: a PostgreSQL of their own, a browser, and ports that nobody else uses."""

import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
BROWSER_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


required = False
"""Set by `--require-servers`: what is lacking then fails the test instead of skipping it."""


def lacking(reason: str) -> NoReturn:
    """Skip the test that needs what this machine does not have, or fail it where everything must be there."""
    if required:
        pytest.fail(reason)
    pytest.skip(reason)


def free_ports(count: int = 5) -> int:
    """Return the first of `count` ports in a row that are free on loopback now."""
    while True:
        first = random.randint(20_000, 32_000)  # below the range from which the system gives ports away
        if all(_free(port) for port in range(first, first + count)):
            return first


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def browser_program() -> str:
    """Return the path of a Chromium; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or lacking("no Chromium on PATH")


CARELESS = ("fsync", "synchronous_commit", "full_page_writes")
"""Settings of PostgreSQL that keep data over a power cut: a test's data dies with the test."""


def postgres_server() -> "PackagedPostgres | InstalledPostgres":
    """Return a running PostgreSQL: the one from PyPI, else the one installed here; skips where there is neither."""
    try:
        import pgserver
    except ImportError:
        return InstalledPostgres()
    home = Path(tempfile.mkdtemp(prefix="pg-"))  # not pytest's folder: root's is closed to the server's own user
    return PackagedPostgres(pgserver.get_server(home / "data", cleanup_mode="delete"), home)


class PackagedPostgres:
    """The server that the package pgserver carries; it starts as root too."""

    def __init__(self, server, home: Path):
        self._server, self._home = server, home
        for name in CARELESS:
            server.psql(f"ALTER SYSTEM SET {name} = off")
        server.psql("SELECT pg_reload_conf()")

    def psql(self, command: str) -> None:
        """Run one SQL command as the owner."""
        self._server.psql(command)

    def url(self, name: str) -> str:
        """Return the address of a database of this server."""
        return self._server.get_uri(name)

    def stop(self) -> None:
        """Stop the server this run started and forget its data."""
        self._server.cleanup()
        shutil.rmtree(self._home, ignore_errors=True)


class InstalledPostgres:
    """The system's PostgreSQL on a socket of its own. It refuses to run as root, so root lends it another user."""

    def __init__(self):
        programs = postgres_programs() or lacking("no PostgreSQL: neither pgserver nor an installed server")
        self._programs, self._user = programs, _unprivileged()
        self._home = Path(tempfile.mkdtemp(prefix="pg-"))
        if self._user:
            shutil.chown(self._home, self._user, pwd.getpwnam(self._user).pw_gid)
        self._run("initdb", "-D", str(self._home / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8")
        careless = " ".join(f"-c {name}=off" for name in CARELESS)
        options = f"-c listen_addresses='' {careless} -k {self._home}"
        self._run("pg_ctl", "-D", str(self._home / "data"), "-w", "-l", str(self._home / "log"), "-o", options, "start")

    def psql(self, command: str) -> None:
        """Run one SQL command as the owner."""
        self._run("psql", "-h", str(self._home), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-c", command)

    def url(self, name: str) -> str:
        """Return the address of a database of this server."""
        return f"postgresql://postgres:@/{name}?host={self._home}"

    def stop(self) -> None:
        """Stop the server this run started and forget its data."""
        self._run("pg_ctl", "-D", str(self._home / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, user=self._user, cwd=self._home, stdout=subprocess.DEVNULL)


def postgres_programs() -> Path | None:
    """Return the folder with initdb, pg_ctl and psql, the newest version first."""
    on_path = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]), reverse=True)
    found = [Path(on_path).resolve().parent] if on_path else installed
    return next((path for path in found if (path / "pg_ctl").exists() and (path / "psql").exists()), None)


def _unprivileged() -> str | None:
    """Return the user that runs the server: ourselves (none) unless we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
