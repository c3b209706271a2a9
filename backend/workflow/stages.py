"""The life of a case as values: its states, its stages from the pack's steps, what may be done when. Pure.

    draft ──submit──▶ running ◀──▶ correction              a stage is one step of the pack: whose desk, which limit
      │                 │  ▲
      ▼                 ▼  │                               `COMMANDS` is the whole transition table: a command that has
    expired       public_notice                            no row for a state and a kind of step is refused
                        │
       granted · rejected · refused · withdrawn            final

Nothing here knows an item: stages come from the steps the pack names, roles from the kind of step and who does it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backend.policy.types import Cites, City, Item, Step
from backend.workdays import Calendar, Span, UncoveredYear, due_after_pauses
from backend.workflow.rights import Role


class State(StrEnum):
    """Where a case is in its life."""

    DRAFT = "draft"
    RUNNING = "running"
    CORRECTION = "correction"
    NOTICE = "public_notice"
    GRANTED = "granted"
    REJECTED = "rejected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


FINAL = frozenset({State.GRANTED, State.REJECTED, State.REFUSED, State.WITHDRAWN, State.EXPIRED})
OPEN = frozenset(State) - FINAL - {State.DRAFT}

STATE_NAMES: Mapping[State, str] = {
    State.DRAFT: "草稿",
    State.RUNNING: "办理中",
    State.CORRECTION: "待补正",
    State.NOTICE: "公示中",
    State.GRANTED: "已办结",
    State.REJECTED: "审核未通过",
    State.REFUSED: "不予受理",
    State.WITHDRAWN: "已撤回",
    State.EXPIRED: "已过期",
}

STEP_NAMES: Mapping[str, str] = {
    "application": "提出申请",
    "employer_review": "用人单位初审",
    "online_review": "网上预审",
    "acceptance": "窗口受理",
    "site_check": "实地核查",
    "review": "审核",
    "adjudication": "领导小组审定",
    "public_notice": "公示",
    "decision": "作出决定",
    "approval": "审批",
    "card": "发放人才卡",
    "placement": "安置",
    "signing": "签约",
    "payment": "兑现发放",
    "filing": "备案",
    "result": "办结反馈",
}
"""Kind of step → its name where the pack gives no other."""

AGENCY_ROLES: Mapping[str, Role] = {
    "acceptance": Role.WINDOW,
    "online_review": Role.WINDOW,
    "adjudication": Role.ADJUDICATOR,
    "approval": Role.ADJUDICATOR,
    "payment": Role.FINANCE,
}
"""Kind of step → role at an agency; every other kind is a reviewer's."""

CARRYING_OUT = frozenset({"card", "placement", "signing", "payment", "filing", "result"})
"""Kinds of step that carry out a decision; where the pack names no step for deciding, entering one of them is it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of one case: whose desk, and within which period where the text sets one."""

    position: int
    step: str
    kind: str
    name: str
    role: Role
    desk: str | None
    """Id of the agency whose desk it is, or of the window where the pack ties that to no agency; None for employers."""
    length: int | None = None
    """The statutory period; None where the text sets none."""
    unit: str | None = None
    promised: int | None = None
    """The period the office holds itself to, in the same unit; None where it promises none."""
    cites: Cites = ()
    where: str | None = None

    @property
    def within(self) -> int | None:
        """The period the desk has: the promised one, else the statutory one."""
        return self.promised if self.promised is not None else self.length


def plan(item: Item, city: City, applies: Callable[[Step], bool] = lambda step: True) -> tuple[Stage, ...]:
    """Return the stages a submitted case of `item` goes through; `applies` tells of steps with a condition.

    The application itself is the draft and no stage. An item whose text names no step is accepted and answered by its
    window or agency, without any limit.
    """
    steps = [step for step in item.steps if step.kind != "application" and applies(step)]
    if not steps:
        steps = _plainest(item, city)
    return tuple(_stage(position, step, city) for position, step in enumerate(steps, start=1))


def _plainest(item: Item, city: City) -> list[Step]:
    by = next(iter(item.windows), None) or item.agency or next(iter(city.agencies))
    return [Step("acceptance", "acceptance", by, item.cites), Step("result", "result", item.agency or by, item.cites)]


def _stage(position: int, step: Step, city: City) -> Stage:
    role, desk = _desk(step, city)
    name = STEP_NAMES[step.kind]
    length, promised = (None, step.length) if step.limit == "promised" else (step.length, step.promised)
    return Stage(position, step.id, step.kind, name, role, desk, length, step.unit, promised, step.cites, step.where)


def _desk(step: Step, city: City) -> tuple[Role, str | None]:
    if step.by == "applicant":
        return Role.APPLICANT, None
    if step.by == "employer":
        return Role.EMPLOYER, None
    if step.by in city.windows:
        return Role.WINDOW, city.windows[step.by].agency or step.by
    return AGENCY_ROLES.get(step.kind, Role.REVIEWER), step.by


def after(stages: Sequence[Stage], position: int) -> Stage | None:
    """Return the stage that follows a position, or None at the end."""
    return next((stage for stage in stages if stage.position > position), None)


def decides(stages: Sequence[Stage], left: int) -> bool:
    """Tell whether leaving position `left` favourably is the decision: nothing is left but to carry it out."""
    rest = [stage.kind for stage in stages if stage.position > left]
    return all(kind in CARRYING_OUT for kind in rest)


def due(
    length: int | None, unit: str | None, entered_on: date, pauses: Sequence[Span], calendar: Calendar
) -> date | None:
    """Return the last day of a stage's limit, or None where it has none or no calendar covers it yet.

    The work goes on while a year's calendar is unpublished; `clocks.fill_missing_limits` adds the day once it is there.
    """
    if length is None or unit is None:
        return None
    try:
        return due_after_pauses(entered_on, length, unit, pauses, calendar)
    except UncoveredYear:
        return None


@dataclass(frozen=True, slots=True)
class LastDays:
    """Until when a stay has to be over: by the promise where there is one, and then by law."""

    due_on: date | None
    statutory_on: date | None
    """The statutory last day where `due_on` is a promised one; None where nothing is promised or the law sets none."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The periods of a stay: by law, as promised, and their unit."""

    length: int | None
    promised: int | None
    unit: str | None

    def last_days(self, entered_on: date, pauses: Sequence[Span], calendar: Calendar) -> LastDays:
        """Return both last days of a stay that began on a day and stood still in `pauses`."""
        statutory = due(self.length, self.unit, entered_on, pauses, calendar)
        if self.promised is None:
            return LastDays(statutory, None)
        return LastDays(due(self.promised, self.unit, entered_on, pauses, calendar), statutory)


# --- what may be done when --------------------------------------------------------------------------------------------

DESK = "desk"
"""Whoever holds the desk the case lies on; `backend.workflow.rights` decides who that is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the transition table: in which states, at which kinds of step (None: any), by whom."""

    states: frozenset[State]
    kinds: frozenset[str] | None
    who: str
    name: str


_RUNNING = frozenset({State.RUNNING})
_JUDGING = frozenset({"employer_review", "online_review", "site_check", "review", "adjudication", "approval"})

COMMANDS: Mapping[str, Rule] = {
    "edit": Rule(frozenset({State.DRAFT, State.CORRECTION}), None, Role.APPLICANT, "修改"),
    "submit": Rule(frozenset({State.DRAFT}), None, Role.APPLICANT, "提交"),
    "answer": Rule(frozenset({State.CORRECTION}), None, Role.APPLICANT, "提交补正"),
    "withdraw": Rule(
        frozenset({State.DRAFT, State.RUNNING, State.CORRECTION, State.NOTICE}), None, Role.APPLICANT, "撤回"
    ),
    "confirm": Rule(_RUNNING, frozenset({"signing", "result", "placement"}), Role.APPLICANT, "确认"),
    "accept": Rule(_RUNNING, frozenset({"acceptance"}), DESK, "受理"),
    "refuse": Rule(_RUNNING, frozenset({"acceptance", "online_review"}), DESK, "不予受理"),
    "approve": Rule(_RUNNING, _JUDGING, DESK, "通过"),
    "reject": Rule(_RUNNING, _JUDGING | {"decision"}, DESK, "不通过"),
    "correct": Rule(_RUNNING, _JUDGING - {"adjudication"} | {"acceptance"}, DESK, "要求补正"),
    "publish": Rule(_RUNNING, frozenset({"public_notice"}), DESK, "发布公示"),
    "object": Rule(frozenset({State.NOTICE}), frozenset({"public_notice"}), "anyone", "提出异议"),
    "decide_objection": Rule(frozenset({State.NOTICE}), frozenset({"public_notice"}), DESK, "处理异议"),
    "close_notice": Rule(frozenset({State.NOTICE}), frozenset({"public_notice"}), "clock", "公示期满"),
    "decide": Rule(_RUNNING, frozenset({"decision"}), DESK, "作出决定"),
    "issue_card": Rule(_RUNNING, frozenset({"card"}), DESK, "发卡"),
    "complete": Rule(_RUNNING, frozenset({"placement", "signing", "filing", "result"}), DESK, "办结本环节"),
    "pay": Rule(_RUNNING, frozenset({"payment"}), DESK, "列入兑现"),
    "hand_over": Rule(frozenset({State.RUNNING, State.NOTICE}), None, DESK, "转办"),
    "expire": Rule(frozenset({State.DRAFT, State.CORRECTION}), None, "clock", "过期"),
}


def allowed(command: str, state: str, kind: str | None) -> bool:
    """Tell whether the table has a row for a command in a state and at a kind of step."""
    rule = COMMANDS[command]
    return state in rule.states and (rule.kinds is None or kind in rule.kinds)


def commands_at(state: str, kind: str | None) -> list[str]:
    """Return the commands the table allows in a state and at a kind of step, in the order of the table."""
    return [command for command in COMMANDS if allowed(command, state, kind)]
