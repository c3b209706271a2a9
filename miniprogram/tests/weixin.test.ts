/** The built WeChat package draws real server screens and answers to taps and typing. Build it first. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { beforeAll, beforeEach, expect, test, vi } from 'vitest'

import examples from '../src/contract/examples.json'

interface Shown {
  text: string
  parent: HTMLElement
  tap(text: string): Promise<void>
  type(selector: string, value: string): Promise<void>
  trigger(selector: string, event: string, detail: object): Promise<void>
}

interface Phone {
  asked: { method: string; path: string; body: Record<string, unknown>; header: Record<string, string> }[]
  calls: [string, { url?: string; title?: string }][]
  subscribed: string[][]
  stored: Map<string, string>
}

const weixin: {
  launch(answer: (asked: { path: string; method: string }) => unknown): Phone
  open(page: string, query?: Record<string, string>): Promise<Shown>
} = createRequire(import.meta.url)('./weixin.cjs')

const screens = new Map<string, unknown>()
let phone: Phone

const show = (name: string, blocks: unknown[], more: object = {}) =>
  screens.set(name, { screen: { name, title: name, blocks, actions: [], cache: { fresh: 0, offline: false, personal: true }, ...more } })

/** Wait until what is expected holds, however slow the machine is. */
const soon = (expected: () => void) => vi.waitFor(expected, { timeout: 8_000, interval: 30 })

const written = () => phone.asked.filter(({ method, path }) => method !== 'GET' && path !== '/session')

beforeAll(() => {
  phone = weixin.launch(({ path, method }) => (method === 'GET' ? screens.get(/(?:screens|scenes)\/([\w-]+)/.exec(path)?.[1] ?? '') : { toast: '好了' }))
})

beforeEach(() => {
  phone.asked.length = phone.calls.length = phone.subscribed.length = 0
})

const isText = (value: unknown): value is string => typeof value === 'string'

/** Something each example says, so that an empty component does not pass. */
function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(words)
  if (typeof value !== 'object' || !value) return []
  const shown = ['suggestions', 'title', 'name', 'text', 'label', 'heading', 'caption', 'holder', 'question', 'placeholder']
  return Object.entries(value).flatMap(([key, inner]) => (shown.includes(key) ? [inner].flat().filter(isText).concat(words(inner)) : words(inner)))
}

test.each(examples.blocks.map((block) => [block.type, block] as const))('the block %s is drawn', async (type, block) => {
  show('one', [block])
  const page = await weixin.open('screen', { screen: 'one' })
  const said = words(block).filter((word) => page.text.includes(word) || page.parent.innerHTML.includes(word))
  expect(page.text).not.toContain('当前版本还显示不了')
  expect(said.length + (type === 'qr' ? 1 : 0)).toBeGreaterThan(0)
})

test.each(examples.fields.map((field) => [field.kind, field] as const))('the field %s is drawn', async (_, field) => {
  show('field', [{ type: 'form', id: 'f', fields: [field], submit_on_choice: false }])
  const page = await weixin.open('screen', { screen: 'field' })
  expect(page.text).toContain(field.label)
  expect(page.text).not.toContain('需要新版小程序')
})

test('a block of a newer server shows a readable notice, and the rest of the screen', async () => {
  show('newer', [{ type: 'hologram', magic: 1 }, { type: 'text', text: '其余照常', style: 'body' }])
  const page = await weixin.open('screen', { screen: 'newer' })
  expect(page.text).toContain('当前版本还显示不了')
  expect(page.text).toContain('其余照常')
})

/** Screens of a real server, written by whoever runs these tests beside one: a JSON list. */
const real: { name: string; title: string; blocks: { type: string }[]; actions: { label: string }[] }[] = process.env.TALENT_SCREENS
  ? JSON.parse(readFileSync(process.env.TALENT_SCREENS, 'utf8'))
  : []
const TABS = ['home', 'items', 'assistant', 'me']

test.runIf(real.length).each(real.map((screen, i) => [`${screen.name} ${i}`, screen] as const))('the real screen %s is drawn', async (_, screen) => {
  screens.set(screen.name, { screen })
  const page = await (TABS.includes(screen.name) ? weixin.open(screen.name) : weixin.open('screen', { screen: screen.name }))
  expect(page.text).not.toContain('当前版本还显示不了')
  expect(page.text).not.toContain('暂时打不开')
  for (const block of screen.blocks) {
    const said = block.type === 'search' ? [] : words(block) // a search says only what its field hints at
    if (said.length) expect(said.some((word) => page.text.includes(word) || page.parent.innerHTML.includes(word)), block.type).toBe(true)
  }
  for (const { label } of screen.actions) expect(page.text).toContain(label)
})

test.each(TABS)('the tab %s shows its own screen', async (tab) => {
  show(tab, [{ type: 'text', text: `这是 ${tab}`, style: 'body' }])
  expect((await weixin.open(tab)).text).toContain(`这是 ${tab}`)
})

test('the person is signed in with a WeChat code before the first screen is asked for', async () => {
  show('me', [{ type: 'text', text: '我', style: 'body' }])
  phone.stored.clear()
  await weixin.open('me')
  await soon(() => expect(phone.asked.at(-1)!.header.Authorization).toBe('Bearer t'))
})

const PHONE = { kind: 'text', name: 'phone', label: '手机号码', required: true, keyboard: 'phone', lines: 1, max_length: 60, placeholder: '', citations: [], shown_if: [], from_wechat: '/me/phone' }

test('the number that WeChat has verified is taken over by its button', async () => {
  show('form', [{ type: 'form', id: 'p1', fields: [PHONE], submit_on_choice: false }])
  const page = await weixin.open('screen', { screen: 'form' })
  show('form', [{ type: 'form', id: 'p1', fields: [{ ...PHONE, masked: '138****0101' }], submit_on_choice: false }])
  await page.trigger('wx-button', 'getphonenumber', { code: 'from-wechat' })
  await soon(() => expect(written()).toMatchObject([{ method: 'POST', path: '/me/phone', body: { code: 'from-wechat' } }]))
  await soon(() => expect(page.text).toContain('138****0101'))
})

test('somebody who does not give the number to us types it', async () => {
  show('form', [{ type: 'form', id: 'p2', fields: [PHONE], submit_on_choice: false }])
  const page = await weixin.open('screen', { screen: 'form' })
  await page.trigger('wx-button', 'getphonenumber', { errMsg: 'getPhoneNumber:fail user deny' })
  expect(written()).toEqual([])
  expect(page.parent.querySelector('wx-input')).toBeTruthy()
})

test('a scanned code opens the screen that the server names', async () => {
  screens.set('n-1', { next: { kind: 'navigate', screen: 'notice', params: { notice: 'ntc_1' }, mode: 'replace' } })
  await weixin.open('screen', { scene: 'n-1' })
  const opened = () => phone.calls.find(([name]) => name === 'redirectTo')?.[1].url
  await soon(() => expect(opened()).toBe('/pages/screen?screen=notice&notice=ntc_1'))
})

test('what is typed reaches the server, and a choice is saved at once', async () => {
  show('form', [{ type: 'form', id: 'a1', fields: examples.fields.slice(0, 5), save: { method: 'PUT', path: '/applications/a1/facts' }, submit_on_choice: false }])
  const page = await weixin.open('screen', { screen: 'form' })
  await page.type('wx-input', '南河新材料')
  await page.tap('博士研究生')
  const saved = () => Object.assign({}, ...written().map(({ body }) => body.facts)) as object
  await soon(() => expect(saved()).toEqual({ employer_name: '南河新材料', education: 'doctor' }))
})

test('tapping submit asks for reminders in the same tap, then submits once with a key', async () => {
  const submit = examples.actions.find(({ kind }) => kind === 'submit')
  show('review', [{ type: 'text', text: '核对', style: 'body' }], { actions: [{ label: '提交', style: 'primary', disabled: false, action: submit }] })
  const page = await weixin.open('screen', { screen: 'review' })
  await page.tap('提交')
  await soon(() => expect(phone.subscribed).toEqual([['tpl-progress', 'tpl-correction']]))
  await soon(() => expect(written()).toHaveLength(2))
  const posts = written().map(({ path }) => path)
  expect(posts.filter((path) => path.endsWith('/submission'))).toHaveLength(1)
  expect(posts).toContain('/subscriptions')
  expect(written().every(({ header }) => header['Idempotency-Key'])).toBe(true)
})

test('a tap on a citation opens the article over the screen', async () => {
  show('cited', [examples.blocks.find(({ type }) => type === 'citations')])
  show('article', [examples.blocks.find(({ type }) => type === 'article')])
  const page = await weixin.open('screen', { screen: 'cited' })
  await page.tap('生活补助细则 第三条')
  await soon(() => expect(page.text).toContain('第三条 补助标准'))
})

test('a card leads to its screen', async () => {
  show('cards', [examples.blocks.find(({ type }) => type === 'card')])
  const page = await weixin.open('screen', { screen: 'cards' })
  await page.tap('急需紧缺人才认定')
  const opened = () => phone.calls.find(([name]) => name === 'navigateTo')?.[1].url
  await soon(() => expect(opened()).toBe('/pages/screen?screen=application&application=a1'))
})

test('a chat that takes photographs has a button for them', async () => {
  show('assistant', [{ type: 'chat', messages: [], placeholder: '问', quick: [], max_length: 500, photo: '/assistant/photos' }])
  const page = await weixin.open('assistant')
  expect(page.parent.querySelector('.chat__photo, [class*=chat__photo]')).toBeTruthy()
})

test('a question to the assistant and its answer stand in the chat', async () => {
  show('assistant', [{ type: 'chat', messages: [], placeholder: '问', quick: ['硕士每月能领多少'], max_length: 500 }])
  const page = await weixin.open('assistant')
  await page.tap('硕士每月能领多少')
  await soon(() => expect(written().at(-1)).toMatchObject({ path: '/assistant/messages', body: { text: '硕士每月能领多少' } }))
})
