"""Staff accounts: what the platform gives out must be what it takes."""

import pytest

from backend.store import staff

LOGINS = ("hr", "a", "7", "window", "Ben")


@pytest.mark.parametrize("login", LOGINS)
def test_a_password_made_for_an_account_is_always_taken(login):
    for _ in range(300):
        assert login.lower() not in staff.random_password(login)
