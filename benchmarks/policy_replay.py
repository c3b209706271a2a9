"""Replay a register of invented people under the rules of two days, shares included; seconds and peak memory.

    python -m benchmarks.policy_replay [--people 100000] [--from 2021-03-22] [--to 2021-03-23]

The people stand in a file of JSON lines, as an operator's register does: reading and checking their facts is part of
what is measured.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from backend.policy import load_packs, money
from backend.policy.replay import Standing, Tally, replay
from backend.policy_people import read_people
from benchmarks.shared_items import CITY, people

AREAS = ("district", "county", "city_direct")
HOME = {"type": "new", "use": "residential", "location": "urban_district", "buyer": "self", "contract_filed": True}


def main() -> None:
    """Write the register, replay it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2021, 3, 22))
    parser.add_argument("--to", dest="second", type=date.fromisoformat, default=date(2021, 3, 23))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.jsonl"
        with path.open("w", encoding="utf8") as stream:
            stream.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in register(chosen.people))
        measure(path, chosen.first, chosen.second)


def register(number: int) -> Iterator[dict[str, Any]]:
    """Yield invented people with everything that the shares depend on; the same ones every time."""
    chance = random.Random(11)
    for n, one in enumerate(people(number)):
        home = HOME | {"signed_on": "2020-06-01", "location": chance.choice(("urban_district", "county"))}
        more = {
            "employer_jurisdiction": chance.choice(AREAS),
            "social_insurance_months_consecutive": chance.choice((0, 3, 12)),
            "purchased_home": home if chance.random() < 0.3 else None,
            "house_subsidy_received": chance.random() < 0.1,
        }
        yield {"id": f"p{n}", **one["facts"], **more}


def measure(path: Path, first: date, second: date) -> None:
    """Replay the register of a file and print what it took and what it found."""
    pack = load_packs()[CITY]
    wall, processor = time.perf_counter(), time.process_time()
    before, after = Standing(pack.on(first), first), Standing(pack.on(second), second)
    tallies = replay(read_people(path, pack.vocabulary), before, after)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    count = sum(next(iter(tallies.values())).moves.values())
    print(f"{count:,} 人，{pack.city.name}全部事项，{first} 和 {second} 两版规定，含各级分担")
    print(f"  {wall:.1f} 秒（处理器 {processor:.1f} 秒），内存最多 {_peak_megabytes():.0f} MB")
    print("\n".join(_money(tallies)))


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _money(tallies: Mapping[str, Tally]) -> Iterator[str]:
    for item, tally in tallies.items():
        for payer in sorted(tally.cost_before | tally.cost_after):
            before, after = money.yuan_of(tally.cost_before[payer]), money.yuan_of(tally.cost_after[payer])
            yield f"  {item:<26}{payer:<12}{before:>18,.2f} → {after:>18,.2f} 元"


if __name__ == "__main__":
    main()
