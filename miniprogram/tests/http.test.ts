import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Device, pass } from './device'

let device: Device

afterEach(() => void vi.clearAllTimers())
let http: typeof import('../src/core/http')

beforeEach(async () => {
  vi.resetModules()
  vi.useFakeTimers()
  device = new Device()
  http = await import('../src/core/http')
})

async function settled<T>(promise: Promise<T>): Promise<T | Error> {
  const result = promise.catch((error: Error) => error)
  await pass(60_000)
  return result
}

test('a read is repeated when the network fails', async () => {
  device.replies = ['no network', { status: 503 }, { status: 200, body: { fine: true } }]
  expect(await settled(http.send({ path: '/about' }))).toEqual({ fine: true })
})

test('a write with a key is repeated with the same key', async () => {
  device.replies = ['no network', { status: 200, body: {} }]
  await settled(http.send({ method: 'POST', path: '/x', key: 'k1' }))
  expect(device.asked.map(({ key }) => key)).toEqual(['k1', 'k1'])
})

test('a write without a key is sent once only', async () => {
  device.fallback = 'no network'
  await settled(http.send({ method: 'POST', path: '/x' }))
  expect(device.asked).toHaveLength(1)
})

test('a refusal is not repeated', async () => {
  device.fallback = { status: 422, body: { error: { code: 'invalid', message: '请改一改', fields: [] } } }
  const error = await settled(http.send({ method: 'POST', path: '/x', key: 'k' }))
  expect(error).toMatchObject({ status: 422, code: 'invalid', message: '请改一改', passing: false })
  expect(device.asked).toHaveLength(1)
})

test('too many requests are not made worse by repeating at once', async () => {
  device.fallback = { status: 429, body: { error: { code: 'rate', message: '慢一点', fields: [] } } }
  await settled(http.send({ path: '/x' }))
  expect(device.asked).toHaveLength(1)
})

test('an expired session is renewed once and the request repeated', async () => {
  let token = 'old'
  http.useSession({ token: () => token, renew: async () => ((token = 'new'), true) })
  device.replies = [{ status: 401 }, { status: 200, body: { fine: true } }]
  expect(await settled(http.send({ path: '/x' }))).toEqual({ fine: true })
  expect(device.asked.map((one) => one.token)).toEqual(['Bearer old', 'Bearer new'])
})

test('an error page that is not JSON becomes a sentence', async () => {
  device.fallback = { status: 502, body: '<html>bad gateway</html>' }
  expect(await settled(http.send({ method: 'POST', path: '/x' }))).toMatchObject({ message: '服务器正忙，请稍后再试' })
})

test('parameters are encoded and empty ones left out', () => {
  expect(http.address('/screens/items', { q: '落户 & 入学', city: '', after: undefined })).toBe(
    `/api/v1/screens/items?q=${encodeURIComponent('落户 & 入学')}`,
  )
  expect(http.address('/employer/names?city=x', { q: 'a' })).toBe('/api/v1/employer/names?city=x&q=a')
})
