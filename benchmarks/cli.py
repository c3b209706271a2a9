"""`./talent bench`: run the measurements, some of them, or one of them with arguments of its own."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile


@dataclass(frozen=True)
class Bench:
    """A measurement: the module that is run, what it measures, and whether it belongs to the usual run."""

    module: str
    line: str
    usual: bool = True


BENCHES = {
    "policy": Bench("benchmarks.policy_speed", "persons judged a second, beside OpenFisca and Zen"),
    "replay": Bench("benchmarks.policy_replay", "100,000 persons under the rules of two days, shares included"),
    "wechat": Bench("benchmarks.wechat_throughput", "messages a second beside a bare HTTP client, and their wait"),
    "soak": Bench("benchmarks.wechat_soak", "100,000 reminders with faults and killed workers", usual=False),
    "fuzz": Bench("benchmarks.wechat_fuzz", "ten minutes of spiteful requests to the push addresses", usual=False),
    "casework": Bench("benchmarks.casework", "a million cases in PostgreSQL: fill, measure, export", usual=False),
    "figures": Bench("benchmarks.mutate_figures", "every figure of the packs changed, one at a time", usual=False),
}


def main(arguments: Sequence[str]) -> int:
    """`./talent bench [NAME… [ARGUMENTS]]`: without a name all usual ones; return the worst exit status."""
    listing = "\n".join(f"  {name:<10} {bench.line}" for name, bench in BENCHES.items())
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="./talent bench", description=listing, formatter_class=form)
    parser.add_argument("name", nargs="?", choices=BENCHES)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="more names, or what is passed on to the only one")
    options = parser.parse_args(arguments)
    more = list(takewhile(BENCHES.__contains__, options.arguments))
    chosen = [options.name, *more] if options.name else [name for name, bench in BENCHES.items() if bench.usual]
    return max(_run(BENCHES[name], options.arguments[len(more) :]) for name in chosen)


def _run(bench: Bench, arguments: Sequence[str]) -> int:
    print(f"— {bench.line}", flush=True)
    return subprocess.run([sys.executable, "-m", bench.module, *arguments], check=False).returncode
