/** One function for each kind of action: a closed table, so that a new action cannot be forgotten here. */
import type { Action, Confirm, Json, SubscribeAsk } from '../contract/screen'
import type { Answer, Controller } from './controller'
import { fetchFile } from './files'
import type { FormHandle } from './form'
import { ApiError, newKey, send } from './http'
// #ifdef H5
import { mapUrl } from './maps'
// #endif
import { back, go, pageUrl } from './navigation'
import { post } from './outbox'
import { paintBars, prefer } from './prefs'
import { expireScreens } from './screens'
import { about, session, signIn, signOut, silent } from './session'

type Kinds = { [K in Action['kind']]: Extract<Action, { kind: K }> }
type Table = { [K in keyof Kinds]: (action: Kinds[K], screen: Controller) => void | Promise<void> }

const HANDLERS: Table = {
  navigate: ({ screen, params, mode }) => go(screen, params, mode),
  back: ({ steps, reload }) => {
    if (reload) expireScreens()
    back(steps)
  },
  reload: (_, screen) => screen.load(),
  subscribe: async (action, screen) => {
    await ask(action)
    await then(action.then, screen)
  },
  call: async (action, screen) => {
    if (!(await confirmed(action.confirm))) return
    await sent(action.method, action.path, action.body, screen, action.then)
  },
  submit: async (action, screen) => {
    const forms = formsOf(action.forms, screen)
    if (!checked(forms, screen)) return
    // WeChat shows its dialogue only within the tap, so it comes before anything that waits.
    if (action.ask) await askOnce(action.ask)
    if (!(await confirmed(action.confirm))) return
    const values = valuesOf(forms)
    const body = action.under ? { ...action.body, [action.under]: values } : { ...action.body, ...values }
    await sent(action.method, action.path, body, screen, action.then, forms)
  },
  find: ({ screen: name, params, mode }, screen) => {
    const forms = formsOf([], screen)
    if (!checked(forms, screen)) return
    const typed = Object.entries(valuesOf(forms)).filter(([, value]) => value !== null && value !== '')
    const texts = typed.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])
    go(name, { ...params, ...Object.fromEntries(texts) }, mode)
  },
  open_article: ({ document, article }, screen) => {
    screen.state.article = { document, article }
  },
  dial: ({ phone }) => {
    // #ifdef H5
    location.href = `tel:${phone.replace(/[^\d+]/g, '')}`
    // #endif
    // #ifndef H5
    uni.makePhoneCall({ phoneNumber: phone, fail: () => undefined })
    // #endif
  },
  open_map: (place, screen) => {
    // #ifdef H5
    void screen
    Object.assign(document.createElement('a'), { href: mapUrl(place), target: '_blank', rel: 'noopener noreferrer' }).click()
    // #endif
    // #ifndef H5
    const { name, address, search, latitude, longitude } = place
    const otherwise = () => copy(search, screen, '地址已复制，打开地图粘贴就能找到')
    if (latitude === undefined || longitude === undefined) otherwise()
    else uni.openLocation({ name, address, latitude, longitude, fail: otherwise })
    // #endif
  },
  copy: ({ text, toast }, screen) => copy(text, screen, toast),
  say: ({ text }, screen) => {
    if (screen.chat) screen.chat.say(text)
    else go('assistant', { say: text })
  },
  open_file: async ({ path, name }) => {
    const file = await fetchFile(path)
    // #ifdef H5
    const link = Object.assign(document.createElement('a'), { href: file, download: name })
    link.click()
    // #endif
    // #ifndef H5
    uni.openDocument({ filePath: file, showMenu: true, fail: () => uni.showToast({ title: `打不开 ${name}`, icon: 'none' }) })
    // #endif
  },
  share: (action, screen) => {
    screen.state.sharePicture = action
  },
  prefer: async ({ key, value, then: next }, screen) => {
    prefer(key, value)
    paintBars()
    expireScreens()
    if (next) await then(next, screen)
    else await screen.load()
  },
  sign_in: async ({ then: next }, screen) => {
    if (session.token || (silent() && (await signIn()))) return then(next, screen)
    screen.askToSignIn(() => void then(next, screen))
  },
  sign_out: async ({ confirm }) => {
    if (!(await confirmed(confirm))) return
    signOut()
    go('home', {}, 'root')
  },
}

/** Carry out an action. Raises ApiError, or an Error whose message is a sentence for the person. */
export async function perform(action: Action, screen: Controller): Promise<void> {
  const handler = HANDLERS[action.kind] as ((action: Action, screen: Controller) => void | Promise<void>) | undefined
  if (!handler) throw new Error('这个操作需要新版小程序，请退出后重新打开')
  await handler(action, screen)
}

/** The kinds that are handled; a test compares them with the server's. */
export const handledKinds = Object.keys(HANDLERS)

const then = (action: Action | undefined, screen: Controller) => (action ? perform(action, screen) : Promise.resolve())

const CONSENTS = '/consents'

/** When consent to process personal data was last given on this device: what waited for it goes on. */
export const consentGiven = { at: 0 }

/** Keys of writes not yet answered: tapping again after a failure repeats the same request, not a second one. */
const unanswered = new Map<string, string>()

async function sent(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: Record<string, Json>,
  screen: Controller,
  next?: Action,
  forms: FormHandle[] = [],
): Promise<void> {
  const name = `${method} ${path} ${JSON.stringify(body)}`
  const key = unanswered.get(name) ?? newKey()
  unanswered.set(name, key)
  try {
    const answer = await send<Answer>({ method, path, body, key })
    unanswered.delete(name)
    if (answer.fields?.length) throw new ApiError(422, 'invalid', '有几项需要改一改', answer.fields)
    for (const form of forms) form.settle()
    if (path === CONSENTS && method === 'POST') consentGiven.at = Date.now()
    await screen.answered(answer, next)
  } catch (error) {
    if (!(error as { passing?: boolean }).passing) unanswered.delete(name)
    throw error
  }
}

function formsOf(names: string[], screen: Controller): FormHandle[] {
  const all = [...screen.forms.values()]
  return names.length ? all.filter(({ id }) => names.includes(id)) : all
}

function checked(forms: FormHandle[], screen: Controller): boolean {
  const wrong = forms.filter((form) => !form.check())
  const first = wrong[0] && Object.keys(wrong[0].errors)[0]
  if (first) screen.toField(first)
  return wrong.length === 0
}

function valuesOf(forms: FormHandle[]): Record<string, Json> {
  return Object.assign({}, ...forms.map((form) => form.collect()))
}

function confirmed(question: Confirm | undefined): Promise<boolean> {
  if (!question) return Promise.resolve(true)
  return new Promise((resolve) =>
    uni.showModal({
      title: question.title,
      content: question.text,
      confirmText: question.yes,
      cancelText: question.no,
      confirmColor: question.danger ? '#C0291E' : undefined,
      success: ({ confirm }) => resolve(confirm),
      fail: () => resolve(false),
    }),
  )
}

/** Questions answered a moment ago: a tap that repeats a failed submission does not ask them again. */
const justAsked = new Map<string, number>()
const A_MOMENT = 120_000

/** Ask for consent to reminders and tell the server; never stands in the way of what comes next. */
export async function ask(action: SubscribeAsk): Promise<void> {
  const results = await consent(action)
  if (Object.keys(results).length) post('POST', '/subscriptions', { results })
}

async function askOnce(action: SubscribeAsk): Promise<void> {
  const name = action.templates.join()
  if (Date.now() - (justAsked.get(name) ?? 0) < A_MOMENT) return
  justAsked.set(name, Date.now())
  await ask(action)
}

function consent({ templates, names, why }: SubscribeAsk): Promise<Record<string, string>> {
  // #ifdef MP-WEIXIN
  void names
  void why
  return new Promise((resolve) =>
    uni.requestSubscribeMessage({
      tmplIds: templates,
      success: (answer) => resolve(chosen(templates, answer as unknown as Record<string, string>)),
      fail: () => resolve({}),
    }),
  )
  // #endif
  // #ifdef H5
  return inSandbox({ templates, names, why })
  // #endif
  // #ifdef MP-ALIPAY
  void names
  void why
  void templates
  return Promise.resolve({})
  // #endif
}

// #ifdef H5
/** The browser has no subscribe messages; in the sandbox the question stands in for WeChat's. */
async function inSandbox({ templates, names, why }: Pick<SubscribeAsk, 'templates' | 'names' | 'why'>): Promise<Record<string, string>> {
  const { sandbox } = await about().catch(() => ({ sandbox: false }))
  if (!sandbox) return {}
  return new Promise((resolve) =>
    uni.showModal({
      title: '允许发送提醒吗',
      content: `${names.length ? names.join('、') : '办理进度'}：${why}`,
      confirmText: '允许',
      cancelText: '不用',
      success: ({ confirm }) => resolve(Object.fromEntries(templates.map((id) => [id, confirm ? 'accept' : 'reject']))),
    }),
  )
}
// #endif

// #ifdef MP-WEIXIN
function chosen(templates: string[], answer: Record<string, string>): Record<string, string> {
  const known = templates.filter((id) => answer[id])
  return Object.fromEntries(known.map((id) => [id, answer[id]!.startsWith('accept') ? 'accept' : answer[id]!]))
}
// #endif

function copy(text: string, screen: Controller, toast: string): void {
  uni.setClipboardData({ data: text, showToast: false, success: () => screen.say(toast), fail: () => screen.say(text) })
}

/** The address under which a shared screen opens. */
export function shareUrl(action: Extract<Action, { kind: 'share' }>): string {
  return pageUrl(action.screen, { ...action.params })
}
