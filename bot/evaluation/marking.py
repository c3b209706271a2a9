"""Marks an answer: asked facts, length, citation, figures that nothing supports, and whether it was declined. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.policy.catalogue import Pack
from bot.evaluation.figures import WRONG_KINDS, Figure, figures, plain
from bot.evaluation.testset import Question
from bot.said import Said

LONGEST = 400
DECLINED = re.compile(
    r"不在我能回答|不能查|不能告诉|帮不了|回答不了|答不了|不能回答|没法回答|我这里没有|不属于我|不归我|我只能?(?:懂|回答|按)"
    r"|(?:没有|没|未)(?:明确|具体|逐条|单独|另外|专门|再|明)?(?:写|提(?!出)|规定|公布|列|说|查到|收录|展开|给出|涉及|约定|记载|公开)"
    r"|没有“[^”]{1,20}”|查不到|没有在办"
)
"""Words that say: this I cannot tell you."""
FIRST_SENTENCES = 90
"""A refusal has to come at the beginning; 没有写 in a closing remark is none."""


@dataclass(frozen=True, slots=True)
class Mark:
    """In which respects an answer is right, and the figures nothing supports."""

    facts: bool
    short: bool
    cites: bool
    missing: tuple[str, ...]
    wrong: tuple[Figure, ...]
    invented: tuple[Figure, ...]
    declined: bool
    forbidden: bool
    answerable: bool

    @property
    def right(self) -> bool:
        """Fully right: every asked fact in few enough words, or declined without saying anything made up."""
        if self.answerable:
            return self.facts and self.short and not self.forbidden
        return self.declined and self.short and not self.forbidden and not self.wrong


class Marker:
    """Marks answers against the clauses of the packs."""

    def __init__(self, packs: Mapping[str, Pack]):
        clauses = ((city, clause) for city, pack in packs.items() for clause in pack.clauses.values())
        self._clauses = {(city, clause.id): clause.text for city, clause in clauses}
        documents = (document for pack in packs.values() for document in pack.documents.values())
        self._general = frozenset(document.id for document in documents if document.kind == "opinion")

    def mark(self, question: Question, said: Said) -> Mark:
        """Mark one answer."""
        missing = tuple(fact for fact in question.facts if not holds(said.text, fact))
        return Mark(
            facts=not missing,
            short=len(said.text) <= LONGEST,
            cites=cites_right(said, question.cites) if question.answerable else True,
            missing=missing,
            wrong=tuple(sorted(self.unsupported(question, said), key=str)),
            invented=tuple(sorted(self.invented(question, said), key=str)),
            declined=bool(DECLINED.search(said.text[:FIRST_SENTENCES])),
            forbidden=any(re.search(each, plain(said.text)) for each in question.never),
            answerable=question.answerable,
        )

    def unsupported(self, question: Question, said: Said) -> frozenset[Figure]:
        """Return the figures of money, durations and shares that nothing supports for this question.

        The row supports what it names, the right clauses what they say, and so do the other articles of the rule they
        are of, unless it is a document about everything. Where an asked figure is missing, only the row counts: another
        figure of that kind has been said in its place.
        """
        told = {each for each in figures(said.text) if each.kind in WRONG_KINDS and not each.loose}
        row = _of_texts([question.text, *question.after, *question.facts, *question.also])
        rules = _of_texts(self._texts(question.city, cite) for cite in question.cites)
        instead = {each.kind for fact in question.facts if not holds(said.text, fact) for each in _of_texts([fact])}
        known = {each for each in rules if each.kind not in instead} | row
        return frozenset(map(_bare, told)) - known

    def invented(self, question: Question, said: Said) -> frozenset[Figure]:
        """Return the unsupported figures that not even the clauses cited with the answer hold."""
        cited = _of_texts(self._texts(question.city, cite) for cite in said.cites)
        return self.unsupported(question, said) - cited

    def _texts(self, city: str | None, cite: str) -> str:
        """The clauses a row's cite stands for: a part of an article itself, an article with its rule around it."""
        document, _, article = cite.partition("/")
        scope = cite if "." in article or document in self._general else document
        return "\n".join(
            text for (owner, clause), text in self._clauses.items() if city in (None, owner) and _touches(clause, scope)
        )


def _of_texts(texts: Iterable[str]) -> frozenset[Figure]:
    return frozenset(_bare(each) for text in texts for each in figures(text.replace("|", "、")))


def _bare(figure: Figure) -> Figure:
    return Figure(figure.kind, figure.value)


def _touches(clause: str, cite: str) -> bool:
    """Whether a clause is a cited one, a part of it, or the article it is a part of."""
    return under(clause, cite) or under(cite, clause)


def under(clause: str, cite: str) -> bool:
    """Whether a clause is a cited one or a part of it; a cite may be a document, an article or a part of an article."""
    return clause == cite or clause.startswith((f"{cite}.", f"{cite}/"))


def cites_right(said: Said, allowed: Sequence[str]) -> bool:
    """Whether one of the allowed clauses, or a part of one, is cited; no allowed clause means nothing need be."""
    return not allowed or any(under(cite, each) or under(each, cite) for cite in said.cites for each in allowed)


def holds(text: str, fact: str) -> bool:
    """Whether a fact is in a text: alternatives parted by |, each a figure in any notation, or a pattern."""
    said, there = plain(text), figures(text)
    return any(_is_there(each, said, there) for each in alternatives(fact))


def _is_there(wanted: str, said: str, there: frozenset[Figure]) -> bool:
    asked = figures(wanted)
    if len(asked) == 1 and re.fullmatch(r"[\d.]+[^\d.\\*?]{1,4}|\d:\d|\d/\d", wanted):
        return {_bare(each) for each in asked} <= {_bare(each) for each in there}
    bare = re.fullmatch(r"\d+", wanted)
    return re.search(rf"(?<!\d){wanted}(?!\d)" if bare else wanted, said) is not None


def alternatives(fact: str) -> list[str]:
    """Split at the | that are not within brackets."""
    parts, depth = [""], 0
    for each in fact:
        depth += (each == "(") - (each == ")")
        if each == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += each
    return parts
