"""Persons a second on one core: every item of a city in full, and three items beside OpenFisca and Zen in the same run.

    python -m benchmarks.policy_speed [--people 2000] [--repeats 5] [--json]

In full means all that a counter clerk or an auditor may ask of a verdict: the outcome of every condition, what is unmet
and in doubt with its clauses, what is missing, the amount with its tier and shares, the citations. Speeds are of
processor time, of every portion of people the quickest of some repeats, because machines are noisy; ratios hold.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from backend.policy import Pack, load_packs
from backend.policy.check import read_examples
from backend.policy.eligibility import Verdict
from benchmarks import peers
from benchmarks.peers.timing import undisturbed
from benchmarks.shared_items import CITY, ITEMS, people, write

Person = tuple[date, dict[str, Any]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    pack = load_packs()[CITY]
    found = ours(pack, chosen.people, chosen.repeats) | theirs(chosen.people)
    print(json.dumps(found, ensure_ascii=False) if chosen.json else "\n".join(_lines(pack, found)))


# --- ours -------------------------------------------------------------------------------------------------------------


def ours(pack: Pack, number: int, repeats: int) -> dict[str, float]:
    """Return our speeds in persons a second."""
    invented = [(date.fromisoformat(one["as_of"]), pack.vocabulary.parse(one["facts"])) for one in people(number)]
    from_examples = [(e.as_of, pack.vocabulary.parse(e.facts)) for e in read_examples(pack.city.id)]
    return {
        "all_items": _speed(pack, invented, None, repeats),
        "all_items_examples": _speed(pack, from_examples, None, repeats),
        "item_by_item": _speed(pack, invented, list(pack.items), repeats, _judge_each),
        "shared_items": _speed(pack, invented, ITEMS, repeats),
    }


def _speed(pack: Pack, persons: Sequence[Person], items: Sequence[str] | None, repeats: int, judge=None) -> float:
    judge = judge or _judge
    judge(pack, persons[:100], items)
    return len(persons) / undisturbed(lambda some: judge(pack, some, items), persons, repeats)


def _judge(pack: Pack, persons: Iterable[Person], items: Sequence[str] | None) -> None:
    for day, facts in persons:
        for verdict in pack.on(day).judge_all(facts, day, items):
            read_in_full(verdict)


def _judge_each(pack: Pack, persons: Iterable[Person], items: Sequence[str]) -> None:
    """Ask for one item after another, as a client that knows no better does."""
    for day, facts in persons:
        rules = pack.on(day)
        for item in items:
            read_in_full(rules.judge(item, facts, day))


def read_in_full(verdict: Verdict) -> tuple[Any, ...]:
    """Read everything a verdict says, the trace of its conditions included."""
    return (
        verdict.verdict,
        verdict.outcomes,
        verdict.unmet,
        verdict.refer,
        verdict.missing,
        verdict.amount,
        verdict.citations,
    )


# --- the peers --------------------------------------------------------------------------------------------------------


def theirs(number: int) -> dict[str, float]:
    """Return the peers' speeds in persons a second; nothing where their environment is missing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.jsonl"
        write(path, number)
        try:
            fisca, zen = peers.run("openfisca_items", path)[0], peers.run("zen_items", path)[0]
        except peers.NoPeers as reason:
            print(reason)
            return {}
    return {
        "openfisca_alone": fisca["few"] / fisca["alone"],
        "openfisca_vectorised": fisca["people"] / fisca["vectorised"],
        "zen": zen["people"] / zen["plain"],
        "zen_traced": zen["people"] / zen["traced"],
    }


# --- the table --------------------------------------------------------------------------------------------------------

TITLES = {
    "shared_items": "本引擎，带逐条结果、理由、引用、金额和缺项",
    "openfisca_alone": "OpenFisca，一人一次模拟",
    "openfisca_vectorised": "OpenFisca，全体一次模拟（向量化；没有逐条结果和引用）",
    "zen": "GoRules Zen（没有逐条结果）",
    "zen_traced": "GoRules Zen，带 trace",
}


def _lines(pack: Pack, found: dict[str, float]) -> Iterable[str]:
    yield "每秒能判断多少人（一个核，处理器时间）"
    yield f"{pack.city.name}全部 {len(pack.items)} 个事项，完整判断"
    yield f"  {found['all_items']:>9,.0f}  虚构的人"
    yield f"  {found['all_items_examples']:>9,.0f}  例子里的人"
    yield f"  {found['item_by_item']:>9,.0f}  虚构的人，一个事项一个事项地问"
    yield f"其中三个共用事项（{'、'.join(pack.items[id_].name for id_ in ITEMS)}）"
    for name, title in TITLES.items():
        if name in found:
            ratio = "" if name == "shared_items" else f"，本引擎是它的 {found['shared_items'] / found[name]:.2g} 倍"
            yield f"  {found[name]:>9,.0f}  {title}{ratio}"


if __name__ == "__main__":
    main()
