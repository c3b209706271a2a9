"""Whom one may sign in as in the sandbox: the people of its register, each with how far the furthest case is."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from backend.policy import strict_yaml
from backend.sandbox.seed import REGISTER
from backend.workflow.stages import STATE_NAMES, STEP_NAMES
from miniprogram_api import wire

NEWCOMER = wire.TestUser(name="newcomer", label="新用户 · 还没有填过任何信息")
WORDS: Mapping[str, str] = {
    **{str(state): name for state, name in STATE_NAMES.items()},
    **{kind: f"等待{name}" for kind, name in STEP_NAMES.items()},
    "public_notice": "正在公示",
    "objection": "公示中有异议",
    "granted": "已办结，持卡",
    "paid": "已持卡，正在领补助",
}
"""How far a case of the register is played → what to say of it."""


@cache
def test_users() -> tuple[wire.TestUser, ...]:
    """Return the people of the sandbox, the newcomer first, those who do HR work last."""
    register = strict_yaml.read(REGISTER)
    hr = (wire.TestUser(name=row["key"], label=f"{row['name']} · 用人单位人事") for row in register["hr"])
    return (NEWCOMER, *(_user(row) for row in register["people"]), *hr)


def _user(row: Mapping[str, Any]) -> wire.TestUser:
    furthest = row["cases"][-1]["upto"] if row.get("cases") else None
    said = WORDS.get(furthest, "有申请在办") if furthest else row.get("about", "没有申请")
    return wire.TestUser(name=row["key"], label=f"{row['name']} · {said}")
