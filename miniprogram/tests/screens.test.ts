import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import examples from '../src/contract/examples.json'
import type { Action, Block, Screen } from '../src/contract/screen'
import { Device, pass } from './device'

const screen = (more: Partial<Screen> = {}): Screen => ({
  name: 'home',
  title: '首页',
  blocks: [],
  actions: [],
  cache: { fresh: 60, offline: true, personal: true },
  ...more,
})
const rows = (...titles: string[]): Block => ({ type: 'list', id: 'l', rows: titles.map((title) => ({ title })) })

let device: Device

afterEach(() => void vi.clearAllTimers())

beforeEach(() => {
  vi.resetModules()
  vi.useFakeTimers()
  device = new Device()
  device.stored.set('talent/session/token', '"t"')
  device.fallback = { status: 200, body: { screen: screen({ blocks: [rows('一')] }) } }
})

const load = async () => ({
  ...(await import('../src/core/screens')),
  ...(await import('../src/core/session')),
  ...(await import('../src/core/controller')),
  ...(await import('../src/core/actions')),
})

test('a screen is shown from what was kept for as long as its own rule says', async () => {
  const { Controller } = await load()
  await Promise.all([new Controller('home').open(), pass(10)])
  await Promise.all([new Controller('home').open(), pass(10)])
  expect(device.asked).toHaveLength(1)
  await pass(61_000)
  await Promise.all([new Controller('home').open(), pass(10)])
  expect(device.asked).toHaveLength(2)
})

test('what an answer says while it leads elsewhere is said on the screen it leads to', async () => {
  const { Controller } = await load()
  const [first, second] = [new Controller('notice'), new Controller('home')]
  await first.answered({ toast: '异议已提交', next: { kind: 'back', steps: 1, reload: true } })
  expect(first.state.snack).toBeUndefined()
  second.resume()
  expect(second.state.snack?.text).toBe('异议已提交')
})

test('without a network a kept screen is shown and marked as old', async () => {
  const { Controller } = await load()
  await Promise.all([new Controller('home').open(), pass(10)])
  vi.resetModules()
  const restarted = await load()
  await pass(61_000)
  device.fallback = 'no network'
  const page = new restarted.Controller('home')
  await Promise.all([page.open(), pass(20_000)])
  expect(page.state).toMatchObject({ status: 'ready', screen: { title: '首页' } })
  expect(page.state.stale).toBeDefined()
})

test('without a network and nothing kept the failure is shown with a retry', async () => {
  const { Controller } = await load()
  device.fallback = 'no network'
  const page = new Controller('home')
  await Promise.all([page.open(), pass(20_000)])
  expect(page.state.status).toBe('failed')
  device.fallback = { status: 200, body: { screen: screen() } }
  await Promise.all([page.load(), pass(20)])
  expect(page.state.status).toBe('ready')
})

test('what is personal is gone after signing out', async () => {
  const { Controller, kept, signOut } = await load()
  await Promise.all([new Controller('home').open(), pass(10)])
  signOut()
  expect(kept('home', {})).toBeUndefined()
  expect([...device.stored.keys()].filter((key) => /screen|session|draft/.test(key))).toEqual([])
})

test('a next page adds its rows to the list of the same id and appends the rest', async () => {
  const { joinPage } = await load()
  const joined = joinPage(screen({ blocks: [rows('一', '二')], next: 'k' }), screen({ blocks: [rows('三'), { type: 'text', text: '完', style: 'body' }] }))
  expect(joined.blocks).toMatchObject([{ rows: [{ title: '一' }, { title: '二' }, { title: '三' }] }, { type: 'text' }])
  expect(joined.next).toBeUndefined()
})

test('a block of an answer takes the place of the one with its id, also inside a section', async () => {
  const { patchBlocks } = await load()
  const section: Block = { type: 'section', title: '材料', open: true, foldable: true, blocks: [rows('旧') as never] }
  expect(patchBlocks(screen({ blocks: [section] }), [rows('新')]).blocks).toMatchObject([{ blocks: [{ rows: [{ title: '新' }] }] }])
})

test('a personal screen without a session asks to sign in', async () => {
  const { Controller } = await load()
  device.answer = ({ path }) => (path.startsWith('/screens') ? { status: 401 } : { status: 200, body: { sandbox: true, test_users: [], cities: [] } })
  const page = new Controller('me')
  await Promise.all([page.open(), pass(20)])
  expect(page.state.status).toBe('sign_in')
})

const noConsent = { status: 403, body: { error: { code: 'consent_required', message: '请先同意', fields: [] } } }
const agree: Action = { kind: 'call', method: 'POST', path: '/consents', body: { version: '1', scopes: [] } }

test('a screen that needs consent opens the consent, and itself when it was given', async () => {
  const { Controller } = await load()
  device.replies = [noConsent]
  const page = new Controller('form')
  await Promise.all([page.open(), pass(20)])
  expect(device.shown).toEqual(['/pages/screen?screen=consent'])
  await Promise.all([new Controller('consent').perform(agree), pass(20)])
  page.resume()
  await pass(20)
  expect(page.state.status).toBe('ready')
})

test('coming back from the consent without agreeing neither loops nor shows the screen', async () => {
  const { Controller } = await load()
  device.fallback = noConsent
  const page = new Controller('form')
  await Promise.all([page.open(), pass(20)])
  page.resume()
  await pass(20)
  expect(page.state.status).toBe('failed')
  expect(device.shown).toHaveLength(1)
})

test('a tap that needed consent is carried out after agreeing, without a second tap', async () => {
  const { Controller } = await load()
  const page = new Controller('item')
  await Promise.all([page.open(), pass(20)])
  device.replies = [noConsent]
  await Promise.all([page.perform({ kind: 'call', method: 'POST', path: '/applications', body: {} }, '开始申请'), pass(20)])
  await Promise.all([new Controller('consent').perform(agree), pass(20)])
  page.resume()
  await pass(20)
  expect(device.paths('POST')).toEqual(['/applications', '/consents', '/applications'])
})

test('a step is not left while one of its values was refused', async () => {
  const { Controller } = await load()
  const page = new Controller('form')
  device.fallback = { status: 200, body: { saved: [], fields: [{ field: 'id_number', code: 'checksum', message: '最后一位对不上' }] } }
  await Promise.all([
    page.perform({ kind: 'submit', method: 'PUT', path: '/a/facts', forms: [], under: 'facts', body: {}, then: { kind: 'navigate', screen: 'next', params: {}, mode: 'push' } }),
    pass(20),
  ])
  expect(device.shown).toEqual([])
  expect(page.state.snack?.text).toContain('改一改')
})

test('a second tap while the first is under way does nothing', async () => {
  const { Controller } = await load()
  const page = new Controller('home')
  const call: Action = { kind: 'call', method: 'POST', path: '/x', body: {} }
  void page.perform(call, '提交')
  void page.perform(call, '提交')
  await pass(100)
  expect(device.paths('POST')).toEqual(['/x'])
})

test('tapping again after a failure repeats the same request, so that one case is made', async () => {
  const { Controller } = await load()
  const page = new Controller('home')
  const call: Action = { kind: 'call', method: 'POST', path: '/applications', body: { item: 'x' } }
  device.fallback = 'no network'
  void page.perform(call, '提交')
  await pass(4_000)
  expect(page.state.snack?.text).toContain('网络')
  device.fallback = { status: 200, body: {} }
  void page.perform(call, '提交')
  await pass(100)
  expect(new Set(device.asked.map(({ key }) => key)).size).toBe(1)
  void page.perform(call, '提交')
  await pass(100)
  expect(new Set(device.asked.map(({ key }) => key)).size).toBe(2)
})

test('what the server answers comes before what the screen had planned', async () => {
  const { Controller } = await load()
  const page = new Controller('home')
  device.fallback = { status: 200, body: { toast: '已提交', next: { kind: 'navigate', screen: 'application', params: { application: 'a9' }, mode: 'push' } } }
  void page.perform({ kind: 'call', method: 'POST', path: '/x', body: {}, then: { kind: 'back', steps: 1, reload: true } })
  await pass(100)
  expect(device.shown).toEqual(['/pages/screen?screen=application&application=a9'])
  page.resume()
  expect(page.state.snack?.text).toBe('已提交')
})

test('an action nobody confirmed is not done', async () => {
  const { Controller } = await load()
  device.confirms = false
  const confirm = { title: '撤回？', text: '', yes: '撤回', no: '取消', danger: true }
  void new Controller('home').perform({ kind: 'call', method: 'POST', path: '/x', body: {}, confirm })
  await pass(100)
  expect(device.shown).toEqual(['撤回？'])
  expect(device.asked).toEqual([])
})

test('every action the server can send is handled', async () => {
  const { handledKinds } = await load()
  expect([...handledKinds].sort()).toEqual(examples.actions.map(({ kind }) => kind).sort())
})

test('an action of a newer server says so instead of failing silently', async () => {
  const { Controller } = await load()
  const page = new Controller('home')
  void page.perform({ kind: 'teleport' } as unknown as Action)
  await pass(10)
  expect(page.state.snack?.text).toContain('新版')
})
