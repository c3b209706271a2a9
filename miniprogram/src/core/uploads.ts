/**
 * Pages on their way to the server. Each is kept on the device with its own key until it has arrived, so a broken
 * network or a closed app costs at most the page that was being sent, and no page arrives twice.
 */
import { reactive } from 'vue'

import type { ChatMessage, MaterialSlot } from '../contract/screen'
import { dropAllFiles, dropFile, keepFile, keptFile, sendFile, type Picked } from './files'
import { ApiError, newKey } from './http'
import { atSignOut, session } from './session'
import { read, write } from './storage'

export interface Upload {
  key: string
  /** Where it is sent, which also names the slot that waits for it. */
  path: string
  name: string
  kind: Picked['kind']
  file: string
  state: 'waiting' | 'sending' | 'failed'
  percent: number
  problem?: string
}

interface Answer {
  slot?: MaterialSlot
  messages?: Partial<ChatMessage>[]
}

export const uploads = reactive<Upload[]>(
  (read<Upload[]>('uploads', 'queue') ?? []).map((one) => ({ ...one, state: one.state === 'failed' ? 'failed' : 'waiting' })),
)
const arrived = new Set<(path: string, answer: Answer) => void>()
let running: Promise<void> | undefined

atSignOut(() => {
  uploads.splice(0)
  void dropAllFiles()
})

/** Be told when a page has arrived. Returns how to stop. */
export function onArrived(listener: (path: string, answer: Answer) => void): () => void {
  arrived.add(listener)
  return () => arrived.delete(listener)
}

export const uploadsOf = (path: string | undefined): Upload[] => uploads.filter((one) => one.path === path)

export async function enqueue(path: string, files: Picked[]): Promise<void> {
  for (const { file, name, kind } of files) {
    const key = newKey()
    uploads.push({ key, path, name, kind, file: await keepFile(key, file), state: 'waiting', percent: 0 })
  }
  store()
  void flushUploads()
}

export function retry(key: string): void {
  const found = uploads.find((one) => one.key === key)
  if (found) Object.assign(found, { state: 'waiting', problem: undefined })
  store()
  void flushUploads()
}

export function discard(key: string): void {
  const index = uploads.findIndex((one) => one.key === key)
  const [gone] = index < 0 ? [] : uploads.splice(index, 1)
  if (gone) void dropFile(gone.file)
  store()
}

/** Send what waits, one page after the other, in the order chosen. */
export function flushUploads(): Promise<void> {
  running ??= drain().finally(() => (running = undefined))
  return running
}

async function drain(): Promise<void> {
  const next = () => uploads.find((one) => one.state === 'waiting')
  for (let page = next(); page && session.token; page = next()) {
    const passing = await attempt(page)
    if (passing) {
      setTimeout(() => void flushUploads(), 10_000)
      return
    }
  }
}

/** True when the network failed and everything else may as well wait. */
async function attempt(page: Upload): Promise<boolean> {
  const file = await keptFile(page.file)
  if (!file) {
    fail(page, '手机上已找不到这张照片，请重新选取')
    return false
  }
  page.state = 'sending'
  try {
    const answer = await sendFile<Answer>(page.path, file, page.key, (percent) => (page.percent = percent))
    discard(page.key)
    for (const tell of arrived) tell(page.path, answer)
    return false
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.passing) Object.assign(page, { state: 'waiting', percent: 0, problem: error.message })
    else fail(page, error.fields[0]?.message ?? error.message)
    store()
    return error.passing
  }
}

function fail(page: Upload, problem: string): void {
  Object.assign(page, { state: 'failed', percent: 0, problem })
  store()
}

function store(): void {
  write('uploads', 'queue', uploads)
}
