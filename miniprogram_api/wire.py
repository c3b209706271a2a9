"""What travels over the interface: one pydantic model for every request and answer.

Requests refuse unknown keys, so a typing mistake is told; answers are made from these models and nothing else, which is
what makes `/api/v1/openapi.json` true. Money is in yuan with at most two decimals, days are ISO dates, moments ISO with
the offset of Shanghai.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from flask_openapi3 import FileStorage
from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from miniprogram_api.screens import blocks as b

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}_[0-9a-z]{26}$")]
Words = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]
Number = int | float


def _storable(value: Any) -> Any:
    """Refuse text that no database keeps and nobody types: a NUL, half of a surrogate pair."""
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise PydanticCustomError("unreadable_text", "text holds characters that cannot be stored")
    if isinstance(value, Mapping):
        _storable(list(value))
        _storable(list(value.values()))
    if isinstance(value, list | tuple):
        for one in value:
            _storable(one)
    return value


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Received(BaseModel):
    """Base of everything that comes in."""

    _is_storable = field_validator("*", mode="before")(_storable)


class Given(Received):
    """Base of bodies and paths."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Asked(Received):
    """Base of query strings; parameters nobody knows are left alone."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class Answer(BaseModel):
    """Base of what goes out. A `compact` one leaves out what is null: those that carry blocks for the client."""

    model_config = ConfigDict(extra="forbid")
    compact: ClassVar[bool] = False


# --- errors -----------------------------------------------------------------------------------------------------------


class FieldProblem(Answer):
    """What is wrong with one field and what to do."""

    field: str
    code: str
    message: str
    suggestions: list[str] = Field([], description="close matches of a name nobody knows")


class Problem(Answer):
    """A refused request: a stable code, a Chinese sentence, the fields concerned."""

    code: str
    message: str
    fields: list[FieldProblem] = []
    request_id: str


class Error(Answer):
    """The body of every answer that is not a success."""

    error: Problem


# --- small things -----------------------------------------------------------------------------------------------------


class Cited(Answer):
    """The article a statement rests on; `quote` is the official wording where the operator imported it."""

    document: str
    title: str
    article: str
    quote: str | None = None


class Chip(Cited):
    """An article as it stands under an answer in the conversation."""

    label: str = Field(description="what stands on it, e.g. 生活补助细则 第三条")


class Link(Answer):
    """Something to tap under an answer: action is say, screen, dial, article or open; see docs/blocks.md."""

    label: str
    action: str
    target: str


class Done(Answer):
    """A command was carried out. The client shows `toast`, then takes `next`."""

    compact: ClassVar[bool] = True
    toast: str | None = None
    next: b.Action | None = None
    blocks: list[b.Block] | None = None


class ById(Given):
    """An id in the path."""

    id: Id


class CodeOf(Given):
    """Of what a mini-program code is wanted: a public notice by its id, a city's windows or services by the city."""

    kind: Literal["notice", "windows", "home"]
    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-z_]{1,40}$")]


class Scene(Given):
    """What stands in a scanned code."""

    scene: Annotated[str, StringConstraints(pattern=r"^[a-z]-[0-9A-Za-z_]{1,30}$")]


class Paging(Asked):
    """Which page of a list: rows after the key that the page before gave."""

    after: str | None = None


# --- session ----------------------------------------------------------------------------------------------------------


class LoginCode(Given):
    """The code that `wx.login` gave, or in sandbox mode `sandbox:<name>`."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SignedIn(Answer):
    """The session's token, to be sent as `Authorization: Bearer …`."""

    token: str
    expires_in: int = Field(description="seconds")
    applicant: str


class TestUser(Answer):
    """A person of the sandbox one may sign in as."""

    name: str
    label: str


class CityName(Answer):
    """A city with a pack."""

    id: str
    name: str


class About(Answer):
    """What the server says of itself before anybody signs in."""

    sandbox: bool
    sandbox_phone: str | None
    test_users: list[TestUser]
    cities: list[CityName]
    city: str


class ClockAhead(Given):
    """By how many days the sandbox's clock is set ahead."""

    days: Annotated[int, Field(ge=0, le=400)]


class Clock(Answer):
    """The present moment of the sandbox."""

    now: datetime


# --- policy -----------------------------------------------------------------------------------------------------------


class EligibilityQuestion(Given):
    """Whom to judge: city by id or name, the day (today by default), one item or all, the facts known."""

    city: Name
    as_of: date | None = None
    item: Name | None = None
    facts: dict[str, Any] = {}


class ItemName(Answer):
    """An item of a pack."""

    id: str
    name: str


class AmountOf(Answer):
    """An amount as the texts give it; `value` is a number, a day for time limits, or null where there is none."""

    kind: Literal["fixed", "range", "discretionary", "unknown", "none"]
    value: Number | str | None = None
    max: Number | None = None
    unit: str | None = None
    months: int | None = None
    total: Number | None = None
    months_payable: int | None = None
    shares: dict[str, Number] | None = None
    shares_exact: dict[str, str] | None = None


class Unmet(Answer):
    """A condition that fails or an exclusion that holds."""

    fact: str | None
    text: str
    citations: list[Cited]


class Missing(Answer):
    """A fact to be asked, with the question."""

    fact: str
    question: str


class Refer(Answer):
    """Something the texts leave to people, with the window to ask."""

    text: str
    window: str | None
    citations: list[Cited]


class Result(Answer):
    """The verdict on one item."""

    item: ItemName
    verdict: Literal["eligible", "not_eligible", "needs_info", "refer", "not_in_force"]
    amount: AmountOf
    unmet: list[Unmet]
    missing: list[Missing]
    refer: list[Refer]
    eligible_from: date | None
    closes_on: date | None
    citations: list[Cited]


class Eligibility(Answer):
    """Verdicts in the order of the pack."""

    results: list[Result]


class DeadlineQuestion(Given):
    """A period of `length` units that starts after `event_on`."""

    city: Name
    event_on: date
    length: Annotated[int, Field(ge=1, le=3650)]
    unit: Literal["workday", "day", "month"]


class Deadline(Answer):
    """The last day of the period and the days within it on which offices are closed."""

    due_on: date
    closed_days: list[date]


class FundingQuestion(Given):
    """An amount in yuan of an item, to be divided among its payers in an area on a day."""

    city: Name
    as_of: date | None = None
    item: Name
    amount: Annotated[Number, Field(ge=0, le=10**10)]
    area: Literal["district", "county", "city"]


class Funding(Answer):
    """Each payer's part in yuan, exact to the fen (they add up), and as an exact fraction of the whole."""

    shares: dict[str, Number]
    shares_exact: dict[str, str]
    citations: list[Cited]


class FactAbout(Answer):
    """One entry of the vocabulary of facts."""

    name: str
    type: str
    label: str
    question: str | None
    why: str | None
    unit: str | None
    choices: dict[str, str]
    protected: bool


class FactVocabulary(Answer):
    """Every fact the service knows of."""

    facts: list[FactAbout]


# --- assistant --------------------------------------------------------------------------------------------------------


class Saying(Given):
    """What a person says to the assistant."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
    city: Name | None = None
    as_of: date | None = None


class TellingChat(Given):
    """The answer to the assistant's question, given in the form under it."""

    facts: Annotated[dict[str, Any], Field(min_length=1, max_length=5)]
    city: Name | None = None


class CityLookedAt(Asked):
    """The city the person looks at."""

    city: str | None = None


class PhotoFiled(Given):
    """Which paper of which case a photograph shows."""

    application: Id
    requirement: Name


class Reply(Answer):
    """One answer of the assistant, or an earlier line of the conversation; `blocks` stand under it to be used."""

    id: str | None = None
    who: Literal["me", "assistant", "staff"] = "assistant"
    text: str
    at: str | None = None
    citations: list[Chip] = []
    links: list[Link] = []
    blocks: list[b.ChatPart] = []
    ratable: bool = False


class Replies(Answer):
    """Answers in the order to show them; of a history, `next` is the key of the page before."""

    compact: ClassVar[bool] = True
    messages: list[Reply]
    next: str | None = None


class ToldInChat(Replies):
    """What the assistant says to an answer given in a form; where it was refused, what to mend and no message."""

    fields: list[FieldProblem] = []


class Thumb(Given):
    """Whether an answer helped."""

    rating: Literal["up", "down"]


# --- screens ----------------------------------------------------------------------------------------------------------


class ScreenName(Given):
    """The name of a screen."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,40}$")]


class ScreenAnswer(Answer):
    """One screen; its parameters are the query string."""

    compact: ClassVar[bool] = True
    screen: b.Screen


# --- facts ------------------------------------------------------------------------------------------------------------


class FactsGiven(Given):
    """Facts by name; an emptied one is null and is taken back."""

    facts: Annotated[dict[str, Any], Field(max_length=200)]


class Saved(Answer):
    """What was kept and what was refused; nothing that was right is lost for what was wrong."""

    compact: ClassVar[bool] = True
    saved: list[str]
    fields: list[FieldProblem] = []
    blocks: list[b.Block] = []


class FactKnown(Answer):
    """A fact about the signed-in person: masked where protected, with where it came from and when."""

    name: str
    label: str
    value: Any
    shown: str
    source: str
    told_at: datetime
    protected: bool


class PhoneCode(Given):
    """The code that WeChat's button `getPhoneNumber` gave: good once, for five minutes."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class FactsKnown(Answer):
    """Everything known of the signed-in person."""

    facts: list[FactKnown]


class FactHistory(Answer):
    """All statements of one fact, newest first."""

    name: str
    rows: list[FactKnown]


class FactName(Given):
    """The name of a fact in the path."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z_0-9]{2,60}$")]


# --- applications -----------------------------------------------------------------------------------------------------


class ApplicationStart(Given):
    """Which item to apply for; a draft that is there already is returned."""

    item: Name
    city: Name | None = None


class PaperState(Answer):
    """One paper of a case."""

    id: str
    name: str
    required: bool
    present: bool


class StationState(Answer):
    """One station of a case: done, current or still to come."""

    step: str
    name: str
    state: Literal["done", "current", "waiting", "stopped"]
    desk: str | None
    entered_at: datetime | None = None
    left_at: datetime | None = None
    due_on: date | None = None
    outcome: str | None = None


class ToMend(Answer):
    """A point of a correction notice."""

    id: str
    kind: Literal["material", "fact", "other"]
    subject: str
    text: str
    mended: bool


class ApplicationState(Answer):
    """A case as its owner sees it."""

    id: str
    number: str | None
    city: str
    item: ItemName
    state: str
    state_name: str
    step: str | None
    step_name: str | None
    desk: str | None
    due_on: date | None
    version: int
    as_of: date
    submitted_at: datetime | None
    closed_at: datetime | None
    reason: str | None
    materials: list[PaperState] = []
    stations: list[StationState] = []
    corrections: list[ToMend] = []
    problems: list[FieldProblem] = []
    commands: list[str] = []


class ApplicationAnswer(Answer):
    """One case, and what the client does next."""

    compact: ClassVar[bool] = True
    application: ApplicationState
    toast: str | None = None
    next: b.Action | None = None


class ApplicationList(Answer):
    """The signed-in person's cases, newest first."""

    applications: list[ApplicationState]


class Submission(Given):
    """The declaration; `despite` submits although conditions seem unmet; `version` is what the person saw."""

    declared: bool = False
    despite: bool = False
    version: int | None = None


class Reasoned(Given):
    """A word why."""

    reason: Words = ""


class Reopening(Given):
    """What follows a closed case."""

    kind: Literal["reopened", "renewal", "change"] = "reopened"


class Paper(Given):
    """A requirement of a case in the path."""

    id: Id
    requirement: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{2,60}$")]


class MendedPoint(Given):
    """A point of a correction notice in the path."""

    id: Id
    point: Id


class ReuseOf(Given):
    """A paper on file."""

    material: Id


class PageFile(BaseModel):
    """One page as multipart part `file`."""

    file: FileStorage


class SlotAnswer(Answer):
    """The paper after a page came or went."""

    compact: ClassVar[bool] = True
    slot: b.MaterialSlot


class PageAnswer(Answer):
    """The paper a page belongs to, where a draft or correction uses it."""

    compact: ClassVar[bool] = True
    slot: b.MaterialSlot | None = None


class MaterialStart(Given):
    """A paper to keep apart from any case."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{2,60}$")]
    title: Name


class MaterialKept(Answer):
    """A paper on file."""

    compact: ClassVar[bool] = True
    id: str
    kind: str
    title: str
    created_at: datetime
    pages: list[b.Page]


class MaterialList(Answer):
    """The signed-in person's papers, newest first."""

    compact: ClassVar[bool] = True
    materials: list[MaterialKept]


class Turn(Given):
    """By how much a page is turned clockwise."""

    degrees: Literal[90, 180, 270]


class FormPhoto(Answer):
    """A picture that belongs to what is typed."""

    compact: ClassVar[bool] = True
    id: str
    picture: b.Picture


class PictureBytes(Asked):
    """Which size of a picture."""

    size: Literal["full", "thumb"] = "full"


# --- messages, consent, privacy ---------------------------------------------------------------------------------------


class MessageRead(Answer):
    """A message of the centre. `delivery` tells what became of the WeChat push."""

    id: str
    title: str
    body: str
    page: str
    created_at: datetime
    read: bool
    delivery: str | None


class Messages(Answer):
    """Messages, newest first; `next` is the key of the following page."""

    messages: list[MessageRead]
    unread: int
    next: str | None


class Subscribed(Given):
    """What the subscription dialogue answered, by template id."""

    results: Annotated[dict[str, str], Field(max_length=10)]


class Agreement(Given):
    """Agreement to purposes of one consent text."""

    version: Name
    scopes: Annotated[list[str], Field(min_length=1, max_length=10)]


class ConsentGiven(Answer):
    """A consent in force."""

    kind: str
    version: str
    text_hash: str
    given_at: datetime


class ConsentList(Answer):
    """The text in force and what the person agreed to."""

    version: str
    agreed: list[ConsentGiven]


class ScopeName(Given):
    """A purpose in the path."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,40}$")]


class Export(Answer):
    """Everything held of the signed-in person."""

    exported_at: datetime
    applicant: dict[str, Any]
    facts: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    applications: list[dict[str, Any]]
    materials: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    conversation: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    cards: list[dict[str, Any]]
    accesses: list[dict[str, Any]]


class SwitchOn(Given):
    """A setting switched on or off."""

    on: bool


class SettingName(Given):
    """A setting in the path."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z_.]{2,60}$")]


# --- notices, objections, quality -------------------------------------------------------------------------------------


class NoticeEntry(Answer):
    """A person on a notice, masked."""

    id: str
    position: int
    name: str
    employer: str | None
    text: str


class PublicNotice(Answer):
    """A public notice; its entries are shown only while it is open."""

    id: str
    number: str | None
    city: str
    item: ItemName
    title: str
    agency: str | None
    first_day: date
    closes_on: date
    state: Literal["open", "closed"]
    entries: list[NoticeEntry] = []


class NoticeList(Answer):
    """Notices that are open now, newest first."""

    notices: list[PublicNotice]


class ObjectionGiven(Given):
    """An objection against one entry; name and telephone may be left out."""

    text: Annotated[str, StringConstraints(min_length=5, max_length=2000, strip_whitespace=True)]
    name: Name | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+ -]{7,20}$")] | None = None
    photos: Annotated[list[Id], Field(max_length=9)] = []


class Filed(Answer):
    """Something was handed in and has a number or id to ask after."""

    compact: ClassVar[bool] = True
    id: str
    number: str | None = None
    due_on: date | None = None
    toast: str
    next: b.Action | None = None


class RatingGiven(Given):
    """How a finished step went: one to five, words tapped, a line of one's own."""

    stars: Annotated[int, Field(ge=1, le=5)]
    tags: Annotated[list[Name], Field(max_length=10)] = []
    comment: Words = ""
    step: Id | None = None


class ComplaintGiven(Given):
    """A complaint, a matter for the organisation department's line, or a message that wants a reply."""

    kind: Literal["complaint", "organization", "message"] = "message"
    subject: Name
    text: Annotated[str, StringConstraints(min_length=5, max_length=2000, strip_whitespace=True)]
    city: Name | None = None
    agency: str | None = None
    application: Id | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+ -]{7,20}$")] | None = None
    photos: Annotated[list[Id], Field(max_length=9)] = []


class ComplaintState(Answer):
    """A complaint or message of the signed-in person with its answer."""

    id: str
    number: str | None
    kind: str
    subject: str
    text: str
    state: str
    filed_at: datetime
    due_on: date | None
    answer: str | None
    answered_at: datetime | None
    satisfied: bool | None


class ComplaintList(Answer):
    """The signed-in person's complaints and messages, newest first."""

    complaints: list[ComplaintState]


class Satisfaction(Given):
    """Whether the answer satisfied."""

    satisfied: bool


class AppointmentGiven(Given):
    """A time at a window: `slot` is `YYYY-MM-DDTHH:MM` in Shanghai, as the screen offered it."""

    window: Name
    slot: NaiveDatetime
    topic: Name
    city: Name | None = None
    application: Id | None = None


class AppointmentState(Answer):
    """A booked time."""

    id: str
    window: str
    day: date
    slot: str
    counter: int
    topic: str
    state: str


class AppointmentList(Answer):
    """The signed-in person's appointments, next first."""

    appointments: list[AppointmentState]


# --- cards and payments -----------------------------------------------------------------------------------------------


class CardToken(Given):
    """What a card's QR code carries."""

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,200}$")]


class CardValidity(Answer):
    """Whether a card is valid: all that a scanner learns."""

    valid: bool
    city: str | None
    name: str | None
    checked_at: datetime


class PaymentRow(Answer):
    """One payer's part of one month."""

    period: str
    kind: str
    payer: str
    amount: Number
    share: str
    state: str
    paid_on: date | None


class PaymentList(Answer):
    """The ledger of the signed-in person's case, newest month first."""

    application: str
    payments: list[PaymentRow]
    total: Number


# --- employers --------------------------------------------------------------------------------------------------------


class EmployerGiven(Given):
    """An employer that asks to be let in."""

    name: Name
    credit_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
    city: Name
    district: str | None = None
    jurisdiction: Literal["district", "county", "city_direct"] | None = None
    category: str | None = None
    contact_name: Name
    contact_phone: Annotated[str, StringConstraints(pattern=r"^[0-9+ -]{7,20}$")]


class EmployerState(Answer):
    """The employer a person does HR work for, or asked to."""

    id: str
    name: str
    city: str
    state: str
    membership: str
    reason: str | None


class EmployerCases(Answer):
    """Cases of the employer: those that wait for its review first."""

    employer: EmployerState
    applications: list[ApplicationState]
    own_third: Number = Field(description="what the employer's part of all ledger rows adds up to, in yuan")


class HrReview(Given):
    """A first review passed, with a word if need be."""

    note: Words = ""
    version: int | None = None


class HrReason(Given):
    """Why a case is not passed on."""

    reason: Annotated[str, StringConstraints(min_length=2, max_length=500, strip_whitespace=True)]
    version: int | None = None


class HrPoint(Given):
    """One thing to mend."""

    kind: Literal["material", "fact", "other"] = "other"
    subject: str = "other"
    text: Annotated[str, StringConstraints(min_length=2, max_length=500, strip_whitespace=True)]


class HrCorrection(Given):
    """Everything to mend, at once."""

    points: Annotated[list[HrPoint], Field(min_length=1, max_length=30)]
    version: int | None = None


class Departed(Given):
    """A leaver."""

    application: Id
    left_on: date
    reason: Words = ""


class Typed(Asked):
    """What has been typed so far."""

    q: str = ""
    city: str | None = None


class Suggestion(Answer):
    """A value that may be meant."""

    value: str
    note: str | None = None


class Suggestions(Answer):
    """Values that may be meant, at most ten."""

    suggestions: list[Suggestion]
