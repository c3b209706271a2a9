import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Device, pass } from './device'

let device: Device

afterEach(() => void vi.clearAllTimers())

beforeEach(() => {
  vi.resetModules()
  vi.useFakeTimers()
  vi.doUnmock('../src/core/files')
  device = new Device()
})

test('a write made without a network is sent later, in order, with the key it was born with', async () => {
  const { post, flushOutbox } = await import('../src/core/outbox')
  device.fallback = 'no network'
  post('POST', '/messages/m1/read')
  post('PUT', '/settings/due', { on: true })
  await pass(30_000)
  const first = device.asked[0]!.key
  device.fallback = { status: 200 }
  device.asked.length = 0
  void flushOutbox()
  await pass(1_000)
  expect(device.asked.map(({ path }) => path)).toEqual(['/messages/m1/read', '/settings/due'])
  expect(device.asked[0]!.key).toBe(first)
})

test('a write survives a restart of the app', async () => {
  device.fallback = 'no network'
  ;(await import('../src/core/outbox')).post('POST', '/messages/m1/read')
  await pass(30_000)
  vi.resetModules()
  device.fallback = { status: 200 }
  device.asked.length = 0
  void (await import('../src/core/outbox')).flushOutbox()
  await pass(1_000)
  expect(device.paths('POST')).toEqual(['/messages/m1/read'])
})

test('a write refused for good does not hold up the ones behind it', async () => {
  const { post } = await import('../src/core/outbox')
  device.replies = [{ status: 404 }, { status: 200 }]
  post('POST', '/messages/gone/read')
  post('POST', '/messages/m2/read')
  await pass(30_000)
  expect(device.paths('POST')).toEqual(['/messages/gone/read', '/messages/m2/read'])
  expect([...device.stored.values()].join()).not.toContain('m2')
})

/** The files of a device: sending does what the test says. */
async function uploading(send: (path: string, file: string, key: string) => Promise<unknown>) {
  const real = await import('../src/core/files')
  vi.doMock('../src/core/files', () => ({
    ...real,
    keepFile: async (id: string) => id,
    keptFile: async (name: string) => `kept:${name}`,
    dropFile: async () => undefined,
    dropAllFiles: async () => undefined,
    sendFile: send,
  }))
  device.stored.set('talent/session/token', '"t"')
  vi.resetModules()
  return import('../src/core/uploads')
}

const photo = (name: string) => ({ file: `blob:${name}`, name, size: 1, kind: 'image' as const })

test('pages are sent one after the other, and each tells where it has arrived', async () => {
  const sent: string[] = []
  const { enqueue, onArrived, uploads } = await uploading(async (path, file) => (sent.push(file), { slot: { id: 'contract' } }))
  const arrived: string[] = []
  onArrived((path) => arrived.push(path))
  await enqueue('/up', [photo('a'), photo('b')])
  await pass(100)
  expect(sent).toHaveLength(2)
  expect(arrived).toEqual(['/up', '/up'])
  expect(uploads).toHaveLength(0)
})

test('a page that the network lost is sent again under its own key', async () => {
  const keys: string[] = []
  const { enqueue } = await uploading(async (_, __, key) => {
    keys.push(key)
    const { ApiError } = await import('../src/core/http')
    if (keys.length === 1) throw new ApiError(0, 'offline', '网络不稳')
    return {}
  })
  await enqueue('/up', [photo('a')])
  await pass(20_000)
  expect(keys).toHaveLength(2)
  expect(new Set(keys).size).toBe(1)
})

test('a page waiting when the app was closed is sent after it is opened again', async () => {
  const offline = await uploading(async () => {
    const { ApiError } = await import('../src/core/http')
    throw new ApiError(0, 'offline', '网络不稳')
  })
  await offline.enqueue('/up', [photo('a')])
  await pass(10)
  const sent: string[] = []
  const again = await uploading(async (path) => (sent.push(path), {}))
  expect(again.uploads.map(({ path }) => path)).toEqual(['/up'])
  void again.flushUploads()
  await pass(100)
  expect(sent).toEqual(['/up'])
})

test('a page that is refused says why and waits for the person', async () => {
  const { enqueue, uploads } = await uploading(async () => {
    const { ApiError } = await import('../src/core/http')
    throw new ApiError(422, 'unreadable', '这张照片打不开，请重新拍')
  })
  await enqueue('/up', [photo('a')])
  await pass(60_000)
  expect(uploads[0]).toMatchObject({ state: 'failed', problem: '这张照片打不开，请重新拍' })
})
