"""Every pack loads, and every worked example in it holds."""

import pytest

from backend.policy.check import failures, read_examples
from backend.policy.loader import PACKS

EXAMPLES = [example for folder in sorted(PACKS.glob("*/examples")) for example in read_examples(folder.parent.name)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.where} {example.says}"[:80])
def test_the_worked_example_holds(packs, example):
    assert failures(packs[example.where.partition("/")[0]], example) == []


def test_there_are_at_least_three_hundred_worked_examples():
    assert len(EXAMPLES) >= 300
