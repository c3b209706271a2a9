"""Two at once: of two who decide the same case, on either database, never both succeed."""

import threading
from datetime import timedelta

import pytest

from backend.store import audit
from backend.store.database import connection
from backend.store.models import Application, Decision, OutboxMessage, Payment, StepRecord, TalentCard
from backend.workflow import commands
from backend.workflow.refusal import Refusal
from tests.workflow.office import CITY, MONDAY, Talent, after, to_notice, to_review
from tests.workflow.test_money import payable


def at_once(*acts) -> list[object]:
    """Do all acts at the same moment, each in a thread of its own, and return what came of each."""
    ready, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        with connection():
            ready.wait()
            try:
                results[number] = act()
            except Refusal as refusal:
                results[number] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def refused(results) -> int:
    return sum(isinstance(result, Refusal) for result in results)


@pytest.mark.parametrize("round_", range(3))
def test_approving_and_rejecting_at_once_gives_one_outcome(office, talent, round_):
    case = to_review(office, talent)
    results = at_once(
        lambda: commands.approve(office.reviewer, case.id, MONDAY),
        lambda: commands.reject(office.supervisor, case.id, [commands.Reason("不符合")], MONDAY),
    )
    assert refused(results) == 1
    assert Application.get_by_id(case.id).version == case.version + 1
    assert (
        StepRecord.select()
        .where(StepRecord.outcome.in_(["approved", "rejection"]) & (StepRecord.kind == "review"))
        .count()
        == 1
    )


def test_a_double_tap_on_submit_makes_one_number_and_one_first_step(office, talent):
    draft = talent.draft("recognition")
    act = lambda: commands.submit(talent.me, draft.id, MONDAY, declared=True)  # noqa: E731 - given twice below
    assert refused(at_once(act, act, act)) == 2
    assert StepRecord.select().where(StepRecord.application == draft.id).count() == 1


def test_starting_twice_at_once_makes_one_draft(office, talent):
    act = lambda: commands.start(talent.id, CITY, "settle", MONDAY).id  # noqa: E731 - given twice below
    first, second = at_once(act, act)
    assert first == second


def test_deciding_twice_at_once_makes_one_decision_and_one_card(office, talent):
    case, notice = to_notice(office, talent)
    later = after(notice)
    commands.close_due_notices(later)
    act = lambda: commands.decide(office.reviewer, case.id, later)  # noqa: E731 - given twice below
    assert refused(at_once(act, act)) == 1
    assert (Decision.select().count(), TalentCard.select().count()) == (1, 1)
    assert OutboxMessage.select().where(OutboxMessage.template == "card_ready").count() == 1


def test_an_objection_in_the_last_moment_either_freezes_or_comes_too_late(office, talent):
    case, notice = to_notice(office, talent)
    entry, evening = notice.entries.get().id, after(notice) - timedelta(hours=12)
    at_once(
        lambda: commands.file_objection(entry, "学历存疑，请核实", evening),
        lambda: commands.close_notice(notice.id, after(notice)),
    )
    state = Application.get_by_id(case.id)
    assert state.frozen == (state.state == "public_notice")


def test_paying_twice_at_once_enters_every_month_once(office):
    case = payable(office, Talent(has_talent_card=True))
    act = lambda: commands.pay(office.finance, case.id, MONDAY + timedelta(days=8))  # noqa: E731 - given twice below
    assert refused(at_once(act, act)) == 1
    assert Payment.select().count() == 9


def test_the_chain_holds_after_all_of_it(office):
    talents = [Talent() for _ in range(4)]
    at_once(*(lambda talent=talent: talent.submit("settle") for talent in talents))
    assert Application.select().where(Application.state == "running").count() == 4
    assert len({case.number for case in Application.select()}) == 4
    assert audit.verify() is None
