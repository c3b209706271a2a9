"""The tables of the shared store, grouped as an office would: people, employers, cases, papers, money, messages, staff.

Conventions: text ids (`backend.store.ids`), moments aware (`MomentField`), days `date`, money whole fen (`FenField`).
A column ending in `_sealed` holds ciphertext of `backend.store.crypto`, one ending in `_lookup` a keyed hash of the
same value, one ending in `_masked` what lists may show. State names are the closed sets of `backend.workflow.stages`.
Nothing here decides anything; queries live beside this module, one per topic.
"""

from functools import partial

from peewee import (
    BooleanField,
    CompositeKey,
    DatabaseProxy,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

from backend import clock
from backend.store.fields import FenField, MomentField
from backend.store.ids import new_id

database = DatabaseProxy()


class Base(Model):
    """Binds every table to the one database of the process (`backend.store.database.open_store`)."""

    class Meta:
        database = database
        legacy_table_names = False


def Key(prefix: str) -> TextField:
    """A primary key filled with a fresh id of this prefix."""
    return TextField(primary_key=True, default=partial(new_id, prefix))


def Created() -> MomentField:
    """The moment a row came to be."""
    return MomentField(default=clock.now)


def Link(model, **options) -> ForeignKeyField:
    """A reference that refuses to leave orphans."""
    return ForeignKeyField(model, on_delete=options.pop("on_delete", "RESTRICT"), **options)


# --- people -----------------------------------------------------------------------------------------------------------


class Applicant(Base):
    """A person who uses the service. The id is the only name other processes (Rasa, logs) ever see."""

    id = Key("apl")
    created_at = Created()
    state = TextField(default="active")  # active | deleted
    city = TextField(null=True)  # the city the person looks at
    name_masked = TextField(default="")
    preferences = JSONField(default=dict)  # larger_type, dark, reminders
    deleted_at = MomentField(null=True)


class Identity(Base):
    """One WeChat account of a person: mini-program or official account, tied by unionid where there is one."""

    id = Key("idn")
    applicant = Link(Applicant, backref="identities")
    kind = TextField()  # mini_program | official_account
    app_id = TextField()
    openid = TextField()
    unionid = TextField(null=True, index=True)
    subscribed = BooleanField(default=True)  # follows the official account
    created_at = Created()

    class Meta:
        indexes = ((("app_id", "openid"), True),)


class Session(Base):
    """A login of the mini-program; the token itself is never stored."""

    id = Key("ses")
    applicant = Link(Applicant, backref="sessions", on_delete="CASCADE")
    token_hash = TextField(unique=True)
    client = TextField(default="weapp")  # weapp | h5 | alipay
    created_at = Created()
    seen_at = MomentField(default=clock.now)
    expires_at = MomentField()
    revoked_at = MomentField(null=True)


class Consent(Base):
    """What a person agreed to: which text, which version, for what, when; and when it was taken back."""

    id = Key("cns")
    applicant = Link(Applicant, backref="consents", on_delete="CASCADE")
    kind = TextField()  # privacy | sensitive | employer_share | reminders
    version = TextField()
    text_hash = TextField()
    scope = JSONField(default=list)
    channel = TextField(default="weapp")
    given_at = MomentField(default=clock.now)
    withdrawn_at = MomentField(null=True)


class Fact(Base):
    """One statement about a person. Rows never change: a newer row supersedes, so history stays.

    `value` holds ordinary facts as JSON; protected ones are in `value_sealed` with `value_lookup` and `value_masked`.
    """

    id = Key("fct")
    applicant = Link(Applicant, backref="facts")
    name = TextField()
    value = JSONField(null=True)
    value_sealed = TextField(null=True)
    value_lookup = TextField(null=True, index=True)
    value_masked = TextField(null=True)
    source = TextField()  # assistant | form | employer | staff | import
    told_by = TextField(null=True)  # staff id, employer id or import id where it was not the person
    told_at = MomentField(default=clock.now)
    superseded_at = MomentField(null=True)
    deleted = BooleanField(default=False)  # the row that ends a fact: it says "taken back"

    class Meta:
        indexes = ((("applicant", "name", "told_at"), False),)


Fact.add_index(
    Fact.index(Fact.applicant, Fact.name, unique=True, where=Fact.superseded_at.is_null(), name="fact_current")
)


# --- employers --------------------------------------------------------------------------------------------------------


class Employer(Base):
    """A unit that employs talents, registered by its HR with the unified social credit code and approved by staff."""

    id = Key("emp")
    name = TextField(index=True)
    credit_code = TextField(null=True, unique=True)
    city = TextField()
    district = TextField(null=True)
    jurisdiction = TextField(null=True)  # district | county | city_direct
    category = TextField(null=True)
    state = TextField(default="pending")  # pending | approved | refused | suspended
    contact_sealed = TextField(null=True)
    registered_by = Link(Applicant, null=True)
    reason = TextField(null=True)
    decided_by = TextField(null=True)
    decided_at = MomentField(null=True)
    created_at = Created()

    class Meta:
        indexes = ((("city", "state"), False),)


class EmployerMember(Base):
    """A person who does HR work for an employer in the mini-program (staff accounts name their employer themselves)."""

    id = Key("mem")
    employer = Link(Employer, backref="members", on_delete="CASCADE")
    applicant = Link(Applicant, backref="memberships", on_delete="CASCADE")
    role = TextField(default="hr")
    state = TextField(default="pending")  # pending | active | removed
    created_at = Created()

    class Meta:
        indexes = ((("employer", "applicant"), True),)


class Departure(Base):
    """A leaver reported by an employer: stops payments from the month after."""

    id = Key("dep")
    employer = Link(Employer)
    applicant = Link(Applicant)
    left_on = DateField()
    reason = TextField(default="")
    reported_by = TextField()
    reported_at = Created()


class DirectoryEntry(Base):
    """A name on an imported list (key enterprises, leading enterprises…), with the days it stood there."""

    id = Key("dir")
    city = TextField()
    directory = TextField()
    name = TextField()
    district = TextField(null=True)
    credit_code = TextField(null=True)
    listed_on = DateField()
    delisted_on = DateField(null=True)
    source = TextField()  # document/article or import id
    details = JSONField(default=dict)

    class Meta:
        indexes = ((("city", "directory", "name", "listed_on"), True),)


# --- staff ------------------------------------------------------------------------------------------------------------


class Staff(Base):
    """An account of the console: one role at one agency of one city (or at one employer), see `workflow.rights`."""

    id = Key("stf")
    login = TextField(unique=True)
    name = TextField()
    role = TextField()
    city = TextField(null=True)
    agency = TextField(null=True)
    window = TextField(null=True)
    place = TextField(null=True)  # district the account is limited to
    employer = Link(Employer, null=True, backref="staff")
    password_hash = TextField()
    must_change = BooleanField(default=False)
    totp_sealed = TextField(null=True)
    oidc_subject = TextField(null=True, unique=True)
    failures = IntegerField(default=0)
    locked_until = MomentField(null=True)
    state = TextField(default="active")  # active | disabled
    created_at = Created()
    seen_at = MomentField(null=True)


class StaffSession(Base):
    """A login of the console."""

    id = Key("sts")
    staff = Link(Staff, backref="sessions", on_delete="CASCADE")
    token_hash = TextField(unique=True)
    csrf = TextField()
    agent = TextField(default="")
    created_at = Created()
    seen_at = MomentField(default=clock.now)
    expires_at = MomentField()
    revoked_at = MomentField(null=True)


class Delegation(Base):
    """While `absent` is away, `deputy` may do what `absent` may."""

    id = Key("dlg")
    absent = Link(Staff, backref="delegations")
    deputy = Link(Staff, backref="deputies")
    starts_on = DateField()
    ends_on = DateField()
    created_at = Created()


class SavedReply(Base):
    """A sentence that a desk uses often."""

    id = Key("rpl")
    city = TextField(null=True)
    agency = TextField(null=True)
    staff = Link(Staff, null=True, on_delete="CASCADE")
    title = TextField()
    text = TextField()


class Audit(Base):
    """What was done by whom to which record. Each row hashes the one before it (`backend.store.audit.verify`)."""

    seq = IntegerField(primary_key=True)  # given by the chain itself, without gaps
    at = MomentField()
    actor_kind = TextField()  # applicant | staff | employer | job | system
    actor = TextField()
    action = TextField()
    subject_kind = TextField()
    subject = TextField()
    detail = JSONField(default=dict)  # ids and codes only
    previous_hash = TextField()
    hash = TextField(unique=True)

    class Meta:
        indexes = ((("subject_kind", "subject"), False), (("actor", "at"), False))


class AuditHead(Base):
    """One row that holds the newest hash; locking it puts the writers of the chain in line."""

    id = IntegerField(primary_key=True, default=1)
    seq = IntegerField(default=0)
    hash = TextField(default="")


# --- cases ------------------------------------------------------------------------------------------------------------


class Application(Base):
    """A case. Pinned to a pack version and a day; `version` counts every change, so that of two deciders one fails."""

    id = Key("app")
    number = TextField(null=True, unique=True)  # 办件编号, given at submission
    applicant = Link(Applicant, backref="applications")
    city = TextField()
    item = TextField()
    kind = TextField(default="new")  # new | renewal | change | reopened
    previous = Link("self", null=True, backref="successors")
    pack_version = TextField()
    as_of = DateField()
    area = TextField(null=True)  # district | county | city: decides the funding split
    place = TextField(null=True)  # the district's own name
    employer = Link(Employer, null=True, backref="applications")
    delegate = Link(Staff, null=True)  # 专人代办: the specialist who acts for the person
    applicant_masked = TextField(default="")

    state = TextField(default="draft")
    version = IntegerField(default=1)
    step = TextField(null=True)  # id of the pack's step the case is at
    step_kind = TextField(null=True)
    role = TextField(null=True)  # whose desk; no case but an open one has one
    agency = TextField(null=True)
    entered_at = MomentField(null=True)
    due_on = DateField(null=True)
    frozen = BooleanField(default=False)

    fact_ids = JSONField(default=list)  # the facts as submitted
    declared_at = MomentField(null=True)
    verdict = JSONField(null=True)  # the engine's verdict at submission, as data
    amount_fen = FenField(null=True)
    terms = JSONField(null=True)  # what a judging desk settled where the text leaves it open
    outcome = TextField(null=True)  # granted | rejected | refused …
    reason = TextField(null=True)

    created_at = Created()
    updated_at = MomentField(default=clock.now)
    expires_on = DateField(null=True)  # a draft's last day
    submitted_at = MomentField(null=True)
    accepted_at = MomentField(null=True)
    decided_at = MomentField(null=True)
    closed_at = MomentField(null=True)

    class Meta:
        indexes = (
            (("employer", "state", "due_on"), False),
            (("applicant", "item", "state"), False),
            (("city", "state", "due_on", "id"), False),
            (("city", "closed_at"), False),
            (("city", "item", "submitted_at"), False),
            (("state", "expires_on"), False),
        )


Application.add_index(
    Application.index(
        Application.applicant,
        Application.city,
        Application.item,
        unique=True,
        where=(Application.state == "draft"),
        name="application_one_draft",
    )
)
Application.add_index(  # a desk, the earliest due day first, without reading the rows
    Application.index(
        *(Application.city, Application.agency, Application.due_on, Application.id),
        *(Application.role, Application.state),
        where=Application.role.is_null(False),
        name="application_desk",
    )
)
Application.add_index(  # that of one role among many at a busy agency
    Application.index(
        *(Application.city, Application.agency, Application.role),
        *(Application.due_on, Application.id, Application.state),
        where=Application.role.is_null(False),
        name="application_desk_of_role",
    )
)
Application.add_index(  # lists of all that is in sight, in the same order
    Application.index(
        *(Application.city, Application.due_on, Application.id, Application.agency),
        where=Application.submitted_at.is_null(False),
        name="application_listed",
    )
)
Application.add_index(  # of them what is open
    Application.index(
        *(Application.city, Application.due_on, Application.id),
        *(Application.agency, Application.item, Application.step_kind),
        where=Application.role.is_null(False),
        name="application_open",
    )
)


class StepRecord(Base):
    """One stay of a case at one step: whose it was, since when, until when it had to be done, how it ended."""

    id = Key("stp")
    application = Link(Application, backref="steps", on_delete="CASCADE")
    step = TextField()
    kind = TextField()
    position = IntegerField()
    role = TextField()
    agency = TextField(null=True)
    entered_at = MomentField()
    limit_length = IntegerField(null=True)
    limit_unit = TextField(null=True)  # workday | day | month
    promised_length = IntegerField(null=True)  # a shorter limit the office holds itself to
    due_on = DateField(null=True)  # by the promise where there is one
    statutory_on = DateField(null=True)  # the statutory last day behind a promised one
    cite = TextField(null=True)
    left_at = MomentField(null=True)
    outcome = TextField(null=True)
    actor_kind = TextField(null=True)
    actor = TextField(null=True)
    note = TextField(null=True)
    warned_level = IntegerField(default=0)  # 1 the person, 2 the supervisor, 3 the coordinator
    overdue_since = DateField(null=True)

    class Meta:
        indexes = (
            (("application", "position"), False),
            (("application", "agency"), False),  # did it take part in this case?
            (("agency", "application"), False),  # in which cases did it?
            (("agency", "left_at", "due_on"), False),
        )


StepRecord.add_index(
    StepRecord.index(StepRecord.due_on, where=StepRecord.left_at.is_null(), name="step_record_running")
)


class Pause(Base):
    """A span in which a step's clock stood still."""

    id = Key("pau")
    step_record = Link(StepRecord, backref="pauses", on_delete="CASCADE")
    starts_at = MomentField()
    ends_at = MomentField(null=True)
    reason = TextField()


class StaffAlert(Base):
    """A warning for a role at an agency (or an employer's HR): a step is due soon, over its limit, or late."""

    id = Key("alr")
    city = TextField()
    role = TextField()
    agency = TextField(null=True)
    employer = Link(Employer, null=True, on_delete="CASCADE")
    application = Link(Application, on_delete="CASCADE")
    step_record = Link(StepRecord, on_delete="CASCADE")
    level = IntegerField()
    text = TextField()
    created_at = Created()
    seen_at = MomentField(null=True)

    class Meta:
        indexes = ((("step_record", "role", "level"), True), (("city", "role", "agency", "id"), False))


class Correction(Base):
    """补正: one notice that lists everything to mend. A second one for something seen the first time is flagged."""

    id = Key("cor")
    application = Link(Application, backref="corrections", on_delete="CASCADE")
    step_record = Link(StepRecord, backref="corrections")
    sent_at = Created()
    sent_by = TextField()
    due_on = DateField(null=True)
    answered_at = MomentField(null=True)
    flagged = BooleanField(default=False)


class CorrectionPoint(Base):
    """One thing to mend and how: a material, a fact, or a matter put in words."""

    id = Key("cpt")
    correction = Link(Correction, backref="points", on_delete="CASCADE")
    subject_kind = TextField()  # material | fact | other
    subject = TextField()
    text = TextField()
    visible_before = BooleanField(default=False)
    mended_at = MomentField(null=True)


class CaseNote(Base):
    """A word between colleagues about a case: a note, a hand-over, the finding of a site check."""

    id = Key("not")
    application = Link(Application, backref="notes", on_delete="CASCADE")
    staff = Link(Staff)
    kind = TextField(default="note")  # note | handover | site_check | expert
    text = TextField()
    created_at = Created()


class VerdictOverride(Base):
    """A person's decision against the engine's verdict, with the reason."""

    id = Key("ovr")
    application = Link(Application, backref="overrides", on_delete="CASCADE")
    staff = Link(Staff)
    engine_verdict = TextField()
    decided_verdict = TextField()
    reason = TextField()
    created_at = Created()


class Decision(Base):
    """What was decided: recognition, grant, rejection, refusal, stop, claw-back."""

    id = Key("dec")
    application = Link(Application, backref="decisions", on_delete="CASCADE")
    kind = TextField()
    number = TextField(null=True, unique=True)
    category = TextField(null=True)
    tier = TextField(null=True)
    amount_fen = FenField(null=True)
    months = IntegerField(null=True)
    reasons = JSONField(default=list)  # [{text, cite}]
    decided_by = TextField()
    decided_at = Created()


class TalentCard(Base):
    """The card a recognition brings. `token` is what the QR code carries: it shows validity, nothing else."""

    id = Key("crd")
    applicant = Link(Applicant, backref="cards")
    application = Link(Application, backref="cards")
    city = TextField()
    number = TextField(unique=True)
    token = TextField(unique=True)
    category = TextField(null=True)
    tier = TextField(null=True)
    issued_on = DateField()
    valid_until = DateField(null=True)
    renewed_on = DateField(null=True)
    state = TextField(default="valid")  # valid | lost | replaced | cancelled
    replaced_by = Link("self", null=True)
    reason = TextField(null=True)


class NumberSeries(Base):
    """The last number given in a series (case numbers, cards, decisions, notices): counted without gaps."""

    name = TextField(primary_key=True)
    last = IntegerField(default=0)


# --- papers -----------------------------------------------------------------------------------------------------------


class Material(Base):
    """A paper of a person, one or more pages, usable for any number of cases."""

    id = Key("mat")
    applicant = Link(Applicant, backref="materials")
    kind = TextField()  # material id of the packs: identity, contract…
    title = TextField()
    source = TextField(default="applicant")  # applicant | employer | staff | wechat
    created_at = Created()
    deleted_at = MomentField(null=True)

    class Meta:
        indexes = ((("applicant", "kind"), False),)


class MaterialPage(Base):
    """One page: an encrypted file and its thumbnail, named by the hash of what was uploaded."""

    id = Key("pag")
    material = Link(Material, backref="pages", on_delete="CASCADE")
    position = IntegerField()
    sha256 = TextField()
    media_type = TextField()
    size = IntegerField()
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    rotation = IntegerField(default=0)
    file = TextField()
    thumbnail = TextField(null=True)
    read_text_sealed = TextField(null=True)  # what OCR read, for the person to confirm
    created_at = Created()

    class Meta:
        indexes = ((("material", "position"), False),)


class ApplicationMaterial(Base):
    """A paper handed in for a requirement of a case, and what the window made of it."""

    id = Key("apm")
    application = Link(Application, backref="materials", on_delete="CASCADE")
    material = Link(Material, backref="uses")
    requirement = TextField()  # material id in the item
    original_checked_at = MomentField(null=True)
    original_checked_by = TextField(null=True)
    verdict = TextField(null=True)  # accepted | unfit
    note = TextField(null=True)
    linked_at = Created()
    unlinked_at = MomentField(null=True)

    class Meta:
        indexes = ((("application", "requirement"), False),)


# --- public notice ----------------------------------------------------------------------------------------------------


class PublicNotice(Base):
    """A list of people shown to the public for so many days; open from its first day to the end of its last."""

    id = Key("ntc")
    number = TextField(null=True, unique=True)
    city = TextField()
    agency = TextField(null=True)
    item = TextField()
    title = TextField()
    published_at = MomentField()
    first_day = DateField()
    closes_on = DateField()
    length = IntegerField()
    unit = TextField()
    cite = TextField(null=True)
    published_by = TextField()
    state = TextField(default="open")  # open | closed
    closed_at = MomentField(null=True)

    class Meta:
        indexes = ((("state", "closes_on"), False), (("city", "published_at"), False))


class NoticeEntry(Base):
    """One person on a notice, under a masked name. An objection freezes this entry and no other."""

    id = Key("ent")
    notice = Link(PublicNotice, backref="entries", on_delete="CASCADE")
    application = Link(Application, backref="notice_entries")
    position = IntegerField()
    name_masked = TextField()
    employer_name = TextField(null=True)
    text = TextField(default="")  # category or amount as shown
    frozen = BooleanField(default=False)
    outcome = TextField(null=True)  # cleared | upheld

    class Meta:
        indexes = ((("notice", "application"), True),)


class Objection(Base):
    """An objection against one entry, named or anonymous, with its decision."""

    id = Key("obj")
    entry = Link(NoticeEntry, backref="objections")
    name_sealed = TextField(null=True)
    phone_sealed = TextField(null=True)
    text_sealed = TextField()
    files = JSONField(default=list)
    by_applicant = Link(Applicant, null=True)
    filed_at = Created()
    state = TextField(default="open")  # open | rejected | upheld
    decision = TextField(null=True)
    decided_by = TextField(null=True)
    decided_at = MomentField(null=True)


# --- money ------------------------------------------------------------------------------------------------------------


class PaymentBatch(Base):
    """Payments of one funder handed to the bank together; approved by a second person."""

    id = Key("bat")
    number = TextField(unique=True)
    city = TextField()
    payer = TextField()
    state = TextField(default="open")  # open | approved | exported | settled
    created_by = TextField()
    created_at = Created()
    approved_by = TextField(null=True)
    approved_at = MomentField(null=True)
    exported_at = MomentField(null=True)
    settled_at = MomentField(null=True)
    file_hash = TextField(null=True)


class Payment(Base):
    """One payer's part of one period of one case. Amounts never change; new rows correct (`corrects`)."""

    id = Key("pay")
    application = Link(Application, backref="payments")
    applicant = Link(Applicant, backref="payments")
    city = TextField()
    item = TextField()
    period = TextField()  # YYYY-MM; for one-off payments the month of the decision
    kind = TextField(default="regular")  # regular | back_pay | claw_back | correction
    payer = TextField()
    fen = FenField()
    share = TextField()  # exact fraction, "1/3"
    pack_version = TextField()
    due_on = DateField(null=True)
    state = TextField(default="due")  # due | batched | paid | failed | stopped
    batch = Link(PaymentBatch, null=True, backref="payments")
    corrects = Link("self", null=True)
    failure = TextField(null=True)
    created_at = Created()
    paid_on = DateField(null=True)

    class Meta:
        indexes = (
            (("city", "payer", "state", "period"), False),
            (("city", "state", "payer", "fen", "due_on"), False),  # sums, without reading the rows
            (("city", "id"), False),
            (("city", "paid_on"), False),
            (("applicant", "period"), False),
        )


Payment.add_index(
    Payment.index(
        Payment.application,
        Payment.period,
        Payment.payer,
        unique=True,
        where=(Payment.kind == "regular"),
        name="payment_once",
    )
)
Payment.add_index(  # what is not paid yet, added up in the order of the index
    Payment.index(
        *(Payment.city, Payment.payer, Payment.state, Payment.fen),
        where=(Payment.state != "paid"),
        name="payment_unpaid",
    )
)


class ClosedPeriod(Base):
    """A month of an item that is settled: from then on only new entries of other kinds may refer to it."""

    city = TextField()
    item = TextField()
    period = TextField()
    closed_by = TextField()
    closed_at = Created()

    class Meta:
        primary_key = CompositeKey("city", "item", "period")


class InsuredMonth(Base):
    """A month for which the insurance office reports a contribution, from an imported file."""

    id = Key("ins")
    applicant = Link(Applicant, backref="insured_months")
    period = TextField()
    employer_name = TextField(null=True)
    back_paid = BooleanField(default=False)
    source = TextField()
    imported_at = Created()

    class Meta:
        indexes = ((("applicant", "period"), True),)


# --- service quality --------------------------------------------------------------------------------------------------


class Rating(Base):
    """好差评: one to five, once for each finished step; a low one wants an answer by a day."""

    id = Key("rat")
    application = Link(Application, backref="ratings", on_delete="CASCADE")
    step_record = Link(StepRecord, null=True, unique=True)
    applicant = Link(Applicant)
    city = TextField()
    agency = TextField(null=True)
    grade = IntegerField()
    tags = JSONField(default=list)
    text = TextField(default="")
    rated_at = Created()
    answer_due_on = DateField(null=True)
    answer = TextField(null=True)
    answered_by = TextField(null=True)
    answered_at = MomentField(null=True)

    class Meta:
        indexes = ((("city", "agency", "rated_at"), False),)


Rating.add_index(
    Rating.index(
        Rating.city,
        Rating.agency,
        where=Rating.answer_due_on.is_null(False) & Rating.answered_at.is_null(),
        name="rating_unanswered",
    )
)


class Complaint(Base):
    """A complaint, a matter for the 12380 line, or a message that wants a reply; each kind has its own clock."""

    id = Key("cmp")
    number = TextField(null=True, unique=True)
    applicant = Link(Applicant, null=True, backref="complaints")
    application = Link(Application, null=True)
    city = TextField()
    agency = TextField(null=True)
    kind = TextField()  # complaint | organization | message
    subject = TextField()
    text_sealed = TextField()
    contact_sealed = TextField(null=True)
    files = JSONField(default=list)
    filed_at = Created()
    due_on = DateField(null=True)
    state = TextField(default="open")  # open | answered | closed
    answer = TextField(null=True)
    answered_by = TextField(null=True)
    answered_at = MomentField(null=True)
    satisfied = BooleanField(null=True)

    class Meta:
        indexes = (
            (("city", "state", "due_on"), False),
            (("city", "kind", "state", "due_on", "id"), False),  # a list, the earliest due day first
        )


class Appointment(Base):
    """A time at a window of the pack."""

    id = Key("apt")
    applicant = Link(Applicant, backref="appointments")
    application = Link(Application, null=True)
    city = TextField()
    window = TextField()
    day = DateField()
    slot = TextField()  # "09:00"
    counter = IntegerField()  # which of the window's counters
    topic = TextField(default="")
    state = TextField(default="booked")  # booked | cancelled | kept | missed
    created_at = Created()


Appointment.add_index(
    Appointment.index(
        Appointment.city,
        Appointment.window,
        Appointment.day,
        Appointment.slot,
        Appointment.counter,
        unique=True,
        where=(Appointment.state == "booked"),
        name="appointment_one_counter",
    )
)


# --- messages ---------------------------------------------------------------------------------------------------------


class ConsentCredit(Base):
    """How many subscribe messages of a template a person still allows. Only the popup event and sends change it."""

    id = Key("crt")
    applicant = Link(Applicant, backref="credits", on_delete="CASCADE")
    template = TextField()
    remaining = IntegerField(default=0)
    long_term = BooleanField(default=False)
    refused_at = MomentField(null=True)
    updated_at = MomentField(default=clock.now)

    class Meta:
        indexes = ((("applicant", "template"), True),)


class CreditEntry(Base):
    """One change of a credit. `event` is the platform's event key: a repeated event changes nothing."""

    id = Key("cre")
    applicant = Link(Applicant, on_delete="CASCADE")
    template = TextField()
    delta = IntegerField()
    reason = TextField()  # accepted | declined | sent | refunded | refused | cancelled
    source = TextField()  # claim (the client's word) | popup (the platform's) | send | change
    open = BooleanField(default=False)  # a word on a tap about which the other side has not spoken yet
    event = TextField(null=True, unique=True)
    at = Created()

    class Meta:
        indexes = ((("applicant", "template", "at"), False),)


class Campaign(Base):
    """A message to many, approved by a second person; one permanent platform error stops all of it."""

    id = Key("cam")
    name = TextField()
    city = TextField(null=True)
    template = TextField()
    audience = JSONField(default=dict)
    keywords = JSONField(default=dict)
    page = TextField(default="")
    state = TextField(default="draft")  # draft | approved | running | paused | stopped | done
    created_by = TextField()
    approved_by = TextField(null=True)
    created_at = Created()
    starts_at = MomentField(null=True)
    stopped_reason = TextField(null=True)
    cursor = TextField(null=True)  # id of the last applicant queued


class OutboxMessage(Base):
    """A promise to tell someone, written in the transaction of the change itself; the worker keeps it."""

    id = Key("out")
    event = TextField()  # business event, e.g. application id + version
    applicant = Link(Applicant, backref="outbox")
    template = TextField()
    application = Link(Application, null=True, backref="outbox")
    keywords = JSONField(default=dict)
    page = TextField(default="")
    campaign = Link(Campaign, null=True, backref="messages")
    channel = TextField(default="subscribe")  # subscribe | sms
    state = TextField(default="queued")  # queued | leased | sending | sent | failed | skipped | unknown
    credit_spent = BooleanField(default=False)  # a one-time credit is spent on the present attempt
    attempts = IntegerField(default=0)
    next_at = MomentField(default=clock.now)
    deadline = MomentField(null=True)
    lease = TextField(null=True)
    leased_until = MomentField(null=True)
    errcode = IntegerField(null=True)
    reason = TextField(null=True)
    msgid = TextField(null=True, index=True)
    created_at = Created()
    sent_at = MomentField(null=True)

    class Meta:
        indexes = ((("event", "applicant", "template"), True), (("state", "next_at"), False))


class Delivery(Base):
    """One attempt to send."""

    id = Key("dlv")
    message = Link(OutboxMessage, backref="deliveries", on_delete="CASCADE")
    attempt = IntegerField()
    at = Created()
    channel = TextField(default="mini_program")
    result = TextField()
    errcode = IntegerField(null=True)
    errmsg = TextField(null=True)
    msgid = TextField(null=True)
    took_ms = IntegerField(null=True)


class InAppMessage(Base):
    """The message centre of the mini-program: everything is here, whether or not WeChat took it."""

    id = Key("msg")
    event = TextField()
    applicant = Link(Applicant, backref="messages", on_delete="CASCADE")
    application = Link(Application, null=True, on_delete="CASCADE")
    title = TextField()
    body = TextField()
    page = TextField(default="")
    created_at = Created()
    read_at = MomentField(null=True)

    class Meta:
        indexes = ((("event", "applicant"), True), (("applicant", "id"), False))


class ChatMessage(Base):
    """One line of the conversation with the assistant; typed numbers of papers, phones and cards are masked first."""

    id = Key("cht")
    applicant = Link(Applicant, backref="chat", on_delete="CASCADE")
    speaker = TextField()  # applicant | assistant
    text = TextField()
    citations = JSONField(default=list)
    links = JSONField(default=list)
    city = TextField(null=True)
    created_at = Created()
    helpful = BooleanField(null=True)

    class Meta:
        indexes = ((("applicant", "id"), False),)


class UnansweredQuestion(Base):
    """A question the assistant could not answer, masked, counted, for the people who keep the packs."""

    id = Key("unq")
    city = TextField(null=True)
    text = TextField()
    normal = TextField()  # the text without spaces and punctuation: one row per question
    times = IntegerField(default=1)
    confidence = IntegerField(null=True)  # per mille
    first_at = Created()
    last_at = MomentField(default=clock.now)
    state = TextField(default="open")  # open | answered | dismissed
    clause = TextField(null=True)  # where the answer was then written
    handled_by = TextField(null=True)

    class Meta:
        indexes = ((("city", "normal"), True), (("state", "times"), False))


# --- imported texts, calendar, housekeeping ---------------------------------------------------------------------------


class ImportedDocument(Base):
    """An official document the operator imported; a newer import of the same document replaces it as `current`."""

    id = Key("doc")
    city = TextField()
    document = TextField()  # id in the pack, or a slug of the title
    title = TextField()
    file_name = TextField()
    sha256 = TextField()
    current = BooleanField(default=True)
    imported_at = Created()

    class Meta:
        indexes = ((("city", "document", "sha256"), True),)


class ImportedArticle(Base):
    """One article of an imported document, word for word."""

    id = Key("art")
    document = Link(ImportedDocument, backref="articles", on_delete="CASCADE")
    article = TextField()
    title = TextField(default="")
    text = TextField()
    position = IntegerField()
    sha256 = TextField()

    class Meta:
        indexes = ((("document", "article"), False),)


class WorkdayOverride(Base):
    """A day the operator declares open or closed, above the calendar library; `city` null means everywhere."""

    id = Key("wdo")
    city = TextField(default="")
    day = DateField()
    workday = BooleanField()
    reason = TextField()
    entered_by = TextField()
    entered_at = Created()

    class Meta:
        indexes = ((("city", "day"), True),)


class IdempotencyKey(Base):
    """The answer given to a submission, so that a second tap gets the same one."""

    owner = TextField()
    key = TextField()
    route = TextField()
    request_hash = TextField()
    status = IntegerField(null=True)
    answer = JSONField(null=True)
    created_at = Created()

    class Meta:
        primary_key = CompositeKey("owner", "key")


class SchemaVersion(Base):
    """Which migrations this database has seen."""

    number = IntegerField(primary_key=True)
    name = TextField()
    applied_at = MomentField(default=clock.now)


TABLES = (
    Applicant,
    Identity,
    Session,
    Consent,
    Fact,
    Employer,
    EmployerMember,
    Departure,
    DirectoryEntry,
    Staff,
    StaffSession,
    Delegation,
    SavedReply,
    Audit,
    AuditHead,
    Application,
    StepRecord,
    Pause,
    StaffAlert,
    Correction,
    CorrectionPoint,
    CaseNote,
    VerdictOverride,
    Decision,
    TalentCard,
    NumberSeries,
    Material,
    MaterialPage,
    ApplicationMaterial,
    PublicNotice,
    NoticeEntry,
    Objection,
    PaymentBatch,
    Payment,
    ClosedPeriod,
    InsuredMonth,
    Rating,
    Complaint,
    Appointment,
    ConsentCredit,
    CreditEntry,
    Campaign,
    OutboxMessage,
    Delivery,
    InAppMessage,
    ChatMessage,
    UnansweredQuestion,
    ImportedDocument,
    ImportedArticle,
    WorkdayOverride,
    IdempotencyKey,
)
"""Every table that the first migration makes, in the order in which references allow it."""
