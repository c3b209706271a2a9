"""A verdict on one item for one person on one day, with its reasons; they are worked out when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from backend.policy.benefit import NONE, UNSETTLED, Amount, Computed, tier_questions
from backend.policy.conditions import MISSING, doubts
from backend.policy.lazy import lazy
from backend.policy.questions import worth_asking
from backend.policy.ruling import ELIGIBLE, NEEDS_INFO, NOT_ELIGIBLE, NOT_IN_FORCE, REFER_VERDICT, Ruling
from backend.policy.types import Cites, Item, OpenQuestion, Requirement
from backend.policy.vocabulary import Contradiction

if TYPE_CHECKING:
    from backend.policy.eligibility import Ruleset


class Reason:
    """Why a verdict is what it is: the requirement's id, the facts it looks at, a Chinese sentence, its clauses.

    `ask` is the agency or window to ask. The sentence is written when somebody reads it.
    """

    __slots__ = ("_about", "_text", "ask", "cites", "facts", "id")

    def __init__(
        self,
        id: str,
        facts: tuple[str, ...],
        text: str | Callable[[Any], str],
        cites: Cites,
        ask: str | None = None,
        about: Any = None,
    ):
        self.id, self.facts, self.cites, self.ask, self._text, self._about = id, facts, cites, ask, text, about

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text if isinstance(self._text, str) else self._text(self._about)

    def __repr__(self) -> str:
        return f"<Reason {self.id}: {self.text}>"


@dataclass(frozen=True, slots=True)
class Ground:
    """The facts prepared for judging: with what follows from them, and what contradicts itself.

    `area` is the one whose treasury shares apply, where it is known.
    """

    given: Mapping[str, Any]
    values: Mapping[str, Any]
    contradictions: tuple[Contradiction, ...]
    day: date
    area: str | None = None


@lru_cache(65_536)
def _asked(ruling: Ruling, given: tuple[Any, ...], day: date) -> tuple[str, ...]:
    """The facts worth asking, from the values of those that the pending tests look at."""
    values = {name: value for name, value in zip(ruling.looked_at, given, strict=True) if value is not MISSING}
    return worth_asking([requirement.test for requirement in ruling.pending], values, day)


class Verdict:
    """The verdict on one item for one person on one day.

    `verdict` is one of the words of backend.policy.ruling; it may be another than the ruling's where facts contradict
    each other or a computing method settles it.
    """

    def __init__(
        self,
        rules: Ruleset,
        item: Item,
        ground: Ground,
        verdict: str,
        ruling: Ruling,
        conflicts: Sequence[Contradiction] = (),
        computed: Computed | None = None,
    ):
        self.rules, self.item, self.ground, self.verdict, self.ruling = rules, item, ground, verdict, ruling
        self.conflicts, self.computed = conflicts, computed

    def __repr__(self) -> str:
        return f"<Verdict {self.item.id} {self.verdict}>"

    @property
    def outcomes(self) -> tuple[int, ...]:
        """The result of each condition, in the order of the pack; none while the item is not in force."""
        return self.ruling.outcomes

    @property
    def amount(self) -> Amount:
        """What would be paid or given; none where nothing is due, unknown where the texts leave it open."""
        if self.verdict == REFER_VERDICT:
            return UNSETTLED
        if self.computed is not None and not (self.computed.due and self.verdict == NOT_ELIGIBLE):
            return self.computed.amount
        if self.verdict in (NOT_ELIGIBLE, NOT_IN_FORCE):
            return NONE
        return self.rules.amount_of(self.item, self.ruling, self.ground)

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """The conditions that fail and the exclusions that hold, in the order of the pack."""
        unmet = self.ruling.unmet
        return tuple([self._reason(requirement) for requirement in unmet]) if unmet else ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts still to be asked for a verdict, in the order worth asking; none whose answer cannot matter."""
        if self.verdict != NEEDS_INFO:
            return ()
        given = self.ground.values.get
        asked = _asked(self.ruling, tuple([given(name, MISSING) for name in self.ruling.looked_at]), self.ground.day)
        return asked if self.computed is None else tuple(dict.fromkeys((*asked, *self.computed.missing)))

    @lazy
    def amount_questions(self) -> tuple[str, ...]:
        """Facts that cannot change the verdict any more but could lift the amount."""
        return tier_questions(self.item.benefit, self.ground.values, self.ground.day)

    @property
    def refer(self) -> tuple[Reason, ...]:
        """What the texts leave open here, each with whom to ask."""
        return self._referred if self.verdict == REFER_VERDICT else ()

    @lazy
    def _referred(self) -> tuple[Reason, ...]:
        reasons = [self._conflict(conflict) for conflict in self.conflicts]
        reasons += [reason for requirement in self.ruling.doubtful for reason in self._doubts(requirement)]
        reasons += [self._question(question) for question in self.ruling.fired]
        if self.computed is not None and self.computed.doubt:
            reasons.append(Reason(self.item.id, (), self.computed.doubt, self.computed.cites, self._default_ask()))
        return tuple({reason.id + reason.text: reason for reason in reasons}.values())

    @property
    def assumed(self) -> tuple[Requirement, ...]:
        """Exclusions about which nothing is known: the verdict supposes that they do not hold."""
        return self.ruling.assumed if self.verdict in (ELIGIBLE, NEEDS_INFO) else ()

    @lazy
    def eligible_from(self) -> date | None:
        """The first day on which time alone fulfils what is missing; None when it does not or nothing is missing."""
        if self.verdict != NOT_ELIGIBLE or self.ruling.barred:
            return None
        if self.computed is not None and self.computed.eligible_from:
            return self.computed.eligible_from
        return self.rules.turning_day(self)

    @lazy
    def closes_on(self) -> date | None:
        """The last day on which the conditions that run out by time still hold."""
        return self.rules.closing_day(self)

    @property
    def citations(self) -> Cites:
        """The clauses this verdict rests on, the weightiest first."""
        if self.verdict in (ELIGIBLE, NEEDS_INFO):
            return self.rules.cites_of(self.item, self.amount)
        if self.verdict != REFER_VERDICT and self.computed is None:
            return self.ruling.cites or self.item.cites
        reasons = self.refer if self.verdict == REFER_VERDICT else self.unmet
        own = [cite for reason in reasons for cite in reason.cites]
        return tuple(dict.fromkeys((*own, *self.amount.cites))) or self.item.cites

    def _reason(self, requirement: Requirement) -> Reason:
        return Reason(requirement.id, requirement.test.facts, self._told, requirement.cites, about=requirement)

    def _told(self, requirement: Requirement) -> str:
        """The requirement, and what the person's facts say to it."""
        told = [name for name in requirement.test.facts if name in self.ground.values]
        said = "，".join(self._said(name) for name in told)
        text = requirement.unmet or self._sentence(requirement)
        near = self.rules.near_misses(requirement.test.facts, self.ground)
        hint = f"。名录里有名称相近的：{'、'.join(near)}，请核对单位全称" if near else ""
        return f"{text}（目前：{said}）{hint}" if said else f"{text}{hint}"

    def _sentence(self, requirement: Requirement) -> str:
        return (
            f"有下列情形不行：{requirement.says}"
            if requirement in self.item.exclusions
            else f"需要：{requirement.says}"
        )

    def _said(self, name: str) -> str:
        vocabulary = self.rules.vocabulary
        label = vocabulary[name].label if name in vocabulary else name
        return f"{label}{vocabulary.show(name, self.ground.values[name])}"

    def _doubts(self, requirement: Requirement) -> list[Reason]:
        known = {question.id: question for question in self.item.open_questions}
        asked = doubts(requirement.test, self.ground.values, self.ground.day)
        named = [known[id_] for id_ in sorted(asked) if id_ in known]
        if named:
            return [self._question(question) for question in named]
        text = f"“{requirement.says}”要由人判断"
        return [Reason(requirement.id, requirement.test.facts, text, requirement.cites, self._default_ask())]

    def _question(self, question: OpenQuestion) -> Reason:
        facts = question.when.facts if question.when else ()
        return Reason(question.id, facts, question.text, question.between, question.ask or self._default_ask())

    def _conflict(self, conflict: Contradiction) -> Reason:
        vocabulary, values = self.rules.vocabulary, self.ground.values
        sources = "、".join(self._said(name) for name in conflict.sources if name in values)
        text = (
            f"您填的{vocabulary[conflict.fact].label}是{vocabulary.show(conflict.fact, conflict.given)}，"
            f"但按{sources}推算是{vocabulary.show(conflict.fact, conflict.derived)}，两处对不上，请先核对"
        )
        return Reason("contradiction", (conflict.fact, *conflict.sources), text, self.item.cites, self._default_ask())

    def _default_ask(self) -> str | None:
        return next(iter(self.item.windows), self.item.agency)
