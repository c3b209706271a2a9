"""Three items written independently for other engines come out as ours do, for ten thousand invented people."""

from datetime import date

import pytest

from backend.policy.eligibility import ELIGIBLE, NOT_ELIGIBLE, REFER_VERDICT
from benchmarks import peers
from benchmarks.shared_items import CITY, ITEMS, people, write
from tests.servers import lacking

PEOPLE = 10_000
CODES = {NOT_ELIGIBLE: 0, REFER_VERDICT: 1, ELIGIBLE: 2}


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    """The invented people in a file."""
    path = tmp_path_factory.mktemp("peers") / "people.jsonl"
    write(path, PEOPLE)
    return path


@pytest.fixture(scope="module")
def ours(packs):
    """Our verdicts and amounts, in the peers' writing."""
    pack = packs[CITY]
    return [_judged(pack, one) for one in people(PEOPLE)]


def _judged(pack, one):
    day = date.fromisoformat(one["as_of"])
    verdicts = pack.on(day).judge_all(pack.vocabulary.parse(one["facts"]), day, ITEMS)
    return [value for verdict in verdicts for value in (CODES[verdict.verdict], verdict.amount.value or 0)]


@pytest.mark.parametrize("peer", ["openfisca_items", "zen_items"])
def test_a_peer_comes_to_the_same_verdicts_and_amounts(ours, population, peer):
    try:
        _, theirs = peers.run(peer, population)
    except peers.NoPeers as reason:
        lacking(str(reason))
    assert [n for n, (mine, other) in enumerate(zip(ours, theirs, strict=True)) if mine != other] == []


def test_every_verdict_comes_up_often_for_every_item(ours):
    for place in range(0, 2 * len(ITEMS), 2):
        counts = [sum(row[place] == code for row in ours) for code in CODES.values()]
        assert min(counts) > PEOPLE // 250, (ITEMS[place // 2], counts)
