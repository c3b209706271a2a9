"""The ids the double gives its test users: always the same for a name, so that a register can know them beforehand."""

import hashlib


def openid_of(name: str, app_id: str) -> str:
    """Return the openid of a test user in an account: different in every account."""
    return "o" + hashlib.sha256(f"{app_id} {name}".encode()).hexdigest()[:27]


def unionid_of(name: str) -> str:
    """Return the unionid of a test user: the same in all accounts."""
    return "u" + hashlib.sha256(name.encode()).hexdigest()[:27]
