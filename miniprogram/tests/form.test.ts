import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Form } from '../src/contract/screen'
import { Device, pass } from './device'

const base = { required: false, citations: [], locked: false, shown_if: [] }
const form = (...fields: object[]): Form => ({
  type: 'form',
  id: 'a1:step',
  fields: fields.map((field) => ({ ...base, ...field })) as unknown as Form['fields'],
  save: { method: 'PUT', path: '/applications/a1/facts' },
  submit_on_choice: false,
})
const name = { kind: 'text', name: 'employer_name', label: '单位', keyboard: 'text', placeholder: '', max_length: 60, lines: 1 }
const idNumber = { ...name, name: 'id_number', label: '身份证号', keyboard: 'id_number' }
const years = { kind: 'number', name: 'contract_years', label: '合同年限', decimals: 0, unit: '年', minimum: 0, maximum: 50, placeholder: '' }

let device: Device

afterEach(() => void vi.clearAllTimers())
let made: typeof import('../src/core/form')

beforeEach(async () => {
  vi.resetModules()
  vi.useFakeTimers()
  device = new Device()
  made = await import('../src/core/form')
})

/** The app was closed and opened again: its timers and memory are gone, the device's storage is not. */
async function restarted() {
  vi.clearAllTimers()
  vi.resetModules()
  return import('../src/core/form')
}

test('what is typed is saved shortly after the last key, and only what changed', async () => {
  const handle = new made.FormHandle(form({ ...name, value: '旧' }, years))
  handle.set('employer_name', '星')
  await pass(300)
  handle.set('employer_name', '星辰')
  await pass(2_000)
  expect(device.asked).toHaveLength(1)
  expect(device.asked[0]).toMatchObject({ method: 'PUT', path: '/applications/a1/facts', body: { facts: { employer_name: '星辰' } } })
})

test('what could not be saved is there again after the app was closed, and is then saved', async () => {
  device.fallback = 'no network'
  new made.FormHandle(form(name)).set('employer_name', '星辰')
  await pass(5_000)
  device.fallback = { status: 200, body: {} }
  const reopened = new made.FormHandle(form({ ...name, value: '服务器上的旧值' }))
  expect(reopened.values.employer_name).toBe('星辰')
  await pass(2_000)
  expect(device.asked.at(-1)?.body).toEqual({ facts: { employer_name: '星辰' } })
})

test('a draft left behind is saved without its form being opened', async () => {
  device.fallback = 'no network'
  new made.FormHandle(form(name)).set('employer_name', '星辰')
  await pass(5_000)
  const afterRestart = await restarted()
  device.fallback = { status: 200, body: {} }
  const flushed = afterRestart.flushDrafts()
  await pass(1_000)
  await flushed
  expect(device.asked.at(-1)?.body).toEqual({ facts: { employer_name: '星辰' } })
  const sent = device.asked.length
  new afterRestart.FormHandle(form({ ...name, value: '打开前取到的旧值' }))
  await pass(60_000)
  expect(device.asked).toHaveLength(sent)
})

test('a form that opens with what the server said before a draft arrived shows what was typed', async () => {
  device.fallback = 'no network'
  new made.FormHandle(form(name)).set('employer_name', '星辰')
  await pass(5_000)
  const afterRestart = await restarted()
  device.fallback = { status: 200, body: {} }
  void afterRestart.flushDrafts()
  await pass(1_000)
  expect(new afterRestart.FormHandle(form({ ...name, value: '旧' })).values.employer_name).toBe('星辰')
  await pass(120_000)
  expect(new afterRestart.FormHandle(form({ ...name, value: '别处改的' })).values.employer_name).toBe('别处改的')
})

test('a protected value is never written to the device', async () => {
  device.fallback = 'no network'
  const handle = new made.FormHandle(form(idNumber, name))
  handle.set('id_number', '410102199003071234')
  handle.set('employer_name', '星辰')
  await pass(5_000)
  expect(JSON.stringify([...device.stored])).not.toContain('410102199003071234')
})

test('a value the server refuses is marked, kept, and not sent again until it is changed', async () => {
  device.fallback = { status: 200, body: { fields: [{ field: 'id_number', code: 'checksum', message: '最后一位对不上' }] } }
  const handle = new made.FormHandle(form(idNumber))
  handle.set('id_number', '1')
  await pass(30_000)
  expect(handle.errors.id_number).toBe('最后一位对不上')
  expect(handle.values.id_number).toBe('1')
  expect(device.asked).toHaveLength(1)
  handle.set('id_number', '12')
  expect(handle.errors.id_number).toBeUndefined()
  await pass(2_000)
  expect(device.asked).toHaveLength(2)
})

test('a key typed while saving is saved too', async () => {
  const handle = new made.FormHandle(form(name))
  handle.set('employer_name', '星')
  await pass(800)
  handle.set('employer_name', '星辰')
  await pass(3_000)
  expect(device.asked.at(-1)?.body).toEqual({ facts: { employer_name: '星辰' } })
})

test('a newer form from the server does not overwrite what is being typed', async () => {
  const handle = new made.FormHandle(form(name, years))
  handle.set('employer_name', '星辰')
  handle.adopt(form({ ...name, value: '' }, { ...years, value: 3 }))
  expect(handle.values).toMatchObject({ employer_name: '星辰', contract_years: 3 })
})

test('what is plainly missing or out of bounds is said before anything is sent', () => {
  const handle = new made.FormHandle(form({ ...name, required: true }, years))
  handle.set('contract_years', 99)
  expect(handle.check()).toBe(false)
  expect(handle.errors).toEqual({ employer_name: '请填写单位', contract_years: '不能大于 50年' })
})

test('a hidden, locked or unchanged protected field is not submitted', () => {
  const hidden = { ...years, shown_if: [{ field: 'employer_name', one_of: ['有'] }], value: 3 }
  const handle = new made.FormHandle(form({ ...name, value: '无' }, hidden, { ...idNumber, masked: '4101****' }, { ...name, name: 'locked', locked: true, value: 'x' }))
  expect(handle.collect()).toEqual({ employer_name: '无' })
})

test('after submitting nothing of the form is kept', async () => {
  device.fallback = 'no network'
  const handle = new made.FormHandle(form(name))
  handle.set('employer_name', '星辰')
  handle.settle()
  await pass(60_000)
  expect([...device.stored.keys()].filter((key) => key.includes('draft'))).toEqual([])
})
