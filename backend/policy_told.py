"""What the engine finds for one person, told line by line in Chinese: verdicts, reasons, questions, the best bundle."""

from collections.abc import Iterator, Sequence
from datetime import date

from backend.policy import Pack, Verdict, wording
from backend.policy.benefit import Amount
from backend.policy.bundle import best_bundle
from backend.policy.eligibility import questions_worth_asking
from backend.policy.money import fen_of

FIRST = 8
"""How many questions are named in the end."""


def told(pack: Pack, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield every verdict with its reasons and clauses, then what to take, then what to ask first."""
    for verdict in verdicts:
        yield from _verdict(pack, verdict)
    yield from _bundle(verdicts)
    asked = questions_worth_asking(verdicts)
    if asked:
        yield f"\n最值得先问：{'、'.join(_label(pack, name) for name in asked[:FIRST])}"


def _verdict(pack: Pack, verdict: Verdict) -> Iterator[str]:
    word = wording.VERDICTS[verdict.verdict]
    yield f"\n{verdict.item.name}：{word}{_worth(verdict.amount)}  [{'、'.join(verdict.citations)}]"
    yield from (f"  不符合：{reason.text}  [{'、'.join(reason.cites)}]" for reason in verdict.unmet)
    yield from (f"  要问：{reason.text}  [{'、'.join(reason.cites)}]" for reason in verdict.refer)
    if verdict.missing:
        yield f"  还要知道：{'、'.join(_label(pack, name) for name in verdict.missing)}"
    if verdict.eligible_from:
        yield f"  只等时间：{verdict.eligible_from} 起符合"
    if verdict.closes_on:
        yield f"  最后一天：{verdict.closes_on}"


def _worth(amount: Amount) -> str:
    if isinstance(amount.value, date):
        return f"，{amount.value}"
    if amount.value is None:
        return "，一事一议" if amount.kind == "discretionary" else ""
    most = f"至{_number(amount.max)}" if amount.max is not None else ""
    months = f"，最长{amount.months}个月" if amount.months is not None else ""
    shares = "，".join(
        f"{wording.PAYERS.get(payer, payer)}{wording.yuan(fen)}" for payer, fen in (amount.shares or {}).items()
    )
    return f"，{_number(amount.value)}{most}{amount.unit or ''}{months}{f'（{shares}）' if shares else ''}"


def _number(value) -> str:
    return wording.yuan(fen_of(value))


def _bundle(verdicts: Sequence[Verdict]) -> Iterator[str]:
    bundle = best_bundle(verdicts)
    if bundle.taken:
        yield f"\n可以同时享受：{'、'.join(verdict.item.name for verdict in bundle.taken)}"
    yield from (f"  不含{verdict.item.name}：{why}" for verdict, why in bundle.left_out)


def _label(pack: Pack, name: str) -> str:
    return pack.vocabulary[name].label
