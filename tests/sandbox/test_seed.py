from backend.sandbox.seed import seed
from backend.store import audit, employers
from backend.store.models import Application, EmployerMember, Payment, Staff, TalentCard


def test_the_register_has_a_case_in_every_state_and_is_filled_once(chosen_store):
    first = seed(chosen_store)
    cases = Application.select().count()
    assert {case.state for case in Application.select()} >= {
        "draft",
        "running",
        "correction",
        "public_notice",
        "granted",
        "rejected",
        "refused",
        "withdrawn",
    }
    assert TalentCard.select().exists()
    assert {row.state for row in Payment.select()} == {"paid"}
    assert audit.verify() is None
    assert seed(chosen_store) == first
    assert Application.select().count() == cases


def test_passwords_are_random_and_kept_from_other_users_of_the_machine(chosen_store):
    accounts = seed(chosen_store)
    assert len({account.password for account in accounts}) == len(accounts) == len({a.login for a in accounts})
    assert Staff.select().where(Staff.login == accounts[0].login).exists()
    assert (chosen_store.data_dir / "sandbox-accounts.json").stat().st_mode & 0o077 == 0


def test_somebody_does_hr_work_on_the_telephone_and_has_a_case_to_review(chosen_store):
    seed(chosen_store)
    (member,) = EmployerMember.select().where(EmployerMember.state == "active")
    waiting = (Application.employer == member.employer) & (Application.step_kind == "employer_review")
    assert employers.of_hr(member.applicant_id) == member.employer
    assert Application.select().where(waiting).exists()
