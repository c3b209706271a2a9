"""The ledger of consent: three parties, any order, never below zero, never counted twice."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from backend.store import credits
from backend.store.credits import Spending
from backend.store.database import transaction
from backend.store.models import Applicant, ConsentCredit, CreditEntry
from tests.jobs.post import NOW, TEMPLATE


@pytest.fixture
def person(store):
    """Somebody who was never asked."""
    return Applicant.create(id="apl_1").id


def remaining(person, template=TEMPLATE):
    """What is left of one template."""
    return credits.balances(person)[template].remaining


def test_an_acceptance_told_by_both_sides_counts_once_in_either_order(person):
    credits.report(person, {TEMPLATE: "accept"}, "tap1", NOW)
    credits.popup(person, TEMPLATE, "accept", "p1", NOW + timedelta(seconds=2))
    assert remaining(person) == 1
    credits.popup(person, TEMPLATE, "accept", "p2", NOW + timedelta(seconds=30))
    credits.report(person, {TEMPLATE: "accept"}, "tap2", NOW + timedelta(seconds=29))
    assert remaining(person) == 2


def test_the_platform_overrules_the_client(person):
    credits.report(person, {TEMPLATE: "accept"}, "tap1", NOW)
    credits.popup(person, TEMPLATE, "reject", "p1", NOW)
    assert remaining(person) == 0
    credits.report(person, {TEMPLATE: "reject"}, "tap2", NOW)
    credits.popup(person, TEMPLATE, "accept", "p2", NOW)
    assert remaining(person) == 1
    assert credits.balances(person)[TEMPLATE].refused_at is None


def test_a_word_of_another_time_is_about_another_tap(person):
    credits.report(person, {TEMPLATE: "accept"}, "tap1", NOW)
    credits.popup(person, TEMPLATE, "accept", "p1", NOW + timedelta(minutes=11))
    assert remaining(person) == 2


def test_a_repeated_event_changes_nothing(person):
    for _ in range(3):
        credits.report(person, {TEMPLATE: "accept"}, "tap1", NOW)
        credits.popup(person, TEMPLATE, "accept", "p1", NOW + timedelta(hours=1))
    assert remaining(person) == 2
    for _ in range(2):
        credits.cancelled(person, TEMPLATE, "c1", NOW)
    assert remaining(person) == 0


@pytest.mark.parametrize("answer", ["reject", "ban", "filter", ""])
def test_only_an_acceptance_allows(person, answer):
    credits.popup(person, TEMPLATE, answer, "p1", NOW)
    assert remaining(person) == 0
    assert not credits.balances(person)[TEMPLATE].allows


def test_a_long_term_consent_is_one_or_none(person):
    for number in range(3):
        credits.popup(person, TEMPLATE, "accept", f"p{number}", NOW + timedelta(hours=number), long_term=True)
    assert remaining(person) == 1
    credits.popup(person, TEMPLATE, "reject", "p9", NOW + timedelta(hours=9), long_term=True)
    assert remaining(person) == 0


def test_a_credit_is_spent_once_and_refunded_once(person):
    credits.popup(person, TEMPLATE, "accept", "p1", NOW)
    row = ConsentCredit.get()
    first, second = (Spending(message, row.id, person, TEMPLATE) for message in ("m1", "m2"))
    with transaction():
        assert credits.spend([first], NOW) == {"m1"}
    with transaction():
        assert credits.spend([second], NOW) == set()
    for _ in range(2):
        credits.refund([first], NOW)
    assert remaining(person) == 1
    assert [entry.reason for entry in credits.history(person, TEMPLATE)] == ["accepted", "sent", "refunded"]


def test_a_refusal_for_want_of_consent_empties_the_ledger(person):
    credits.report(person, {TEMPLATE: "accept"}, "tap1", NOW)
    credits.exhausted(person, TEMPLATE, "m1", NOW)
    assert remaining(person) == 0
    assert credits.balances(person)[TEMPLATE].refused_at == NOW


ORDERS = ["client", "platform", "only client", "both"]


class Ledger(RuleBasedStateMachine):
    """Random interleavings of taps told by both sides, sends, refunds, refusals and cancellations."""

    sends = Bundle("sends")

    def __init__(self):
        super().__init__()
        for model in (CreditEntry, ConsentCredit, Applicant):
            model.delete().execute()
        self.person = Applicant.create(id="apl_1").id
        self.taps, self.now, self.messages = {}, NOW, 0
        self.cut = False  # once the balance was cut to zero, only the invariants are known

    @rule(minutes=st.integers(11, 60))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.taps = {}

    @rule(
        accept=st.booleans(), lies=st.booleans(), order=st.sampled_from(["client", "platform", "only client", "both"])
    )
    def tap(self, accept, lies, order):
        """One tap; the client may lie about it."""
        number = len(CreditEntry.select())
        said = "accept" if accept != lies else "reject"
        told = {
            "client": [self._report, self._popup],
            "platform": [self._popup, self._report],
            "only client": [self._report],
            "both": [self._report, self._popup, self._report, self._popup],
        }[order]
        before = remaining(self.person) if ConsentCredit.select().exists() else 0
        for tell in told:
            tell(number, said, "accept" if accept else "reject")
        truth = accept if order != "only client" else said == "accept"
        assert remaining(self.person) == before + truth
        self.now += timedelta(minutes=11)

    def _report(self, number, said, true):
        credits.report(self.person, {TEMPLATE: said}, f"t{number}", self.now)

    def _popup(self, number, said, true):
        credits.popup(self.person, TEMPLATE, true, f"p{number}", self.now)

    @rule(target=sends)
    def send(self):
        if not ConsentCredit.select().exists():
            return multiple()
        self.messages += 1
        credit, before = ConsentCredit.get(), remaining(self.person)
        spending = Spending(f"m{self.messages}", credit.id, self.person, TEMPLATE)
        with transaction():
            got = credits.spend([spending], self.now)
        assert bool(got) == (before > 0)
        assert remaining(self.person) == before - bool(got)
        return spending if got else multiple()

    @rule(spending=sends)
    def refund(self, spending):
        credits.refund([spending], self.now)

    @rule()
    def refused(self):
        self.messages += 1
        credits.exhausted(self.person, TEMPLATE, f"m{self.messages}", self.now)
        assert remaining(self.person) == 0

    @rule()
    def cancel(self):
        credits.cancelled(self.person, TEMPLATE, f"c{len(CreditEntry.select())}", self.now)
        assert remaining(self.person) == 0

    @invariant()
    def the_balance_is_the_sum_of_the_entries_and_never_negative(self):
        for credit in ConsentCredit.select():
            entries = credits.history(credit.applicant_id, credit.template)
            assert credit.remaining == sum(entry.delta for entry in entries) >= 0


def test_random_interleavings_keep_the_ledger_exact(sqlite_store):
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    options = effort(max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=quiet)
    run_state_machine_as_test(Ledger, settings=options)
