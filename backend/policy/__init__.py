"""Policy packs and the law that computes: pure, no clock, no store, no network.

packs = load_packs()
rules = packs[city].on(date(2021, 4, 1))
verdict = rules.judge("living_allowance", facts, as_of)
"""

from backend.policy.catalogue import Pack, Packs, UnknownCity, UnknownItem
from backend.policy.eligibility import Ruleset, Verdict
from backend.policy.loader import PackError, load_packs
from backend.policy.vocabulary import FactError, Vocabulary

__all__ = [
    "FactError",
    "Pack",
    "PackError",
    "Packs",
    "Ruleset",
    "UnknownCity",
    "UnknownItem",
    "Verdict",
    "Vocabulary",
    "load_packs",
]
