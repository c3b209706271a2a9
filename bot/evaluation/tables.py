"""What the measurement found, as text tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from unicodedata import east_asian_width

from bot.evaluation.asking import Heard, Marked

SYSTEMS = Mapping[str, Sequence[Marked]]
INTENTS: Mapping[str, tuple[str, ...]] = {
    "amount": ("ask_amount", "ask_about"),
    "duration": ("ask_duration", "ask_time_limit", "ask_when"),
    "conditions": ("ask_conditions", "ask_eligibility", "ask_about", "ask_why_not"),
    "eligibility": ("ask_eligibility", "ask_conditions", "ask_why_not"),
    "why_not": ("ask_eligibility", "ask_conditions", "ask_why_not"),
    "materials": ("ask_materials",),
    "procedure": ("ask_procedure", "ask_where", "ask_payment"),
    "where": ("ask_where", "ask_procedure"),
    "phone": ("ask_where",),
    "offices": ("ask_where",),
    "when": ("ask_when", "ask_time_limit", "ask_duration"),
    "time_limit": ("ask_time_limit", "ask_duration", "ask_when"),
    "responsible": ("ask_agency",),
    "funding": ("ask_funding",),
    "compare": ("ask_comparison", "ask_amount"),
    "consequence": ("ask_consequence", "ask_about"),
    "document": ("ask_document", "ask_change", "ask_when", "ask_about"),
    "directory": ("ask_directory",),
    "tiers": ("ask_tier",),
}
"""Which intents a question of a kind may be heard as; kinds that are not here may be any."""


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as aligned lines: the first column to the left, the others to the right."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(_padded(cell, widths[i], i == 0) for i, cell in enumerate(row)) for row in rows)


def _padded(text: str, columns: int, left: bool) -> str:
    space = " " * (columns - width(text))
    return text + space if left else space + text


def share(part: int, whole: int) -> str:
    """Return a share in percent with the numbers."""
    return f"{part / whole:.1%} {part}/{whole}" if whole else "-"


def summary(systems: SYSTEMS) -> str:
    """Return the main figures, one column a system."""
    rows = [["", *systems]]
    rows += [[name, *(measure(marked) for marked in systems.values())] for name, measure in MEASURES]
    return aligned(rows)


def _answerable(marked: Sequence[Marked]) -> list[Marked]:
    return [each for each in marked if each.question.answerable]


def _right(marked: Sequence[Marked]) -> str:
    ours = _answerable(marked)
    return share(sum(each.mark.right for each in ours), len(ours))


def _facts(marked: Sequence[Marked]) -> str:
    ours = _answerable(marked)
    return share(sum(each.mark.facts for each in ours), len(ours))


def _short(marked: Sequence[Marked]) -> str:
    return share(sum(each.mark.short for each in marked), len(marked))


def _cited(marked: Sequence[Marked]) -> str:
    right = [each for each in _answerable(marked) if each.mark.right]
    return share(sum(each.mark.cites for each in right), len(right))


def _wrong(marked: Sequence[Marked]) -> str:
    return share(sum(bool(each.mark.wrong) for each in marked), len(marked))


def _invented(marked: Sequence[Marked]) -> str:
    return share(sum(bool(each.mark.invented) for each in marked), len(marked))


def _declined(marked: Sequence[Marked]) -> str:
    none = [each for each in marked if not each.question.answerable]
    return share(sum(each.mark.right for each in none), len(none))


def _declined_wrongly(marked: Sequence[Marked]) -> str:
    ours = _answerable(marked)
    return share(sum(each.mark.declined and not each.mark.facts for each in ours), len(ours))


MEASURES: Sequence[tuple[str, Callable[[Sequence[Marked]], str]]] = (
    ("能答的题：事实全对、不超400字", _right),
    ("　　　　　事实全有（不论长短）", _facts),
    ("　　　　　答对的里条款也对", _cited),
    ("　　　　　错当成不能答", _declined_wrongly),
    ("不能答的题：婉拒且没有编造", _declined),
    ("所有回答：不超400字", _short),
    ("　　　　　有所问之外的金额、期限、比例", _wrong),
    ("　　　　　　其中所引条款里也没有的", _invented),
)


def breakdown(title: str, systems: SYSTEMS, key: Callable[[Marked], str]) -> str:
    """Return the share fully right by a property of the question, one column a system."""
    first = next(iter(systems.values()))
    kinds = [kind for kind, _ in Counter(map(key, first)).most_common()]
    rows = [[title, *systems]]
    for kind in kinds:
        cells = []
        for marked in systems.values():
            ours = [each for each in marked if key(each) == kind]
            cells.append(share(sum(each.mark.right for each in ours), len(ours)))
        rows.append([kind, *cells])
    return aligned(rows)


def heard(found: Mapping[str, Heard]) -> str:
    """Return precision and recall by kind of entity, with the totals."""
    rows = [["", "应有", "准确率", "召回率"]]
    for group in ("词", "事实"):
        ours = {name: each for name, each in found.items() if name.startswith(f"{group} ")}
        rows += [[name, str(each.wanted), f"{each.precision:.1%}", f"{each.recall:.1%}"] for name, each in ours.items()]
        if ours:
            total = Heard(
                *(sum(getattr(each, part) for each in ours.values()) for part in ("wanted", "right", "heard"))
            )
            rows.append([f"{group}合计", str(total.wanted), f"{total.precision:.1%}", f"{total.recall:.1%}"])
    return aligned(rows)


def _heard_row(name: str, found: Heard) -> list[str]:
    return [name, str(found.wanted), f"{found.precision:.1%}", f"{found.recall:.1%}"]


def confusions(marked: Sequence[Marked], intent_of: Callable[[str], str], most: int = 15) -> str:
    """Return the kinds of question taken for another intent the most often."""
    pairs = ((each.question.kind, intent_of(each.question.text)) for each in marked)
    missed = Counter(pair for pair in pairs if pair[0] in INTENTS and pair[1] not in INTENTS[pair[0]])
    rows = [
        ["问的是", "听成", "次数"],
        *([kind, intent, str(times)] for (kind, intent), times in missed.most_common(most)),
    ]
    return aligned(rows)


def failures(marked: Sequence[Marked], heard_as: Callable[[str], str]) -> str:
    """Return every answer that was not right, with what it lacked and as what the question was heard."""
    lines = []
    for each in marked:
        if each.mark.right and (each.mark.cites or not each.question.answerable) and not each.mark.wrong:
            continue
        question, mark = each.question, each.mark
        lines.append(
            f"[{question.kind}/{question.city}/{question.style}] {' ▸ '.join((*question.after, question.text))}"
        )
        reasons = [f"缺 {'、'.join(mark.missing)}"] if mark.missing else []
        reasons += [text for text, held in (("太长", mark.short), ("条款不对", mark.cites)) if not held]
        reasons += ["说了不该说的"] if mark.forbidden else []
        reasons += ["没有婉拒"] if not mark.answerable and not mark.declined else []
        reasons += [f"不该有的数 {'、'.join(map(str, mark.wrong))}"] if mark.wrong else []
        lines.append(f"    {'；'.join(reasons)}\n    听成 {heard_as(question.text)}")
        lines.append(f"    {each.said.text[:300]!r} {list(each.said.cites[:4])}")
    return "\n".join(lines)
