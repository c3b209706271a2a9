"""What each screen needs from the store, gathered for the pure functions of `miniprogram_api.screens`.

`COMPOSERS` is the closed list of screens: name → who may open it and what composes it. A composer takes an `Asked` and
returns a `Screen`; it reads, it never writes, except for the audit row of somebody else's case being looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import Field, Select

from backend.policy import Pack
from miniprogram_api.errors import NotFound, SignInNeeded
from miniprogram_api.screens.blocks import Screen


@dataclass(frozen=True)
class Asked:
    """A request for a screen: who (None: nobody signed in), with which parameters, of which city, when."""

    applicant: str | None
    params: Mapping[str, str]
    pack: Pack
    now: datetime

    @property
    def today(self) -> date:
        """The day of the request."""
        return self.now.date()

    @property
    def me(self) -> str:
        """The signed-in person's id. Raises SignInNeeded."""
        if self.applicant is None:
            raise SignInNeeded
        return self.applicant

    def param(self, name: str) -> str:
        """Return a parameter the screen cannot do without. Raises NotFound."""
        value = self.params.get(name, "")
        if not value:
            raise NotFound("缺少参数，请返回重新打开。")
        return value


PAGE = 20
"""Rows of a long list that come at once."""


def page(rows: Select, key: Field, asked: Asked) -> tuple[list[Any], str | None]:
    """Return the page of a list that was asked for, newest first by `key`, and what the page after it is asked by."""
    after = asked.params.get("after")
    found = list((rows.where(key < after) if after else rows).order_by(key.desc()).limit(PAGE + 1))
    return found[:PAGE], str(getattr(found[PAGE - 1], key.name)) if len(found) > PAGE else None


@dataclass(frozen=True)
class Composer:
    """What composes a screen, and whether anybody may open it."""

    compose: Callable[[Asked], Screen]
    public: bool = False


def composers() -> Mapping[str, Composer]:
    """Return the closed list of screens."""
    from miniprogram_api.views import applying, desk, mine, outcome, public

    return public.SCREENS | mine.SCREENS | applying.SCREENS | outcome.SCREENS | desk.SCREENS


def compose(name: str, asked: Asked) -> Screen:
    """Return a screen. Raises NotFound for a name that is not in the list, SignInNeeded where one must be signed in."""
    composer = composers().get(name)
    if composer is None:
        raise NotFound("没有这个页面，请更新小程序后再试。")
    if not composer.public and asked.applicant is None:
        raise SignInNeeded
    return composer.compose(asked)
