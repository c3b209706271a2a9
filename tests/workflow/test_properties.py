"""Whatever is commanded, by whomever, in whatever order: what must always hold, holds."""

import random
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.store import audit, database, materials
from backend.store.models import (
    Application,
    Correction,
    CorrectionPoint,
    Decision,
    InAppMessage,
    NoticeEntry,
    Objection,
    OutboxMessage,
    Payment,
    PublicNotice,
    StepRecord,
    TalentCard,
)
from backend.workflow import commands, rulebook
from backend.workflow.refusal import Refusal
from backend.workflow.stages import FINAL, OPEN, State
from tests.workflow.office import MONDAY, Office, Talent

ITEMS = ("recognition", "allowance", "special", "settle")
PEOPLE = ("hr", "clerk", "reviewer", "supervisor", "adjudicator", "finance", "second_finance", "stranger")
REASONS = [commands.Reason("不符合条件", "d/1")]
POINTS = [commands.Point("material", "contract", "补拍"), commands.Point("other", "x", "说明情况")]


class World:
    """An office, two talents and a clock that only goes forward."""

    def __init__(self):
        self.office, self.talents, self.now = Office(), [Talent(), Talent(has_talent_card=True)], MONDAY

    def case(self, number: int) -> str:
        """Return the id of some case, or of none."""
        ids = [row.id for row in Application.select(Application.id).order_by(Application.id)]
        return ids[number % len(ids)] if ids else "app_none"

    def mine(self, number: int, talent: int):
        """Return a talent and some case, perhaps another's."""
        return self.talents[talent % 2], self.case(number)


def draft(world, n, who, item):
    world.talents[who % 2].draft(ITEMS[item % len(ITEMS)], world.now)


def submit(world, n, who, item):
    talent, case = world.mine(n, who)
    commands.submit(talent.me, case, world.now, declared=True, despite=bool(item % 2))


def withdraw(world, n, who, item):
    talent, case = world.mine(n, who)
    commands.withdraw(talent.me, case, world.now)


def answer(world, n, who, item):
    talent, case = world.mine(n, who)
    for requirement in list(materials.handed_in(case)):
        commands.hand_in(talent.me, case, requirement, talent.paper(requirement, world.now, "grey"), world.now)
    for point in commands_points(case):
        commands.mend_other(talent.me, case, point, world.now)
    commands.answer(talent.me, case, world.now)


def commands_points(case):
    rows = CorrectionPoint.select().join(Correction).where(Correction.application == case)
    return [row.id for row in rows.where(CorrectionPoint.subject_kind == "other")]


def by_desk(command, *arguments, **options):
    def act(world, n, who, item):
        doer = getattr(world.office, PEOPLE[who % len(PEOPLE)])
        getattr(commands, command)(doer, world.case(n), *arguments, world.now, **options)

    act.__name__ = command
    return act


def publish(world, n, who, item):
    doer = getattr(world.office, PEOPLE[who % len(PEOPLE)])
    commands.publish(doer, sorted({world.case(n), world.case(n + item % 2)}), world.now)


def object_to(world, n, who, item):
    entries = list(NoticeEntry.select())
    if entries:
        commands.file_objection(entries[n % len(entries)].id, "请核实学历情况", world.now)


def decide_objection(world, n, who, item):
    open_ones = list(Objection.select())
    if open_ones:
        doer = getattr(world.office, PEOPLE[who % len(PEOPLE)])
        commands.decide_objection(doer, open_ones[n % len(open_ones)].id, bool(item % 2), "已核实", world.now)


FORWARD = ("accept", "approve", "decide", "complete", "pay")


def go_on(world, n, who, item):
    """What the right desk would do next."""
    case = Application.get_or_none(Application.id == world.case(n))
    for name in PEOPLE if case else ():
        doer = getattr(world.office, name)
        allowed = commands.commands_for(doer, case, world.now)
        if "publish" in allowed:
            return commands.publish(doer, [case.id], world.now)
        for command in FORWARD:
            if command in allowed:
                options = {"override": "已核实", "terms": commands.Terms(amount_fen=100_001)}
                return getattr(commands, command)(
                    doer, case.id, world.now, **(options if command in ("approve", "decide") else {})
                )
    return None


def days_pass(world, n, who, item):
    world.now += timedelta(days=1 + n % 9)
    commands.close_due_notices(world.now)
    commands.flag_overdue(world.now)
    commands.expire(world.now)


ACTS = (
    draft,
    submit,
    submit,
    answer,
    withdraw,
    by_desk("accept"),
    by_desk("approve", override="已核实", terms=commands.Terms(amount_fen=100_001)),
    by_desk("approve"),
    by_desk("reject", REASONS, override="不符合"),
    by_desk("refuse", REASONS),
    by_desk("correct", POINTS),
    by_desk("decide", override="已核实"),
    by_desk("complete"),
    by_desk("pay"),
    publish,
    publish,
    object_to,
    decide_objection,
    days_pass,
    go_on,
    go_on,
    go_on,
    go_on,
    go_on,
)
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), *[st.integers(0, 40)] * 3), min_size=5, max_size=60)


def check(world):
    """Everything that must always hold."""
    for case in Application.select():
        running = case.steps.where(StepRecord.left_at.is_null())
        assert running.count() == (0 if case.state in FINAL or case.state == State.DRAFT else 1), case.state
        assert (case.closed_at is not None) == (State(case.state) in FINAL)
        assert (case.role is not None) == (State(case.state) in OPEN)  # what lists of open cases go by
        assert not (case.state in FINAL and case.frozen)
        assert case.decisions.where(Decision.kind.in_(["recognition", "grant"])).count() <= 1
        assert not (case.state == State.GRANTED and case.decided_at is None)
        check_payments(case)
    for record in StepRecord.select():
        assert record.due_on is None or record.due_on > record.entered_at.date()
        assert record.left_at is None or record.left_at >= record.entered_at
    for notice in PublicNotice.select().where(PublicNotice.state == "closed"):
        assert notice.closed_at.date() > notice.closes_on
    assert OutboxMessage.select().count() == InAppMessage.select().count()
    assert TalentCard.select().where(TalentCard.state == "valid").count() <= 2
    assert audit.verify() is None


def check_payments(case):
    """No money before a closed notice where the pack wants one; the payers' parts make up the decided amount."""
    rows = list(case.payments)
    if not rows:
        return
    decision = case.decisions.where(Decision.kind.in_(["recognition", "grant"])).get()
    if any(stage.kind == "public_notice" for stage in rulebook.stages_of(case)):
        entry = case.notice_entries.get()
        assert (entry.outcome, entry.notice.state) == ("cleared", "closed")
    by_month: dict[str, int] = {}
    for row in rows:
        by_month[row.period] = by_month.get(row.period, 0) + row.fen
    assert set(by_month.values()) == {decision.amount_fen}


@pytest.fixture
def fresh(empty_sqlite, store_settings, test_packs):
    """A function that opens a new empty store each time it is called."""
    rulebook.shelf.use(test_packs)
    numbers, opened = count(1), []

    def fresh() -> World:
        for old in opened:
            old.close_all()
        path = store_settings.data_dir / f"example-{next(numbers)}.db"
        shutil.copy(empty_sqlite, path)
        opened.append(database.open_store(replace(store_settings, database_url=f"sqlite:///{path}")))
        return World()

    yield fresh
    rulebook.shelf.use(None)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_what_must_always_hold_holds(fresh, steps):
    world = fresh()
    for act, *numbers in steps:
        with suppress(Refusal):
            act(world, *numbers)
    check(world)


def test_the_commands_reach_every_state(fresh):
    """The random commands above would prove nothing if they never got anywhere."""
    world, dice, seen = fresh(), random.Random(7), set()
    for _ in range(1500):
        with suppress(Refusal):
            dice.choice(ACTS)(world, dice.randrange(40), dice.randrange(40), dice.randrange(40))
        seen |= {row.state for row in Application.select(Application.state)}
    check(world)
    assert seen >= {"draft", "running", "correction", "public_notice", "granted", "rejected", "withdrawn"}
    assert Payment.select().count() > 0
