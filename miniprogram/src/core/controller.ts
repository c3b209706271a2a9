/**
 * What stands behind one shown screen: fetching it, its forms, and carrying out the actions of its blocks.
 * A page makes one and provides it; blocks take it with `useScreen()`.
 */
import { inject, reactive, ref, type InjectionKey, type Ref } from 'vue'

import type { Action, Block, Button, ChatMessage, Citation, FieldError, MaterialSlot, Screen } from '../contract/screen'
import { consentGiven, perform } from './actions'
import type { FormHandle } from './form'
import { ApiError, newKey, send } from './http'
import { prefer } from './prefs'
import { about, session, signIn, silent } from './session'
import { addMessages, expireScreens, fetchScreen, joinPage, kept, patchBlocks, patchSlot, type Params } from './screens'

export type Status = 'loading' | 'ready' | 'failed' | 'sign_in'

export interface Snack {
  text: string
  tone: 'plain' | 'danger'
  retry?: () => void
}

export interface State {
  name: string
  params: Params
  status: Status
  screen?: Screen
  error?: ApiError
  /** Shown from the device because the network is away; since when. */
  stale?: number
  refreshing: boolean
  loadingMore: boolean
  moreFailed: boolean
  busy?: unknown
  snack?: Snack
  article?: { document: string; article: string }
  sharePicture?: Extract<Action, { kind: 'share' }>
}

/** What the answer to a write may ask of the client. */
export interface Answer {
  toast?: string
  next?: Action
  blocks?: Block[]
  slot?: MaterialSlot
  /** Values that were refused although the rest was saved. */
  fields?: FieldError[]
  messages?: Partial<ChatMessage>[]
}

/** What an answer says while it leads to another screen is said there. */
let carried: string | undefined
const LEAVING: ReadonlySet<Action['kind']> = new Set(['navigate', 'back', 'find', 'sign_out'])

export class Controller {
  readonly state: State
  readonly forms = new Map<string, FormHandle>()
  /** The chat of this screen, once it is drawn. */
  chat?: { say(text: string): void; arrived(): void }
  /** What is to be said as soon as the chat is drawn: a question asked on another screen. */
  saying?: string
  /** What goes on when the person has signed in. */
  signedIn: () => void = () => undefined
  private waiting?: { since: number; again: () => void }
  private run = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(name: string, params: Params = {}) {
    this.state = reactive({
      name,
      params,
      status: 'loading',
      refreshing: false,
      loadingMore: false,
      moreFailed: false,
    }) as State
  }

  /** Show what is kept at once; ask the server unless the screen's own rule says that it need not be asked. */
  async open(params = this.state.params): Promise<void> {
    this.state.params = params
    this.sayCarried()
    const found = kept(this.state.name, params)
    if (found) this.show(found.screen)
    if (!found?.fresh) await this.load()
  }

  /** Opened by a scanned code: the server knows which screen it is for; a code of a city chooses the city. */
  async scanned(scene: string): Promise<void> {
    this.state.name = 'home'
    try {
      const { next } = await send<Answer>({ path: `/scenes/${encodeURIComponent(scene)}` })
      if (next?.kind === 'navigate' && next.params.city) prefer('city', next.params.city)
      await perform(next ?? { kind: 'reload' }, this)
    } catch (error) {
      this.failed(error)
    }
  }

  /** Ask the server. What is shown stays until the answer is there. */
  async load(): Promise<void> {
    const run = ++this.run
    this.state.refreshing = true
    try {
      if (!session.token && silent()) await signIn().catch(() => false)
      const screen = await fetchScreen(this.state.name, this.state.params)
      if (run === this.run) this.show(screen)
    } catch (error) {
      if (run === this.run) this.failed(error)
    } finally {
      if (run === this.run) this.state.refreshing = false
    }
  }

  async more(): Promise<void> {
    const { screen, name, params } = this.state
    if (!screen?.next || this.state.loadingMore) return
    this.state.loadingMore = true
    this.state.moreFailed = false
    try {
      const page = await fetchScreen(name, params, screen.next)
      if (this.state.screen) this.state.screen = joinPage(this.state.screen, page)
    } catch {
      this.state.moreFailed = true
    } finally {
      this.state.loadingMore = false
    }
  }

  /** Carry out an action; `source` is what was tapped, which is busy meanwhile. A second tap is ignored. */
  async perform(action: Action | undefined, source?: unknown): Promise<void> {
    if (!action || (this.state.busy && source)) return
    if (source) this.state.busy = source
    try {
      await perform(action, this)
    } catch (error) {
      await this.actionFailed(error, () => void this.perform(action, source))
    } finally {
      if (source) this.state.busy = undefined
    }
  }

  press(button: Button): Promise<void> {
    if (button.disabled) {
      if (button.note) this.say(button.note)
      return Promise.resolve()
    }
    return this.perform(button.action, button.label)
  }

  /** Do what an answer asks for: say, replace, go on. */
  async answered(answer: Answer | undefined, then?: Action): Promise<void> {
    expireScreens()
    if (answer?.blocks) this.patch(answer.blocks)
    if (answer?.slot) this.patchSlot(answer.slot)
    if (answer?.messages) this.addMessages(answer.messages, newKey())
    const next = answer?.next ?? then
    if (answer?.toast) {
      if (next && LEAVING.has(next.kind)) carried = answer.toast
      else this.say(answer.toast)
    }
    if (next) await perform(next, this)
  }

  patch(blocks: Block[]): void {
    if (this.state.screen) this.state.screen = patchBlocks(this.state.screen, blocks)
  }

  /** Put the newer state of one paper where it is shown. */
  patchSlot(slot: MaterialSlot): void {
    if (this.state.screen) this.state.screen = patchSlot(this.state.screen, slot)
  }

  addMessages(messages: Partial<ChatMessage>[], key: string): void {
    if (this.state.screen) this.state.screen = addMessages(this.state.screen, messages.map((one, i) => whole(one, `${key}-${i}`)))
    this.chat?.arrived()
  }

  say(text: string, tone: Snack['tone'] = 'plain', retry?: () => void): void {
    const snack: Snack = { text, tone, retry }
    this.state.snack = snack
    setTimeout(() => this.state.snack?.text === text && (this.state.snack = undefined), retry ? 8_000 : 3_200)
  }

  private sayCarried(): void {
    if (carried) this.say(carried)
    carried = undefined
  }

  /** The page is hidden or gone. */
  pause(): void {
    clearTimeout(this.timer)
    for (const form of this.forms.values()) void form.flush()
  }

  /** The page is shown again. */
  resume(): void {
    this.sayCarried()
    const { screen, status } = this.state
    if (this.waiting && consentGiven.at > this.waiting.since) return this.consented()
    if (!screen || status !== 'ready') return
    this.follow(screen)
    if (!kept(this.state.name, this.state.params)?.fresh) void this.load()
  }

  /** The person agreed: what had needed it is done now, without a second tap. */
  private consented(): void {
    const again = this.waiting!.again
    this.waiting = undefined
    again()
  }

  private show(screen: Screen): void {
    this.state.screen = screen
    this.state.status = 'ready'
    this.state.error = undefined
    this.state.stale = undefined
    this.follow(screen)
  }

  private follow(screen: Screen): void {
    clearTimeout(this.timer)
    if (screen.refresh_after) this.timer = setTimeout(() => void this.load(), screen.refresh_after * 1000)
  }

  private failed(error: unknown): void {
    const known = error instanceof ApiError ? error : new ApiError(0, 'broken', '页面出错了，请退出重进')
    if (!(error instanceof ApiError)) console.error(error)
    if (known.status === 401) return this.askToSignIn()
    if (known.code === CONSENT && !this.waiting) this.askConsent(() => void this.load())
    this.state.error = known
    if (this.state.screen && known.passing) this.state.stale = Date.now()
    else this.state.status = 'failed'
  }

  /** Show the way to sign in; afterwards the screen is fetched, or `then` is done. */
  askToSignIn(then: () => void = () => void this.load()): void {
    this.state.status = 'sign_in'
    this.signedIn = then
    about().catch(() => undefined)
  }

  /** Open the consent; when it is given, the screen beneath does what had needed it. */
  askConsent(again: () => void): void {
    this.waiting = { since: Date.now(), again }
    void perform({ kind: 'navigate', screen: 'consent', params: {}, mode: 'push' }, this)
  }

  private async actionFailed(error: unknown, retry: () => void): Promise<void> {
    if (error instanceof ApiError && error.status === 401) return this.askToSignIn()
    if (error instanceof ApiError && error.code === CONSENT) return this.askConsent(retry)
    if (error instanceof ApiError && error.fields.length && this.markFields(error)) return
    if (!(error instanceof Error)) throw error
    this.say(error.message, 'danger', error instanceof ApiError && error.passing ? retry : undefined)
  }

  private markFields(error: ApiError): boolean {
    const placed = error.fields.filter(({ field }) =>
      [...this.forms.values()].some((form) => form.block.fields.some(({ name }) => name === field.split('.')[0])),
    )
    for (const form of this.forms.values()) {
      form.mark(placed.filter(({ field }) => form.block.fields.some(({ name }) => name === field.split('.')[0])))
    }
    if (placed.length) this.toField(placed[0]!.field)
    if (placed.length < error.fields.length) this.say(error.message, 'danger')
    return placed.length > 0
  }

  /** Bring a field into view. */
  toField(name: string): void {
    this.say('请看标红的地方', 'danger')
    setTimeout(
      () => uni.pageScrollTo({ selector: `#${fieldId(name.split('.')[0]!)}`, duration: 200, offsetTop: -80, fail: () => undefined } as UniApp.PageScrollToOptions),
      60,
    )
  }
}

/** An answer of the assistant interface as a full message: it need not hold more than its text. */
function whole(message: Partial<ChatMessage>, id: string): ChatMessage {
  const known = { id, who: 'assistant' as const, text: '', links: [], blocks: [], ratable: false, ...message }
  return { ...known, citations: (message.citations ?? []).map(labelled) }
}

/** The interface names a citation by its document and article; the label is what stands on the chip. */
function labelled(citation: Citation): Citation {
  return { ...citation, label: citation.label || `${citation.title} ${citation.article}` }
}

/** The code of answers that need consent to process personal data first. */
export const CONSENT = 'consent_required'

export const fieldId = (name: string) => `field-${name}`

export const SCREEN: InjectionKey<Controller> = Symbol('screen')

/** The controller of the screen that this block stands on. */
export function useScreen(): Controller {
  const found = inject(SCREEN)
  if (!found) throw new Error('a block outside a screen')
  return found
}

/** Online or not, for all screens. */
export const online: Ref<boolean> = ref(true)
