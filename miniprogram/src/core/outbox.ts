/**
 * Writes that nobody waits for: a message read, a setting, consent to reminders.
 * They are kept on the device until the server has answered, and sent in order with the key they were born with.
 */
import type { Json } from '../contract/screen'
import { ApiError, newKey, send, type Method } from './http'
import { read, write } from './storage'

interface Entry {
  key: string
  method: Method
  path: string
  body: Json
}

const load = () => read<Entry[]>('outbox', 'entries') ?? []
const store = (entries: Entry[]) => write('outbox', 'entries', entries)

let running: Promise<void> | undefined

/** Send it now or as soon as it can be sent. */
export function post(method: Method, path: string, body: Json = {}): void {
  store([...load(), { key: newKey(), method, path, body }])
  void flushOutbox()
}

export function flushOutbox(): Promise<void> {
  running ??= drain().finally(() => (running = undefined))
  return running
}

async function drain(): Promise<void> {
  for (let first = load()[0]; first; first = load()[0]) {
    const { key, method, path, body } = first
    try {
      await send({ key, method, path, body })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.passing || error.status === 401) return
      // The server has refused it for good; repeating would not change that.
    }
    store(load().filter((entry) => entry.key !== key))
  }
}
