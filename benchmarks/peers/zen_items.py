"""The three shared items as GoRules decision models (zen/*.json), written from the articles and without our packs.

    python zen_items.py PEOPLE.jsonl > RESULTS.jsonl     one line a person: [verdict, amount] for each item

Verdicts are numbers: 0 not eligible, 1 refer, 2 eligible. Runs in the peers' environment; imports nothing of ours.
"""

import json
import sys
from pathlib import Path

import zen
from lengths import inputs, read
from timing import undisturbed

MODELS = Path(__file__).parent / "zen"
ITEMS = ("urgent_talent_recognition", "living_allowance", "startup_subsidy")


def engine() -> zen.ZenEngine:
    """Return the engine; its loader hands out the models, read and compiled once."""
    models = {name: zen.ZenDecisionContent((MODELS / f"{name}.json").read_text(encoding="utf8")) for name in ITEMS}
    return zen.ZenEngine({"loader": models.__getitem__})


def judge(rules: zen.ZenEngine, facts: dict, options: dict) -> list:
    """Return the verdict and amount of each item for one person's facts."""
    found = (rules.evaluate(name, facts, options)["result"] for name in ITEMS)
    return [value for result in found for value in (result["verdict"], result.get("amount", 0))]


def main(path: str) -> None:
    """Judge the people of a file; the seconds it takes, plainly and with a trace, go to standard error."""
    rows, rules = [inputs(one) for one in read(path)], engine()
    seconds = {
        name: undisturbed(lambda some, options=options: [judge(rules, facts, options) for facts in some], rows)
        for name, options in (("plain", {}), ("traced", {"trace": True}))
    }
    print(json.dumps({"people": len(rows), **seconds}), file=sys.stderr)
    for facts in rows:
        print(json.dumps(judge(rules, facts, {})))


if __name__ == "__main__":
    main(sys.argv[1])
