"""The closed set of screens, blocks, form fields and actions that the server sends to the mini-program.

A screen is data: the client has one component for each block type and no rule of its own, so a change of policy
needs no new release through WeChat's review. Whoever composes a screen builds these values; whoever draws one finds
every field documented here and, with examples, in docs/blocks.md.

Three conventions hold throughout:

* Every string meant for a person is ready to show: the client formats no money, no date, and composes no sentence.
* A day is an ISO date (`2026-11-20`), a month `2026-11`, in form values; as text for people both are already words.
* Paths are relative to `/api/v1` and start with a slash. Nothing here carries an id number, a phone number or a token.

The types are frozen pydantic models; unknown keys are refused, so a typing mistake fails where it is made.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Json = str | int | float | bool | None | Sequence[Any] | Mapping[str, Any]
Path = Annotated[str, StringConstraints(pattern=r"^/[a-z]")]
Params = Mapping[str, str]


class Part(BaseModel):
    """Base of everything that travels to the client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """This part as plain JSON values, without the fields that are unset."""
        return self.model_dump(mode="json", exclude_none=True)


class Tone(StrEnum):
    """What a mark, badge or notice means. The client alone knows the colours, for light and dark."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


class Icon(StrEnum):
    """The pictograms that the client carries. Each has a drawing in miniprogram/src/design/icons.ts."""

    HOME = "home"
    SERVICES = "services"
    CHAT = "chat"
    PERSON = "person"
    CARD = "card"
    MONEY = "money"
    HOUSE = "house"
    RENT = "rent"
    STARTUP = "startup"
    FAMILY = "family"
    SCHOOL = "school"
    MEDICAL = "medical"
    BUS = "bus"
    CULTURE = "culture"
    TITLE = "title"
    HUKOU = "hukou"
    EMPLOYER = "employer"
    INSURANCE = "insurance"
    DOCUMENT = "document"
    CAMERA = "camera"
    CLOCK = "clock"
    CALENDAR = "calendar"
    BELL = "bell"
    MESSAGE = "message"
    LOCATION = "location"
    PHONE = "phone"
    SEARCH = "search"
    SHIELD = "shield"
    HELP = "help"
    STAR = "star"
    SETTINGS = "settings"
    EDIT = "edit"
    DOWNLOAD = "download"
    SHARE = "share"
    TRASH = "trash"
    CHECK = "check"
    WARNING = "warning"
    NETWORK = "network"


# --- small values -------------------------------------------------------------------------------------------------


class Citation(Part):
    """One article that backs a statement. Tapping it opens the screen `article`."""

    document: str = Field(description="id of the document in the pack, e.g. living-2020")
    article: str = Field(description="number of the article as the pack writes it, e.g. 5")
    title: str = Field(description="title of the document, shown")
    label: str = Field(description="what stands on the chip, e.g. 生活补助细则 第五条")
    quote: str | None = Field(None, description="the official wording, only where the operator imported the document")


class Amount(Part):
    """A sum as text, in parts because the figure is set large and its unit small.

    A fixed amount: value `1,200`, unit `元/月`. A range: value `3,000–5,000`. One decided case by case or not given in
    the text: no figure is invented; value is the word, e.g. `一事一议`, and unit is empty.
    """

    value: str
    unit: str = ""
    note: str | None = Field(None, description="e.g. 最长 36 个月，共 43,200 元")


class Badge(Part):
    """A short word in a coloured lozenge: a state, a count."""

    text: str
    tone: Tone = Tone.NEUTRAL


class Picture(Part):
    """A picture on the server. The client fetches both paths with the session's token, never by a public address."""

    thumb: Path = Field(description="small version for lists, under 30 KB")
    full: Path = Field(description="what opens on tap")
    text: str = Field(description="what the picture shows, for people who cannot see it")


class Example(Part):
    """What a good photograph of a paper looks like: drawn by the client, described by the server."""

    shape: Literal["card", "page", "booklet", "screen"] = Field(description="which outline the client draws")
    do: Sequence[str] = Field(description="e.g. 四角都在画面内")
    avoid: Sequence[str] = Field((), description="e.g. 反光、手指遮挡")


# --- actions ------------------------------------------------------------------------------------------------------


class Confirm(Part):
    """A question before an action that cannot be taken back."""

    title: str
    text: str
    yes: str
    no: str = "取消"
    danger: bool = False


class Navigate(Part):
    """Go to another screen. `root` switches to a tab or clears what lies behind."""

    kind: Literal["navigate"] = "navigate"
    screen: str
    params: Params = Field(default_factory=dict)
    mode: Literal["push", "replace", "root"] = "push"


class Back(Part):
    """Go back; the screen shown then is fetched anew when `reload`."""

    kind: Literal["back"] = "back"
    steps: int = Field(1, ge=1)
    reload: bool = True


class Reload(Part):
    """Fetch this screen again."""

    kind: Literal["reload"] = "reload"


class SubscribeAsk(Part):
    """Ask for consent to subscribe messages. WeChat shows the dialogue only right after a tap.

    The client posts what the person chose to `/subscriptions` as
    `{"results": {template_id: "accept"|"reject"|"ban"|"filter"}}` and goes on with `then` whatever the answer is.
    """

    kind: Literal["subscribe"] = "subscribe"
    templates: Sequence[str] = Field(min_length=1, max_length=3, description="template ids, at most three a dialogue")
    names: Sequence[str] = Field((), description="their names in the same order, for places without WeChat's dialogue")
    why: str = Field(description="one sentence: what we will tell you about")
    then: "Action | None" = None


class Call(Part):
    """Send a request. With a method other than GET it carries an Idempotency-Key and survives a bad network.

    The answer may hold `toast` (a sentence), `next` (an action, taken instead of `then`) and `blocks` (blocks that
    replace those with the same id on the screen shown).
    """

    kind: Literal["call"] = "call"
    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: Path
    body: Mapping[str, Json] = Field(default_factory=dict)
    confirm: Confirm | None = None
    busy: str | None = Field(None, description="what the button says meanwhile, e.g. 正在提交…")
    then: "Action | None" = None


class Submit(Part):
    """Send what was typed in the forms of this screen, after checking it, then do as `Call` does.

    The values of the named forms (all forms of the screen when none is named) go under the key `under`, or at top level
    when that is None, together with `body`. Field errors of the answer are shown at the fields; nothing typed is lost.
    """

    kind: Literal["submit"] = "submit"
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: Path
    forms: Sequence[str] = ()
    under: str | None = "facts"
    body: Mapping[str, Json] = Field(default_factory=dict)
    ask: SubscribeAsk | None = Field(None, description="shown in the same tap, before the request leaves")
    confirm: Confirm | None = None
    busy: str | None = None
    then: "Action | None" = None


class Find(Part):
    """Open a screen with what was typed or chosen in the forms of this screen as its parameters (no request stored).

    For look-ups and for the self-check of someone who is not signed in; never for protected facts.
    """

    kind: Literal["find"] = "find"
    screen: str
    params: Params = Field(default_factory=dict)
    mode: Literal["push", "replace"] = "push"


class OpenArticle(Part):
    """Open one article of a document as a sheet over the screen (the screen `article`, `?document=&article=`)."""

    kind: Literal["open_article"] = "open_article"
    document: str
    article: str


class Dial(Part):
    """Call a public telephone number (a window, a hotline), after the system's own question."""

    kind: Literal["dial"] = "dial"
    phone: str


class OpenMap(Part):
    """Show a place. With coordinates (GCJ-02) the map opens at them.

    Without, a browser opens a public map service that searches for `search`, a mini-program copies `search` and says
    that it can be pasted into a map.
    """

    kind: Literal["open_map"] = "open_map"
    name: str
    address: str
    search: str
    latitude: float | None = None
    longitude: float | None = None


class Copy(Part):
    """Put text on the clipboard and say so."""

    kind: Literal["copy"] = "copy"
    text: str
    toast: str = "已复制"


class Say(Part):
    """Send a sentence to the assistant as if it had been typed; outside the chat, open the chat with it."""

    kind: Literal["say"] = "say"
    text: str


class OpenFile(Part):
    """Fetch a file with the session's token and open it, or save it where the platform can."""

    kind: Literal["open_file"] = "open_file"
    path: Path
    name: str = Field(description="file name with its ending, e.g. 申请表.pdf")


class Share(Part):
    """Pass a screen on: to a chat as a card, or as a picture that the client draws from `lines`.

    Never any personal data: no name, no number, no day of birth; `params` hold ids of items and cities only.
    """

    kind: Literal["share"] = "share"
    title: str
    lines: Sequence[str] = Field(description="what stands on the picture, at most six short lines")
    amount: Amount | None = None
    screen: str
    params: Params = Field(default_factory=dict)


class Prefer(Part):
    """Keep a choice on the device: the city, larger type, light or dark. Then fetch the screen again."""

    kind: Literal["prefer"] = "prefer"
    key: Literal["city", "type_size", "theme"]
    value: str
    then: "Action | None" = None


class SignIn(Part):
    """Sign in, then go on."""

    kind: Literal["sign_in"] = "sign_in"
    then: "Action | None" = None


class SignOut(Part):
    """Forget the session and everything kept on this device."""

    kind: Literal["sign_out"] = "sign_out"
    confirm: Confirm | None = None


Action = Annotated[
    Navigate
    | Back
    | Reload
    | SubscribeAsk
    | Call
    | Submit
    | Find
    | OpenArticle
    | Dial
    | OpenMap
    | Copy
    | Say
    | OpenFile
    | Share
    | Prefer
    | SignIn
    | SignOut,
    Field(discriminator="kind"),
]


class Button(Part):
    """A labelled action. A disabled one says why in `note`."""

    label: str
    action: Action
    style: Literal["primary", "secondary", "plain", "danger"] = "secondary"
    icon: Icon | None = None
    disabled: bool = False
    note: str | None = None


# --- form fields --------------------------------------------------------------------------------------------------


class ShownIf(Part):
    """A field is there only while another field of the form holds one of these values."""

    field: str
    one_of: Sequence[Json]


class FieldBase(Part):
    """What every field has. `name` is the name of the fact, or of the key of the request."""

    name: str
    label: str
    required: bool = False
    help: str | None = Field(None, description="one line under the label: where to find it, how it is counted")
    why: str | None = Field(None, description="why it is asked; opens on tap")
    citations: Sequence[Citation] = ()
    source: str | None = Field(None, description="where a prefilled value comes from, e.g. 9月3日你告诉过助手")
    locked: bool = Field(False, description="shown, not editable; `help` says whom to ask")
    error: str | None = Field(None, description="what is wrong with the stored value and what to do")
    shown_if: Sequence[ShownIf] = Field((), description="all of them must hold")


class TextField(FieldBase):
    """A line of text, or several. A protected value (id number, phone) arrives as `masked` and never in clear."""

    kind: Literal["text"] = "text"
    value: str | None = None
    masked: str | None = Field(None, description="e.g. 4105**********1234; sent back only when typed anew")
    keyboard: Literal["text", "name", "id_number", "phone", "digits", "bank_account"] = "text"
    placeholder: str = ""
    max_length: int = Field(60, ge=1)
    lines: int = Field(1, ge=1, description="more than one makes it a text area")
    suggest: Path | None = Field(
        None, description="GET with ?q=; answers {suggestions: [{value, note?}]}, e.g. the enterprise directory"
    )
    from_wechat: Path | None = Field(
        None,
        description="inside WeChat a button `open-type=getPhoneNumber` may fill it: POST {code} there, then show the "
        "answer's `shown`; typing stays possible",
    )


class NumberField(FieldBase):
    """A number. Decimals 0 makes it whole. Sums are in yuan as the fact vocabulary says."""

    kind: Literal["number"] = "number"
    value: float | int | None = None
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = Field(0, ge=0, le=2)
    unit: str = ""
    placeholder: str = ""


class DateField(FieldBase):
    """A day, `YYYY-MM-DD`."""

    kind: Literal["date"] = "date"
    value: str | None = None
    earliest: str = "1940-01-01"
    latest: str = "2099-12-31"


class MonthField(FieldBase):
    """A month, `YYYY-MM`."""

    kind: Literal["month"] = "month"
    value: str | None = None
    earliest: str = "1970-01"
    latest: str = "2099-12"


class Option(Part):
    """One answer of a choice. `value` is what the fact holds, null for "I do not know"."""

    value: Json
    label: str
    note: str | None = None


class ChoiceField(FieldBase):
    """One of a few answers. Up to seven are shown as a list, more in a picker; `chips` for short words."""

    kind: Literal["choice"] = "choice"
    value: Json = None
    options: Sequence[Option] = Field(min_length=1)
    style: Literal["list", "chips", "picker"] = "list"


class MultiChoiceField(FieldBase):
    """Any number of answers."""

    kind: Literal["multi_choice"] = "multi_choice"
    value: Sequence[Json] | None = None
    options: Sequence[Option] = Field(min_length=1)
    at_most: int | None = None


class YesNoField(FieldBase):
    """Yes, no, and where it is allowed "I do not know" (which leaves the fact unknown)."""

    kind: Literal["yes_no"] = "yes_no"
    value: bool | None = None
    yes: str = "是"
    no: str = "否"
    unknown: str | None = Field(None, description="label of the third answer, e.g. 不清楚")


class MonthRangesField(FieldBase):
    """Spans of months with both ends, `[["2024-01", "2024-09"], …]`: the months insurance was paid."""

    kind: Literal["month_ranges"] = "month_ranges"
    value: Sequence[Sequence[str]] | None = None
    earliest: str = "1990-01"
    latest: str = "2099-12"
    at_most: int = 12


class Slot(Part):
    """One time that can be booked."""

    value: str
    label: str = Field(description="e.g. 9:00–9:30")
    left: str | None = Field(None, description="e.g. 余 3")
    disabled: bool = False


class SlotDay(Part):
    """The times of one day."""

    label: str = Field(description="e.g. 11月24日 周二")
    slots: Sequence[Slot]
    closed: str | None = Field(None, description="why there are none, e.g. 法定节假日")


class SlotField(FieldBase):
    """One appointment time among several days."""

    kind: Literal["slot"] = "slot"
    value: str | None = None
    days: Sequence[SlotDay]


class StarsField(FieldBase):
    """One to five stars, each with its word."""

    kind: Literal["stars"] = "stars"
    value: int | None = Field(None, ge=1, le=5)
    words: Sequence[str] = ("很不满意", "不满意", "一般", "满意", "非常满意")


class PhotosField(FieldBase):
    """Pictures that belong to what is typed (a complaint, an objection); each is sent to `upload` when chosen."""

    kind: Literal["photos"] = "photos"
    value: Sequence[str] | None = Field(None, description="ids that the upload answered with")
    upload: Path
    at_most: int = Field(4, ge=1, le=9)


SimpleField = Annotated[
    TextField
    | NumberField
    | DateField
    | MonthField
    | ChoiceField
    | MultiChoiceField
    | YesNoField
    | MonthRangesField
    | SlotField
    | StarsField
    | PhotosField,
    Field(discriminator="kind"),
]


class ObjectField(FieldBase):
    """A fact made of several values, such as a purchased home; or none of it (`none`, sent as null)."""

    kind: Literal["object"] = "object"
    value: Mapping[str, Json] | None = None
    fields: Sequence[SimpleField] = Field(min_length=1)
    none: str | None = Field(None, description="label of the answer that there is no such thing, e.g. 没有买房")
    none_chosen: bool = Field(False, description="the stored answer is that there is none (value is unset then)")


FormField = Annotated[SimpleField | ObjectField, Field(discriminator="kind")]


# --- blocks: text and structure -----------------------------------------------------------------------------------


class BlockBase(Part):
    """`id` names a block within its screen: rows of a next page join it, and answers may replace it."""

    id: str | None = None


class Heading(BlockBase):
    """A title within the screen, with an optional link at its right end."""

    type: Literal["heading"] = "heading"
    text: str
    level: Literal[1, 2, 3] = 2
    note: str | None = None
    more: Button | None = None


class Text(BlockBase):
    """One or more paragraphs, separated by newlines."""

    type: Literal["text"] = "text"
    text: str
    style: Literal["body", "muted", "lead"] = "body"


class Notice(BlockBase):
    """Something to know before going on."""

    type: Literal["notice"] = "notice"
    text: str
    title: str | None = None
    tone: Tone = Tone.INFO
    citations: Sequence[Citation] = ()
    buttons: Sequence[Button] = ()


class Hero(BlockBase):
    """The head of the home screen: greeting, one line of situation, and the field to ask anything."""

    type: Literal["hero"] = "hero"
    title: str
    text: str | None = None
    city: Button | None = Field(None, description="the city shown, its action opens the switch")
    placeholder: str = ""
    ask: bool = Field(False, description="shows the field; what is typed is said to the assistant")
    suggestions: Sequence[str] = Field((), description="questions to tap, at most four")


class Figure(Part):
    """One number of the glance."""

    label: str
    value: str
    unit: str = ""
    tone: Tone = Tone.NEUTRAL
    action: Action | None = None


class Figures(BlockBase):
    """Two to four numbers side by side: running, due, to claim."""

    type: Literal["figures"] = "figures"
    figures: Sequence[Figure] = Field(min_length=1, max_length=4)


class Tile(Part):
    """An entry of the grid."""

    icon: Icon
    label: str
    action: Action
    badge: Badge | None = None


class Tiles(BlockBase):
    """A grid of entries with icons."""

    type: Literal["tiles"] = "tiles"
    tiles: Sequence[Tile]
    columns: Literal[3, 4] = 4


class Tab(Part):
    """One view of the same screen."""

    value: str
    label: str
    badge: str | None = None


class Tabs(BlockBase):
    """Switches the parameter `param` of this screen and fetches it again."""

    type: Literal["tabs"] = "tabs"
    param: str
    value: str
    tabs: Sequence[Tab] = Field(min_length=2)


class Search(BlockBase):
    """A search field; what is typed becomes the parameter `param` of `screen`."""

    type: Literal["search"] = "search"
    screen: str
    param: str = "q"
    params: Params = Field(default_factory=dict)
    value: str = ""
    placeholder: str = ""
    suggestions: Sequence[str] = ()


class Card(BlockBase):
    """Something with a title that can be opened: an application, a task, an article of help."""

    type: Literal["card"] = "card"
    title: str
    text: str | None = None
    icon: Icon | None = None
    badge: Badge | None = None
    meta: Sequence[str] = Field((), description="short facts in one line, e.g. 人社局, 还剩 3 个工作日")
    tone: Tone = Tone.NEUTRAL
    action: Action | None = None
    buttons: Sequence[Button] = ()


class Row(Part):
    """A line of a list."""

    title: str
    note: str | None = None
    value: str | None = None
    icon: Icon | None = None
    picture: Picture | None = None
    badge: Badge | None = None
    action: Action | None = None


class List(BlockBase):
    """Lines one under the other, most of them to tap."""

    type: Literal["list"] = "list"
    title: str | None = None
    rows: Sequence[Row]


class KeyValue(Part):
    """A label and what it says."""

    label: str
    value: str
    note: str | None = None
    tone: Tone = Tone.NEUTRAL
    copyable: bool = False
    citations: Sequence[Citation] = ()
    action: Button | None = None


class KeyValues(BlockBase):
    """Labels and values, as on a summary or a form read back."""

    type: Literal["key_values"] = "key_values"
    title: str | None = None
    rows: Sequence[KeyValue]
    edit: Button | None = Field(None, description="at the head, e.g. 修改")


class Buttons(BlockBase):
    """Actions within the flow of the screen. The main one of a screen belongs into Screen.actions instead."""

    type: Literal["buttons"] = "buttons"
    buttons: Sequence[Button] = Field(min_length=1)


class Empty(BlockBase):
    """There is nothing here yet: says so, and what one can do."""

    type: Literal["empty"] = "empty"
    title: str
    text: str | None = None
    icon: Icon = Icon.DOCUMENT
    buttons: Sequence[Button] = ()


class Progress(BlockBase):
    """Where one is in a form of several steps."""

    type: Literal["progress"] = "progress"
    current: int = Field(ge=1)
    total: int = Field(ge=1)
    label: str
    steps: Sequence[str] = Field((), description="names of the steps, when they are known beforehand")


class File(BlockBase):
    """A document to open: a form, a receipt, an export."""

    type: Literal["file"] = "file"
    title: str
    note: str | None = None
    open: OpenFile


# --- blocks: policy -----------------------------------------------------------------------------------------------


class VerdictKind(StrEnum):
    """The verdicts of the policy engine."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    NEEDS_INFO = "needs_info"
    REFER = "refer"
    NOT_IN_FORCE = "not_in_force"


class BenefitCard(BlockBase):
    """One item of a city as a card: what it is, how much, and how it stands for this person."""

    type: Literal["benefit_card"] = "benefit_card"
    item: str = Field(description="id of the item in the pack")
    name: str
    line: str = Field(description="one plain line: what it is for")
    amount: Amount | None = None
    verdict: VerdictKind | None = None
    verdict_text: str | None = Field(None, description="e.g. 可申领 / 还差 2 项信息")
    agency: str | None = None
    due: str | None = Field(None, description="e.g. 12月31日前申请")
    icon: Icon = Icon.MONEY
    action: Action
    buttons: Sequence[Button] = ()


class Reason(Part):
    """One condition and how it stands."""

    mark: Literal["met", "unmet", "missing", "refer"]
    text: str
    note: str | None = None
    citations: Sequence[Citation] = ()
    action: Button | None = Field(None, description="e.g. 去补充")


class Verdict(BlockBase):
    """The result of a check: the answer in one line, the amount, and every condition with its mark."""

    type: Literal["verdict"] = "verdict"
    verdict: VerdictKind
    title: str
    text: str | None = None
    amount: Amount | None = None
    reasons: Sequence[Reason] = ()
    eligible_from: str | None = Field(None, description="as words, e.g. 最早 2026年2月10日起可申请")
    closes_on: str | None = Field(None, description="as words, e.g. 最晚 2027年1月31日")
    citations: Sequence[Citation] = ()
    buttons: Sequence[Button] = ()


class ShareOfCost(Part):
    """What one payer bears."""

    payer: str
    amount: Amount
    fraction: str | None = Field(None, description="e.g. 1/3")


class Money(BlockBase):
    """A sum with who pays which part of it."""

    type: Literal["money"] = "money"
    label: str
    amount: Amount
    note: str | None = None
    shares: Sequence[ShareOfCost] = ()
    citations: Sequence[Citation] = ()


class Citations(BlockBase):
    """Articles as chips; each opens."""

    type: Literal["citations"] = "citations"
    title: str | None = None
    citations: Sequence[Citation] = Field(min_length=1)


class Article(BlockBase):
    """One article: our plain statement, and the official wording beneath where it was imported."""

    type: Literal["article"] = "article"
    document: str
    article: str
    title: str = Field(description="title of the document")
    heading: str = Field(description="e.g. 第五条 补助标准")
    text: str
    official: str | None = None
    dated: str | None = Field(None, description="e.g. 2020年3月27日起施行")
    superseded: str | None = Field(None, description="what has taken its place, as a sentence")
    more: Sequence[Button] = ()


class OpenQuestion(BlockBase):
    """Where the texts do not settle it: the readings side by side, and whom to ask."""

    type: Literal["open_question"] = "open_question"
    title: str
    text: str
    readings: Sequence[str] = ()
    citations: Sequence[Citation] = ()
    buttons: Sequence[Button] = ()


class Step(Part):
    """One step of a procedure as the text gives it; no limit is shown where the text gives none."""

    title: str
    by: str | None = None
    limit: str | None = Field(None, description="e.g. 5 个工作日")
    text: str | None = None
    citations: Sequence[Citation] = ()


class Steps(BlockBase):
    """How something is done, step by step."""

    type: Literal["steps"] = "steps"
    title: str | None = None
    steps: Sequence[Step] = Field(min_length=1)


class Window(BlockBase):
    """A place one can go to: address, hours, telephones, way there."""

    type: Literal["window"] = "window"
    name: str
    agency: str | None = None
    address: str | None = None
    hours: str | None = None
    phones: Sequence[str] = ()
    note: str | None = None
    map: OpenMap | None = None
    citations: Sequence[Citation] = ()
    buttons: Sequence[Button] = ()


class Question(Part):
    """A question with its answer, folded."""

    question: str
    answer: str
    citations: Sequence[Citation] = ()
    button: Button | None = None


class Faq(BlockBase):
    """Questions with answers that unfold."""

    type: Literal["faq"] = "faq"
    questions: Sequence[Question] = Field(min_length=1)


# --- blocks: the case ---------------------------------------------------------------------------------------------


class TimelineEntry(Part):
    """One station of an application."""

    state: Literal["done", "current", "waiting", "late", "stopped"]
    title: str
    desk: str | None = Field(None, description="whose desk it lies on")
    at: str | None = Field(None, description="when it happened, as words")
    due: str | None = Field(None, description="until when, as words, e.g. 11月27日前（还剩 3 个工作日）")
    text: str | None = None
    citations: Sequence[Citation] = ()
    buttons: Sequence[Button] = ()


class Timeline(BlockBase):
    """What happened, where it is, what comes."""

    type: Literal["timeline"] = "timeline"
    entries: Sequence[TimelineEntry] = Field(min_length=1)


class LedgerShare(Part):
    """What one payer bears of a month."""

    payer: str
    value: str


class LedgerMonth(Part):
    """One month of a running benefit."""

    month: str = Field(description="as words, e.g. 2026年3月")
    state: Literal["paid", "due", "planned", "missed", "stopped"]
    state_text: str = Field(description="e.g. 已发放 / 当月未参保，不补发")
    value: str = Field(description="e.g. 1,200.00")
    note: str | None = None
    shares: Sequence[LedgerShare] = ()


class Ledger(BlockBase):
    """Payments month by month, newest first, with the shares of each payer."""

    type: Literal["ledger"] = "ledger"
    title: str
    total: Amount | None = None
    progress: str | None = Field(None, description="e.g. 第 5 个月，共 36 个月")
    months: Sequence[LedgerMonth]


class TalentCard(BlockBase):
    """The card of a recognised talent, drawn as a card; the code opens large for a window's scanner."""

    type: Literal["talent_card"] = "talent_card"
    title: str = Field(description="the card's name from the pack")
    city: str
    holder: str = Field(description="masked name, e.g. 王*明")
    number: str
    category: str
    valid: str | None = Field(None, description="e.g. 2026年11月20日起有效")
    state: Badge | None = None
    qr: "Qr | None" = None


class Qr(BlockBase):
    """A code to be scanned. It holds a short-lived token made by the server, never personal data."""

    type: Literal["qr"] = "qr"
    image: Annotated[str, StringConstraints(pattern=r"^data:image/png;base64,")]
    caption: str
    expires_in: int | None = Field(None, description="seconds until it must be fetched again")


class FactRow(Part):
    """A fact we hold: its value as words, and where it came from."""

    name: str
    label: str
    value: str
    source: str = Field(description="e.g. 9月3日你告诉助手")
    used_in: Sequence[str] = Field((), description="names of the items that rest on it")
    edit: Action | None = None
    remove: Call | None = None
    conflict: str | None = Field(None, description="what does not fit together, as a sentence")


class Facts(BlockBase):
    """What we know about the person, each to be corrected or deleted."""

    type: Literal["facts"] = "facts"
    title: str | None = None
    rows: Sequence[FactRow]


class Message(Part):
    """A line of the message centre."""

    id: str
    title: str
    text: str
    at: str
    unread: bool = False
    tone: Tone = Tone.NEUTRAL
    delivery: str | None = Field(None, description="e.g. 已通过微信提醒 / 仅站内")
    action: Action | None = None


class MessageList(BlockBase):
    """Messages, newest first. Opening one posts to `/messages/<id>/read`."""

    type: Literal["message_list"] = "message_list"
    messages: Sequence[Message]


class Switch(Part):
    """A setting that is on or off; changed by its call with `{"on": true|false}`."""

    label: str
    note: str | None = None
    on: bool
    disabled: bool = False
    change: Call


class Switches(BlockBase):
    """Settings."""

    type: Literal["switches"] = "switches"
    title: str | None = None
    switches: Sequence[Switch] = Field(min_length=1)


class Reminder(Part):
    """One kind of subscribe message and what consent is left for it."""

    name: str
    text: str = Field(description="when it is sent")
    left: str = Field(description="e.g. 还可提醒 2 次 / 未授权，只在站内告诉你")
    on: bool
    ask: SubscribeAsk | None = None


class Reminders(BlockBase):
    """What WeChat may tell the person, with the button that asks for more."""

    type: Literal["reminders"] = "reminders"
    reminders: Sequence[Reminder] = Field(min_length=1)


# --- blocks: input ------------------------------------------------------------------------------------------------


class Save(Part):
    """Where a form is saved while it is typed: `{"facts": {changed fields}}`, some time after the last key.

    The answer is `{"saved": [names], "fields": [{field, code, message}], "blocks": [blocks to replace]}`, with status
    200 even when a value was refused: what is wrong is said at its field, and what was typed stays on the device.
    """

    method: Literal["PUT", "PATCH", "POST"] = "PUT"
    path: Path


class Form(BlockBase):
    """Fields to fill. Its `id` is the key of the draft on the device, so it must name the application and the step."""

    type: Literal["form"] = "form"
    id: str
    title: str | None = None
    text: str | None = None
    fields: Sequence[FormField] = Field(min_length=1)
    save: Save | None = None
    submit: Button | None = Field(None, description="when the form stands alone, e.g. inside the chat")
    submit_on_choice: bool = Field(False, description="one question a screen: choosing an answer submits")


class Page(Part):
    """One page of an uploaded paper."""

    id: str
    picture: Picture | None = Field(None, description="None for a PDF")
    name: str = Field(description="e.g. 第 1 页, or the name of the file")
    state: Literal["received", "checking", "good", "bad"] = "received"
    note: str | None = Field(None, description="what is wrong with it and what to do")
    path: Path = Field(description="DELETE removes it; POST <path>/rotation {degrees: 90|180|270} turns it")


class Reuse(Part):
    """A paper on file that can serve here too."""

    label: str = Field(description="e.g. 用 3月2日 交过的这份")
    call: Call


class MaterialSlot(Part):
    """One paper of the list and what there is of it."""

    id: str
    name: str
    required: bool = True
    copies: str | None = Field(None, description="e.g. 复印件 1 份，核验原件")
    look: str | None = Field(None, description="what it should show")
    state: Literal["missing", "partial", "uploaded", "accepted", "rejected", "at_window", "by_employer"]
    state_text: str
    problem: str | None = Field(None, description="from the correction notice: what is wrong and what to do")
    pages: Sequence[Page] = ()
    at_most: int = Field(9, ge=1)
    accept: Sequence[Literal["image", "pdf"]] = ("image", "pdf")
    upload: Path | None = Field(None, description="POST multipart `file`; None where nothing can be uploaded")
    example: Example | None = None
    form: OpenFile | None = Field(None, description="an empty or prefilled form to print")
    reuse: Sequence[Reuse] = ()
    remove: Call | None = Field(None, description="takes the whole paper away, where that is possible")
    citations: Sequence[Citation] = ()


class Materials(BlockBase):
    """The papers of an application: what is there, what is missing. Uploads answer with `{"slot": MaterialSlot}`."""

    type: Literal["materials"] = "materials"
    id: str
    title: str | None = None
    summary: str | None = Field(None, description="e.g. 已备齐 3 / 5 项")
    slots: Sequence[MaterialSlot]


class Upload(BlockBase):
    """One paper alone: in the chat, in a correction."""

    type: Literal["upload"] = "upload"
    id: str
    slot: MaterialSlot


class Declaration(BlockBase):
    """What one declares before submitting: the sentences, a box to tick, the button."""

    type: Literal["declaration"] = "declaration"
    title: str
    lines: Sequence[str] = Field(min_length=1)
    label: str = Field(description="beside the box, e.g. 我已阅读并承诺以上内容属实")
    submit: Button = Field(description="its action is a Submit or Call; the body gets declared: true")
    citations: Sequence[Citation] = ()


class ConsentScope(Part):
    """One purpose that is agreed to on its own (PIPL articles 14 and 29)."""

    id: str
    label: str
    text: str
    required: bool = True
    sensitive: bool = False
    agreed: bool = False


class Consent(BlockBase):
    """The question whether personal data may be processed.

    Agreeing posts `{"version", "scopes": [ids]}` to `path` and goes on with `then`; declining takes `decline`.
    """

    type: Literal["consent"] = "consent"
    version: str
    title: str
    summary: str
    sections: Sequence[Question] = ()
    scopes: Sequence[ConsentScope] = Field(min_length=1)
    path: Path = "/consents"
    agree: str = "同意并继续"
    then: Action | None = None
    decline: Button | None = None


class Rating(BlockBase):
    """How it went: stars, words to tap, a line of one's own. Posts `{stars, tags, comment}` to `path`."""

    type: Literal["rating"] = "rating"
    title: str
    path: Path
    tags: Sequence[str] = ()
    words: Sequence[str] = ("很不满意", "不满意", "一般", "满意", "非常满意")
    placeholder: str = ""
    stars: int | None = Field(None, ge=1, le=5, description="given already; then it is only shown")
    comment: str | None = None
    then: Action | None = None


# --- chat ---------------------------------------------------------------------------------------------------------

ChatPart = Annotated[
    Text
    | Notice
    | Card
    | List
    | KeyValues
    | BenefitCard
    | Verdict
    | Money
    | OpenQuestion
    | Steps
    | Window
    | Form
    | Upload
    | Buttons
    | File,
    Field(discriminator="type"),
]


class ChatMessage(Part):
    """One bubble. `links` is the form of the assistant interface; the client turns each into a button.

    A link's action is `say` (target: the sentence), `screen` (target: `name?param=value`), `dial` (target: the number)
    or `article` (target: `document/article`). A form among the `blocks` goes away with the next message.
    """

    id: str
    who: Literal["me", "assistant", "staff"]
    text: str
    at: str | None = None
    citations: Sequence[Citation] = ()
    links: Sequence[Mapping[Literal["label", "action", "target"], str]] = ()
    blocks: Sequence[ChatPart] = ()
    rating: Literal["up", "down"] | None = None
    ratable: bool = Field(False, description="POST /assistant/messages/<id>/rating {rating: up|down}")


class Chat(BlockBase):
    """The conversation. Fills the screen; what is typed goes to POST /assistant/messages {text}.

    The answer's `messages` are read as ChatMessage; where an answer has no `id`, `who` or `blocks`, the client adds
    them, so the plain form of the interface is enough. Older messages come with the screen's `next`.
    """

    type: Literal["chat"] = "chat"
    messages: Sequence[ChatMessage]
    placeholder: str = "想问什么，直接说"
    quick: Sequence[str] = Field((), description="questions to tap while the conversation is young")
    notice: str | None = Field(None, description="e.g. 回答依据政策原文，以窗口答复为准")
    max_length: int = 500
    photo: Path | None = Field(
        None, description="POST multipart `file`: a photograph sent into the conversation; its answer has `messages`"
    )


# --- sections and the screen --------------------------------------------------------------------------------------

LeafBlock = Annotated[
    Heading
    | Text
    | Notice
    | Hero
    | Figures
    | Tiles
    | Tabs
    | Search
    | Card
    | List
    | KeyValues
    | Buttons
    | Empty
    | Progress
    | File
    | BenefitCard
    | Verdict
    | Money
    | Citations
    | Article
    | OpenQuestion
    | Steps
    | Window
    | Faq
    | Timeline
    | Ledger
    | TalentCard
    | Qr
    | Facts
    | MessageList
    | Switches
    | Reminders
    | Form
    | Materials
    | Upload
    | Declaration
    | Consent
    | Rating,
    Field(discriminator="type"),
]


class Section(BlockBase):
    """Blocks under one title, folded when `open` is false. Sections do not nest."""

    type: Literal["section"] = "section"
    title: str
    note: str | None = None
    open: bool = True
    foldable: bool = True
    blocks: Sequence[LeafBlock]


Block = Annotated[LeafBlock | Section | Chat, Field(discriminator="type")]


class Cache(Part):
    """How long the client may show a screen it has kept.

    For `fresh` seconds it is shown without asking. With `offline` it may also be kept on the device and is shown,
    marked as such, when there is no network. What is `personal` is wiped at sign-out, never shown to the next person.
    """

    fresh: int = Field(0, ge=0, description="seconds")
    offline: bool = False
    personal: bool = True


class Badges(Part):
    """Marks on the tab bar: unread messages, things due."""

    home: int = 0
    items: int = 0
    assistant: int = 0
    me: int = 0


class Screen(Part):
    """One screen. `GET /api/v1/screens/<name>?…` answers `{"screen": Screen}`.

    `next` is the key of the following page: the client asks again with `after=<key>`; blocks of the answer that carry
    the id of a block already shown add their rows to it, others are appended.
    """

    name: str
    title: str
    blocks: Sequence[Block]
    actions: Sequence[Button] = Field((), max_length=2, description="the bar at the foot: the main thing to do here")
    cache: Cache = Cache()
    next: str | None = None
    refresh_after: int | None = Field(None, ge=5, description="seconds; while shown, fetch again (someone else acts)")
    share: Share | None = Field(None, description="what the menu of WeChat passes on")
    badges: Badges | None = None


class FieldError(Part):
    """What is wrong with one field and what to do."""

    field: str
    code: str
    message: str


def block_types() -> frozenset[str]:
    """The names of all block types of the closed set."""
    return frozenset(cls.model_fields["type"].default for cls in _concrete(BlockBase))


def field_kinds() -> frozenset[str]:
    """The names of all kinds of form field."""
    return frozenset(cls.model_fields["kind"].default for cls in _concrete(FieldBase))


def _concrete(base: type[BaseModel]) -> list[type[BaseModel]]:
    return [cls for cls in base.__subclasses__() if "type" in cls.model_fields or "kind" in cls.model_fields]
