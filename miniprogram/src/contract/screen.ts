// Written by `python -m miniprogram.contract.write` from miniprogram_api/screens/blocks.py. Do not edit.

export type Action = Back | Call | Copy | Dial | Find | Navigate | OpenArticle | OpenFile | OpenMap | Prefer | Reload | Say | Share | SignIn | SignOut | Submit | SubscribeAsk

export type FormField = ChoiceField | DateField | MonthField | MonthRangesField | MultiChoiceField | NumberField | ObjectField | PhotosField | SlotField | StarsField | TextField | YesNoField

export type SimpleField = ChoiceField | DateField | MonthField | MonthRangesField | MultiChoiceField | NumberField | PhotosField | SlotField | StarsField | TextField | YesNoField

export type ChatPart = BenefitCard | Buttons | Card | File | Form | KeyValues | List | Money | Notice | OpenQuestion | Steps | Text | Upload | Verdict | Window

export type LeafBlock = Article | BenefitCard | Buttons | Card | Citations | Consent | Declaration | Empty | Facts | Faq | Figures | File | Form | Heading | Hero | KeyValues | Ledger | List | Materials | MessageList | Money | Notice | OpenQuestion | Progress | Qr | Rating | Reminders | Search | Steps | Switches | Tabs | TalentCard | Text | Tiles | Timeline | Upload | Verdict | Window

export type Block = Article | BenefitCard | Buttons | Card | Chat | Citations | Consent | Declaration | Empty | Facts | Faq | Figures | File | Form | Heading | Hero | KeyValues | Ledger | List | Materials | MessageList | Money | Notice | OpenQuestion | Progress | Qr | Rating | Reminders | Search | Section | Steps | Switches | Tabs | TalentCard | Text | Tiles | Timeline | Upload | Verdict | Window

/**
 * A sum as text, in parts because the figure is set large and its unit small.
 *
 * A fixed amount: value `1,200`, unit `元/月`. A range: value `3,000–5,000`. One decided case by case or not given in
 * the text: no figure is invented; value is the word, e.g. `一事一议`, and unit is empty.
 */
export interface Amount {
  value: string
  unit: string
  /** e.g. 最长 36 个月，共 43,200 元 */
  note?: string
}

/** One article: our plain statement, and the official wording beneath where it was imported. */
export interface Article {
  id?: string
  type: "article"
  document: string
  article: string
  /** title of the document */
  title: string
  /** e.g. 第五条 补助标准 */
  heading: string
  text: string
  official?: string
  /** e.g. 2020年3月27日起施行 */
  dated?: string
  /** what has taken its place, as a sentence */
  superseded?: string
  more: Button[]
}

/** Go back; the screen shown then is fetched anew when `reload`. */
export interface Back {
  kind: "back"
  steps: number
  reload: boolean
}

/** A short word in a coloured lozenge: a state, a count. */
export interface Badge {
  text: string
  tone: Tone
}

/** Marks on the tab bar: unread messages, things due. */
export interface Badges {
  home: number
  items: number
  assistant: number
  me: number
}

/** One item of a city as a card: what it is, how much, and how it stands for this person. */
export interface BenefitCard {
  id?: string
  type: "benefit_card"
  /** id of the item in the pack */
  item: string
  name: string
  /** one plain line: what it is for */
  line: string
  amount?: Amount
  verdict?: VerdictKind
  /** e.g. 可申领 / 还差 2 项信息 */
  verdict_text?: string
  agency?: string
  /** e.g. 12月31日前申请 */
  due?: string
  icon: Icon
  action: Action
  buttons: Button[]
}

/** A labelled action. A disabled one says why in `note`. */
export interface Button {
  label: string
  action: Action
  style: "primary" | "secondary" | "plain" | "danger"
  icon?: Icon
  disabled: boolean
  note?: string
}

/** Actions within the flow of the screen. The main one of a screen belongs into Screen.actions instead. */
export interface Buttons {
  id?: string
  type: "buttons"
  buttons: Button[]
}

/**
 * How long the client may show a screen it has kept.
 *
 * For `fresh` seconds it is shown without asking. With `offline` it may also be kept on the device and is shown,
 * marked as such, when there is no network. What is `personal` is wiped at sign-out, never shown to the next person.
 */
export interface Cache {
  /** seconds */
  fresh: number
  offline: boolean
  personal: boolean
}

/**
 * Send a request. With a method other than GET it carries an Idempotency-Key and survives a bad network.
 *
 * The answer may hold `toast` (a sentence), `next` (an action, taken instead of `then`) and `blocks` (blocks that
 * replace those with the same id on the screen shown).
 */
export interface Call {
  kind: "call"
  method: "POST" | "PUT" | "PATCH" | "DELETE"
  path: string
  body: Record<string, Json>
  confirm?: Confirm
  /** what the button says meanwhile, e.g. 正在提交… */
  busy?: string
  then?: Action
}

/** Something with a title that can be opened: an application, a task, an article of help. */
export interface Card {
  id?: string
  type: "card"
  title: string
  text?: string
  icon?: Icon
  badge?: Badge
  /** short facts in one line, e.g. 人社局, 还剩 3 个工作日 */
  meta: string[]
  tone: Tone
  action?: Action
  buttons: Button[]
}

/**
 * The conversation. Fills the screen; what is typed goes to POST /assistant/messages {text}.
 *
 * The answer's `messages` are read as ChatMessage; where an answer has no `id`, `who` or `blocks`, the client adds
 * them, so the plain form of the interface is enough. Older messages come with the screen's `next`.
 */
export interface Chat {
  id?: string
  type: "chat"
  messages: ChatMessage[]
  placeholder: string
  /** questions to tap while the conversation is young */
  quick: string[]
  /** e.g. 回答依据政策原文，以窗口答复为准 */
  notice?: string
  max_length: number
  /** POST multipart `file`: a photograph sent into the conversation; its answer has `messages` */
  photo?: string
}

/**
 * One bubble. `links` is the form of the assistant interface; the client turns each into a button.
 *
 * A link's action is `say` (target: the sentence), `screen` (target: `name?param=value`), `dial` (target: the number)
 * or `article` (target: `document/article`). A form among the `blocks` goes away with the next message.
 */
export interface ChatMessage {
  id: string
  who: "me" | "assistant" | "staff"
  text: string
  at?: string
  citations: Citation[]
  links: Record<string, string>[]
  blocks: ChatPart[]
  rating?: "up" | "down"
  /** POST /assistant/messages/<id>/rating {rating: up|down} */
  ratable: boolean
}

/** One of a few answers. Up to seven are shown as a list, more in a picker; `chips` for short words. */
export interface ChoiceField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "choice"
  value?: Json
  options: Option[]
  style: "list" | "chips" | "picker"
}

/** One article that backs a statement. Tapping it opens the screen `article`. */
export interface Citation {
  /** id of the document in the pack, e.g. living-2020 */
  document: string
  /** number of the article as the pack writes it, e.g. 5 */
  article: string
  /** title of the document, shown */
  title: string
  /** what stands on the chip, e.g. 生活补助细则 第五条 */
  label: string
  /** the official wording, only where the operator imported the document */
  quote?: string
}

/** Articles as chips; each opens. */
export interface Citations {
  id?: string
  type: "citations"
  title?: string
  citations: Citation[]
}

/** A question before an action that cannot be taken back. */
export interface Confirm {
  title: string
  text: string
  yes: string
  no: string
  danger: boolean
}

/**
 * The question whether personal data may be processed.
 *
 * Agreeing posts `{"version", "scopes": [ids]}` to `path` and goes on with `then`; declining takes `decline`.
 */
export interface Consent {
  id?: string
  type: "consent"
  version: string
  title: string
  summary: string
  sections: Question[]
  scopes: ConsentScope[]
  path: string
  agree: string
  then?: Action
  decline?: Button
}

/** One purpose that is agreed to on its own (PIPL articles 14 and 29). */
export interface ConsentScope {
  id: string
  label: string
  text: string
  required: boolean
  sensitive: boolean
  agreed: boolean
}

/** Put text on the clipboard and say so. */
export interface Copy {
  kind: "copy"
  text: string
  toast: string
}

/** A day, `YYYY-MM-DD`. */
export interface DateField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "date"
  value?: string
  earliest: string
  latest: string
}

/** What one declares before submitting: the sentences, a box to tick, the button. */
export interface Declaration {
  id?: string
  type: "declaration"
  title: string
  lines: string[]
  /** beside the box, e.g. 我已阅读并承诺以上内容属实 */
  label: string
  /** its action is a Submit or Call; the body gets declared: true */
  submit: Button
  citations: Citation[]
}

/** Call a public telephone number (a window, a hotline), after the system's own question. */
export interface Dial {
  kind: "dial"
  phone: string
}

/** There is nothing here yet: says so, and what one can do. */
export interface Empty {
  id?: string
  type: "empty"
  title: string
  text?: string
  icon: Icon
  buttons: Button[]
}

/** What a good photograph of a paper looks like: drawn by the client, described by the server. */
export interface Example {
  /** which outline the client draws */
  shape: "card" | "page" | "booklet" | "screen"
  /** e.g. 四角都在画面内 */
  do: string[]
  /** e.g. 反光、手指遮挡 */
  avoid: string[]
}

/** A fact we hold: its value as words, and where it came from. */
export interface FactRow {
  name: string
  label: string
  value: string
  /** e.g. 9月3日你告诉助手 */
  source: string
  /** names of the items that rest on it */
  used_in: string[]
  edit?: Action
  remove?: Call
  /** what does not fit together, as a sentence */
  conflict?: string
}

/** What we know about the person, each to be corrected or deleted. */
export interface Facts {
  id?: string
  type: "facts"
  title?: string
  rows: FactRow[]
}

/** Questions with answers that unfold. */
export interface Faq {
  id?: string
  type: "faq"
  questions: Question[]
}

/** What is wrong with one field and what to do. */
export interface FieldError {
  field: string
  code: string
  message: string
}

/** One number of the glance. */
export interface Figure {
  label: string
  value: string
  unit: string
  tone: Tone
  action?: Action
}

/** Two to four numbers side by side: running, due, to claim. */
export interface Figures {
  id?: string
  type: "figures"
  figures: Figure[]
}

/** A document to open: a form, a receipt, an export. */
export interface File {
  id?: string
  type: "file"
  title: string
  note?: string
  open: OpenFile
}

/**
 * Open a screen with what was typed or chosen in the forms of this screen as its parameters (no request stored).
 *
 * For look-ups and for the self-check of someone who is not signed in; never for protected facts.
 */
export interface Find {
  kind: "find"
  screen: string
  params: Record<string, string>
  mode: "push" | "replace"
}

/** Fields to fill. Its `id` is the key of the draft on the device, so it must name the application and the step. */
export interface Form {
  id: string
  type: "form"
  title?: string
  text?: string
  fields: FormField[]
  save?: Save
  /** when the form stands alone, e.g. inside the chat */
  submit?: Button
  /** one question a screen: choosing an answer submits */
  submit_on_choice: boolean
}

/** A title within the screen, with an optional link at its right end. */
export interface Heading {
  id?: string
  type: "heading"
  text: string
  level: 1 | 2 | 3
  note?: string
  more?: Button
}

/** The head of the home screen: greeting, one line of situation, and the field to ask anything. */
export interface Hero {
  id?: string
  type: "hero"
  title: string
  text?: string
  /** the city shown, its action opens the switch */
  city?: Button
  placeholder: string
  /** shows the field; what is typed is said to the assistant */
  ask: boolean
  /** questions to tap, at most four */
  suggestions: string[]
}

/** The pictograms that the client carries. Each has a drawing in miniprogram/src/design/icons.ts. */
export type Icon = "home" | "services" | "chat" | "person" | "card" | "money" | "house" | "rent" | "startup" | "family" | "school" | "medical" | "bus" | "culture" | "title" | "hukou" | "employer" | "insurance" | "document" | "camera" | "clock" | "calendar" | "bell" | "message" | "location" | "phone" | "search" | "shield" | "help" | "star" | "settings" | "edit" | "download" | "share" | "trash" | "check" | "warning" | "network"

/** A label and what it says. */
export interface KeyValue {
  label: string
  value: string
  note?: string
  tone: Tone
  copyable: boolean
  citations: Citation[]
  action?: Button
}

/** Labels and values, as on a summary or a form read back. */
export interface KeyValues {
  id?: string
  type: "key_values"
  title?: string
  rows: KeyValue[]
  /** at the head, e.g. 修改 */
  edit?: Button
}

/** Payments month by month, newest first, with the shares of each payer. */
export interface Ledger {
  id?: string
  type: "ledger"
  title: string
  total?: Amount
  /** e.g. 第 5 个月，共 36 个月 */
  progress?: string
  months: LedgerMonth[]
}

/** One month of a running benefit. */
export interface LedgerMonth {
  /** as words, e.g. 2026年3月 */
  month: string
  state: "paid" | "due" | "planned" | "missed" | "stopped"
  /** e.g. 已发放 / 当月未参保，不补发 */
  state_text: string
  /** e.g. 1,200.00 */
  value: string
  note?: string
  shares: LedgerShare[]
}

/** What one payer bears of a month. */
export interface LedgerShare {
  payer: string
  value: string
}

/** Lines one under the other, most of them to tap. */
export interface List {
  id?: string
  type: "list"
  title?: string
  rows: Row[]
}

/** One paper of the list and what there is of it. */
export interface MaterialSlot {
  id: string
  name: string
  required: boolean
  /** e.g. 复印件 1 份，核验原件 */
  copies?: string
  /** what it should show */
  look?: string
  state: "missing" | "partial" | "uploaded" | "accepted" | "rejected" | "at_window" | "by_employer"
  state_text: string
  /** from the correction notice: what is wrong and what to do */
  problem?: string
  pages: Page[]
  at_most: number
  accept: ("image" | "pdf")[]
  /** POST multipart `file`; None where nothing can be uploaded */
  upload?: string
  example?: Example
  /** an empty or prefilled form to print */
  form?: OpenFile
  reuse: Reuse[]
  /** takes the whole paper away, where that is possible */
  remove?: Call
  citations: Citation[]
}

/** The papers of an application: what is there, what is missing. Uploads answer with `{"slot": MaterialSlot}`. */
export interface Materials {
  id: string
  type: "materials"
  title?: string
  /** e.g. 已备齐 3 / 5 项 */
  summary?: string
  slots: MaterialSlot[]
}

/** A line of the message centre. */
export interface Message {
  id: string
  title: string
  text: string
  at: string
  unread: boolean
  tone: Tone
  /** e.g. 已通过微信提醒 / 仅站内 */
  delivery?: string
  action?: Action
}

/** Messages, newest first. Opening one posts to `/messages/<id>/read`. */
export interface MessageList {
  id?: string
  type: "message_list"
  messages: Message[]
}

/** A sum with who pays which part of it. */
export interface Money {
  id?: string
  type: "money"
  label: string
  amount: Amount
  note?: string
  shares: ShareOfCost[]
  citations: Citation[]
}

/** A month, `YYYY-MM`. */
export interface MonthField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "month"
  value?: string
  earliest: string
  latest: string
}

/** Spans of months with both ends, `[["2024-01", "2024-09"], …]`: the months insurance was paid. */
export interface MonthRangesField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "month_ranges"
  value?: string[][]
  earliest: string
  latest: string
  at_most: number
}

/** Any number of answers. */
export interface MultiChoiceField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "multi_choice"
  value?: Json[]
  options: Option[]
  at_most?: number
}

/** Go to another screen. `root` switches to a tab or clears what lies behind. */
export interface Navigate {
  kind: "navigate"
  screen: string
  params: Record<string, string>
  mode: "push" | "replace" | "root"
}

/** Something to know before going on. */
export interface Notice {
  id?: string
  type: "notice"
  text: string
  title?: string
  tone: Tone
  citations: Citation[]
  buttons: Button[]
}

/** A number. Decimals 0 makes it whole. Sums are in yuan as the fact vocabulary says. */
export interface NumberField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "number"
  value?: number
  minimum?: number
  maximum?: number
  decimals: number
  unit: string
  placeholder: string
}

/** A fact made of several values, such as a purchased home; or none of it (`none`, sent as null). */
export interface ObjectField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "object"
  value?: Json
  fields: SimpleField[]
  /** label of the answer that there is no such thing, e.g. 没有买房 */
  none?: string
  /** the stored answer is that there is none (value is unset then) */
  none_chosen: boolean
}

/** Open one article of a document as a sheet over the screen (the screen `article`, `?document=&article=`). */
export interface OpenArticle {
  kind: "open_article"
  document: string
  article: string
}

/** Fetch a file with the session's token and open it, or save it where the platform can. */
export interface OpenFile {
  kind: "open_file"
  path: string
  /** file name with its ending, e.g. 申请表.pdf */
  name: string
}

/**
 * Show a place. With coordinates (GCJ-02) the map opens at them.
 *
 * Without, a browser opens a public map service that searches for `search`, a mini-program copies `search` and says
 * that it can be pasted into a map.
 */
export interface OpenMap {
  kind: "open_map"
  name: string
  address: string
  search: string
  latitude?: number
  longitude?: number
}

/** Where the texts do not settle it: the readings side by side, and whom to ask. */
export interface OpenQuestion {
  id?: string
  type: "open_question"
  title: string
  text: string
  readings: string[]
  citations: Citation[]
  buttons: Button[]
}

/** One answer of a choice. `value` is what the fact holds, null for "I do not know". */
export interface Option {
  value: Json
  label: string
  note?: string
}

/** One page of an uploaded paper. */
export interface Page {
  id: string
  /** None for a PDF */
  picture?: Picture
  /** e.g. 第 1 页, or the name of the file */
  name: string
  state: "received" | "checking" | "good" | "bad"
  /** what is wrong with it and what to do */
  note?: string
  /** DELETE removes it; POST <path>/rotation {degrees: 90|180|270} turns it */
  path: string
}

/** Pictures that belong to what is typed (a complaint, an objection); each is sent to `upload` when chosen. */
export interface PhotosField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "photos"
  /** ids that the upload answered with */
  value?: string[]
  upload: string
  at_most: number
}

/** A picture on the server. The client fetches both paths with the session's token, never by a public address. */
export interface Picture {
  /** small version for lists, under 30 KB */
  thumb: string
  /** what opens on tap */
  full: string
  /** what the picture shows, for people who cannot see it */
  text: string
}

/** Keep a choice on the device: the city, larger type, light or dark. Then fetch the screen again. */
export interface Prefer {
  kind: "prefer"
  key: "city" | "type_size" | "theme"
  value: string
  then?: Action
}

/** Where one is in a form of several steps. */
export interface Progress {
  id?: string
  type: "progress"
  current: number
  total: number
  label: string
  /** names of the steps, when they are known beforehand */
  steps: string[]
}

/** A code to be scanned. It holds a short-lived token made by the server, never personal data. */
export interface Qr {
  id?: string
  type: "qr"
  image: string
  caption: string
  /** seconds until it must be fetched again */
  expires_in?: number
}

/** A question with its answer, folded. */
export interface Question {
  question: string
  answer: string
  citations: Citation[]
  button?: Button
}

/** How it went: stars, words to tap, a line of one's own. Posts `{stars, tags, comment}` to `path`. */
export interface Rating {
  id?: string
  type: "rating"
  title: string
  path: string
  tags: string[]
  words: string[]
  placeholder: string
  /** given already; then it is only shown */
  stars?: number
  comment?: string
  then?: Action
}

/** One condition and how it stands. */
export interface Reason {
  mark: "met" | "unmet" | "missing" | "refer"
  text: string
  note?: string
  citations: Citation[]
  /** e.g. 去补充 */
  action?: Button
}

/** Fetch this screen again. */
export interface Reload {
  kind: "reload"
}

/** One kind of subscribe message and what consent is left for it. */
export interface Reminder {
  name: string
  /** when it is sent */
  text: string
  /** e.g. 还可提醒 2 次 / 未授权，只在站内告诉你 */
  left: string
  on: boolean
  ask?: SubscribeAsk
}

/** What WeChat may tell the person, with the button that asks for more. */
export interface Reminders {
  id?: string
  type: "reminders"
  reminders: Reminder[]
}

/** A paper on file that can serve here too. */
export interface Reuse {
  /** e.g. 用 3月2日 交过的这份 */
  label: string
  call: Call
}

/** A line of a list. */
export interface Row {
  title: string
  note?: string
  value?: string
  icon?: Icon
  picture?: Picture
  badge?: Badge
  action?: Action
}

/**
 * Where a form is saved while it is typed: `{"facts": {changed fields}}`, some time after the last key.
 *
 * The answer is `{"saved": [names], "fields": [{field, code, message}], "blocks": [blocks to replace]}`, with status
 * 200 even when a value was refused: what is wrong is said at its field, and what was typed stays on the device.
 */
export interface Save {
  method: "PUT" | "PATCH" | "POST"
  path: string
}

/** Send a sentence to the assistant as if it had been typed; outside the chat, open the chat with it. */
export interface Say {
  kind: "say"
  text: string
}

/**
 * One screen. `GET /api/v1/screens/<name>?…` answers `{"screen": Screen}`.
 *
 * `next` is the key of the following page: the client asks again with `after=<key>`; blocks of the answer that carry
 * the id of a block already shown add their rows to it, others are appended.
 */
export interface Screen {
  name: string
  title: string
  blocks: Block[]
  /** the bar at the foot: the main thing to do here */
  actions: Button[]
  cache: Cache
  next?: string
  /** seconds; while shown, fetch again (someone else acts) */
  refresh_after?: number
  /** what the menu of WeChat passes on */
  share?: Share
  badges?: Badges
}

/** A search field; what is typed becomes the parameter `param` of `screen`. */
export interface Search {
  id?: string
  type: "search"
  screen: string
  param: string
  params: Record<string, string>
  value: string
  placeholder: string
  suggestions: string[]
}

/** Blocks under one title, folded when `open` is false. Sections do not nest. */
export interface Section {
  id?: string
  type: "section"
  title: string
  note?: string
  open: boolean
  foldable: boolean
  blocks: LeafBlock[]
}

/**
 * Pass a screen on: to a chat as a card, or as a picture that the client draws from `lines`.
 *
 * Never any personal data: no name, no number, no day of birth; `params` hold ids of items and cities only.
 */
export interface Share {
  kind: "share"
  title: string
  /** what stands on the picture, at most six short lines */
  lines: string[]
  amount?: Amount
  screen: string
  params: Record<string, string>
}

/** What one payer bears. */
export interface ShareOfCost {
  payer: string
  amount: Amount
  /** e.g. 1/3 */
  fraction?: string
}

/** A field is there only while another field of the form holds one of these values. */
export interface ShownIf {
  field: string
  one_of: Json[]
}

/** Sign in, then go on. */
export interface SignIn {
  kind: "sign_in"
  then?: Action
}

/** Forget the session and everything kept on this device. */
export interface SignOut {
  kind: "sign_out"
  confirm?: Confirm
}

/** One time that can be booked. */
export interface Slot {
  value: string
  /** e.g. 9:00–9:30 */
  label: string
  /** e.g. 余 3 */
  left?: string
  disabled: boolean
}

/** The times of one day. */
export interface SlotDay {
  /** e.g. 11月24日 周二 */
  label: string
  slots: Slot[]
  /** why there are none, e.g. 法定节假日 */
  closed?: string
}

/** One appointment time among several days. */
export interface SlotField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "slot"
  value?: string
  days: SlotDay[]
}

/** One to five stars, each with its word. */
export interface StarsField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "stars"
  value?: number
  words: string[]
}

/** One step of a procedure as the text gives it; no limit is shown where the text gives none. */
export interface Step {
  title: string
  by?: string
  /** e.g. 5 个工作日 */
  limit?: string
  text?: string
  citations: Citation[]
}

/** How something is done, step by step. */
export interface Steps {
  id?: string
  type: "steps"
  title?: string
  steps: Step[]
}

/**
 * Send what was typed in the forms of this screen, after checking it, then do as `Call` does.
 *
 * The values of the named forms (all forms of the screen when none is named) go under the key `under`, or at top level
 * when that is None, together with `body`. Field errors of the answer are shown at the fields; nothing typed is lost.
 */
export interface Submit {
  kind: "submit"
  method: "POST" | "PUT" | "PATCH"
  path: string
  forms: string[]
  under: string | null
  body: Record<string, Json>
  /** shown in the same tap, before the request leaves */
  ask?: SubscribeAsk
  confirm?: Confirm
  busy?: string
  then?: Action
}

/**
 * Ask for consent to subscribe messages. WeChat shows the dialogue only right after a tap.
 *
 * The client posts what the person chose to `/subscriptions` as
 * `{"results": {template_id: "accept"|"reject"|"ban"|"filter"}}` and goes on with `then` whatever the answer is.
 */
export interface SubscribeAsk {
  kind: "subscribe"
  /** template ids, at most three a dialogue */
  templates: string[]
  /** their names in the same order, for places without WeChat's dialogue */
  names: string[]
  /** one sentence: what we will tell you about */
  why: string
  then?: Action
}

/** A setting that is on or off; changed by its call with `{"on": true|false}`. */
export interface Switch {
  label: string
  note?: string
  on: boolean
  disabled: boolean
  change: Call
}

/** Settings. */
export interface Switches {
  id?: string
  type: "switches"
  title?: string
  switches: Switch[]
}

/** One view of the same screen. */
export interface Tab {
  value: string
  label: string
  badge?: string
}

/** Switches the parameter `param` of this screen and fetches it again. */
export interface Tabs {
  id?: string
  type: "tabs"
  param: string
  value: string
  tabs: Tab[]
}

/** The card of a recognised talent, drawn as a card; the code opens large for a window's scanner. */
export interface TalentCard {
  id?: string
  type: "talent_card"
  /** the card's name from the pack */
  title: string
  city: string
  /** masked name, e.g. 王*明 */
  holder: string
  number: string
  category: string
  /** e.g. 2026年11月20日起有效 */
  valid?: string
  state?: Badge
  qr?: Qr
}

/** One or more paragraphs, separated by newlines. */
export interface Text {
  id?: string
  type: "text"
  text: string
  style: "body" | "muted" | "lead"
}

/** A line of text, or several. A protected value (id number, phone) arrives as `masked` and never in clear. */
export interface TextField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "text"
  value?: string
  /** e.g. 4105**********1234; sent back only when typed anew */
  masked?: string
  keyboard: "text" | "name" | "id_number" | "phone" | "digits" | "bank_account"
  placeholder: string
  max_length: number
  /** more than one makes it a text area */
  lines: number
  /** GET with ?q=; answers {suggestions: [{value, note?}]}, e.g. the enterprise directory */
  suggest?: string
  /** inside WeChat a button `open-type=getPhoneNumber` may fill it: POST {code} there, then show the answer's `shown`; typing stays possible */
  from_wechat?: string
}

/** An entry of the grid. */
export interface Tile {
  icon: Icon
  label: string
  action: Action
  badge?: Badge
}

/** A grid of entries with icons. */
export interface Tiles {
  id?: string
  type: "tiles"
  tiles: Tile[]
  columns: 3 | 4
}

/** What happened, where it is, what comes. */
export interface Timeline {
  id?: string
  type: "timeline"
  entries: TimelineEntry[]
}

/** One station of an application. */
export interface TimelineEntry {
  state: "done" | "current" | "waiting" | "late" | "stopped"
  title: string
  /** whose desk it lies on */
  desk?: string
  /** when it happened, as words */
  at?: string
  /** until when, as words, e.g. 11月27日前（还剩 3 个工作日） */
  due?: string
  text?: string
  citations: Citation[]
  buttons: Button[]
}

/** What a mark, badge or notice means. The client alone knows the colours, for light and dark. */
export type Tone = "neutral" | "info" | "success" | "warning" | "danger"

/** One paper alone: in the chat, in a correction. */
export interface Upload {
  id: string
  type: "upload"
  slot: MaterialSlot
}

/** The result of a check: the answer in one line, the amount, and every condition with its mark. */
export interface Verdict {
  id?: string
  type: "verdict"
  verdict: VerdictKind
  title: string
  text?: string
  amount?: Amount
  reasons: Reason[]
  /** as words, e.g. 最早 2026年2月10日起可申请 */
  eligible_from?: string
  /** as words, e.g. 最晚 2027年1月31日 */
  closes_on?: string
  citations: Citation[]
  buttons: Button[]
}

/** The verdicts of the policy engine. */
export type VerdictKind = "eligible" | "not_eligible" | "needs_info" | "refer" | "not_in_force"

/** A place one can go to: address, hours, telephones, way there. */
export interface Window {
  id?: string
  type: "window"
  name: string
  agency?: string
  address?: string
  hours?: string
  phones: string[]
  note?: string
  map?: OpenMap
  citations: Citation[]
  buttons: Button[]
}

/** Yes, no, and where it is allowed "I do not know" (which leaves the fact unknown). */
export interface YesNoField {
  name: string
  label: string
  required: boolean
  /** one line under the label: where to find it, how it is counted */
  help?: string
  /** why it is asked; opens on tap */
  why?: string
  citations: Citation[]
  /** where a prefilled value comes from, e.g. 9月3日你告诉过助手 */
  source?: string
  /** shown, not editable; `help` says whom to ask */
  locked: boolean
  /** what is wrong with the stored value and what to do */
  error?: string
  /** all of them must hold */
  shown_if: ShownIf[]
  kind: "yes_no"
  value?: boolean
  yes: string
  no: string
  /** label of the third answer, e.g. 不清楚 */
  unknown?: string
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
