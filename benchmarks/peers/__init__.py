"""Other engines that judge the shared items, each a program for the peers' own environment (.talent/peers)."""

import json
import subprocess
from pathlib import Path
from typing import Any

from backend.run.paths import PEERS_PYTHON

HERE = Path(__file__).parent


class NoPeers(Exception):
    """The peers' environment is not there. `./talent test` and `./talent bench` make it."""

    def __init__(self) -> None:
        super().__init__(f"没有对照环境 {PEERS_PYTHON.parents[1]}；运行 ./talent bench 会建立它。")


def run(program: str, people: Path) -> tuple[dict[str, Any], list[list[int]]]:
    """Let a peer judge a file of people (shared_items.write). Return its timings and a row of results for each person.

    A row holds the verdict (0 not eligible, 1 refer, 2 eligible) and the amount in yuan of each shared item. Raises
    NoPeers and CalledProcessError.
    """
    if not PEERS_PYTHON.exists():
        raise NoPeers()
    done = subprocess.run(
        [str(PEERS_PYTHON), str(HERE / f"{program}.py"), str(people)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stderr.splitlines()[-1]), [json.loads(line) for line in done.stdout.splitlines()]
