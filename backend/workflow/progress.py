"""Moving a case on: out of one stage and into the next, deciding it on the way, or to its end."""

from backend.workflow.case import Change
from backend.workflow.decisions import ENGINE, Terms, decision_of, grant, issue_card
from backend.workflow.rulebook import stages_of
from backend.workflow.stages import State, decides


def move_on(change: Change, outcome: str, note: str | None = None, terms: Terms = ENGINE) -> None:
    """End the present stay favourably and begin the next; what comes after the last is the end of the case.

    Where nothing is left but to carry it out, the decision is made here. Raises AmountOpen.
    """
    stages = stages_of(change.case)
    here = next((stage.position for stage in stages if stage.step == change.case.step), 0)
    if decides(stages, here):
        decide_now(change, terms)
    following = change.next_stage()
    change.leave(outcome, note)
    if following is not None:
        change.enter(following)
        return
    change.finish(State.GRANTED, "granted")
    change.tell("result", outcome="已办结", decided_on=change.now.date())


def decide_now(change: Change, terms: Terms = ENGINE) -> None:
    """Make the favourable decision unless it is made, with the card where the pack names no step for it."""
    if decision_of(change.case.id) is not None:
        return
    grant(change, terms)
    kinds = {stage.kind for stage in stages_of(change.case)}
    if change.item.grants.get("has_talent_card") is True and "card" not in kinds:
        issue_card(change)
