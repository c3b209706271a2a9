"""Every command of the workflow under one name, for routes, pages, jobs and the assistant's actions.

    commands.accept(staff, application_id, now, version=…)

`who` is a `Staff` row or a `Doer` (`as_applicant(id)`); a refused command raises a `Refusal` with `code` and a Chinese
`message`. Commands need an open store and nothing else; each is one transaction.
"""

from backend.workflow.case import CLOCK, Doer, as_applicant, as_staff, commands_for
from backend.workflow.clocks import (
    accrue_running,
    calendar_runs_out,
    close_due_notices,
    expire,
    fill_missing_limits,
    flag_overdue,
)
from backend.workflow.decisions import Terms, end_card, renew_card, replace_card
from backend.workflow.desk import (
    Point,
    Reason,
    accept,
    approve,
    complete,
    correct,
    decide,
    hand_over,
    issue_card,
    refuse,
    reject,
)
from backend.workflow.drafts import (
    answer,
    attach_employer,
    confirm,
    hand_in,
    mend_other,
    needed,
    problems,
    reopen,
    start,
    submit,
    take_back,
    withdraw,
)
from backend.workflow.notices import close as close_notice
from backend.workflow.notices import decide_objection, file_objection, publish
from backend.workflow.payments import (
    accrue,
    approve_batch,
    cancel_batch,
    claw_back,
    close_period,
    correct_entry,
    import_insured,
    ledger,
    make_batch,
    mark_exported,
    pay,
    retry,
    settle,
    stop,
)
from backend.workflow.refusal import Refusal

__all__ = [
    "CLOCK",
    "Doer",
    "Point",
    "Reason",
    "Refusal",
    "Terms",
    "accept",
    "accrue",
    "accrue_running",
    "answer",
    "approve",
    "approve_batch",
    "as_applicant",
    "as_staff",
    "attach_employer",
    "calendar_runs_out",
    "cancel_batch",
    "claw_back",
    "close_due_notices",
    "close_notice",
    "close_period",
    "commands_for",
    "complete",
    "confirm",
    "correct",
    "correct_entry",
    "decide",
    "decide_objection",
    "end_card",
    "expire",
    "file_objection",
    "fill_missing_limits",
    "flag_overdue",
    "hand_in",
    "hand_over",
    "import_insured",
    "issue_card",
    "ledger",
    "make_batch",
    "mark_exported",
    "mend_other",
    "needed",
    "pay",
    "problems",
    "publish",
    "refuse",
    "reject",
    "renew_card",
    "reopen",
    "replace_card",
    "retry",
    "settle",
    "start",
    "stop",
    "submit",
    "take_back",
    "withdraw",
]
