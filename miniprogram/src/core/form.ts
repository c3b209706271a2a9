/**
 * One form on the screen: what was typed, what is wrong with it, and the saving of it while it is typed.
 *
 * Typed values that the server has not taken yet lie in the draft on the device, so closing the app or losing the
 * network loses nothing; protected values stay in memory only.
 */
import { reactive } from 'vue'

import type { Block, FieldError, Form, Json, Save } from '../contract/screen'
import { identical, isProtected, isShown, problems, valueOf, type Values } from './fields'
import { ApiError, newKey, send } from './http'
import { atSignOut } from './session'
import { names, read, remove, write } from './storage'

/** `refused`: what is marked as wrong was not saved, the rest was. `waiting`: kept on the device until there is a network. */
export type SaveState = 'idle' | 'saving' | 'saved' | 'refused' | 'waiting'

interface Draft {
  save?: Save
  values: Values
  at: number
  /** Saved while its form was closed. Kept a little, for a form that opens with what the server said before. */
  saved?: boolean
}

const JUST_SAVED = 60_000

interface SaveAnswer {
  saved?: string[]
  fields?: FieldError[]
  blocks?: Block[]
}

const PAUSE = 800

export class FormHandle {
  readonly values: Values = reactive({})
  readonly errors: Record<string, string> = reactive({})
  /** Fields changed by the person on this screen; where a value came from is no longer said there. */
  readonly touched: Record<string, boolean> = reactive({})
  readonly state = reactive<{ save: SaveState; at: number }>({ save: 'idle', at: 0 })
  private dirty = new Map<string, number>()
  private refused = new Set<string>()
  private serial = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private sending: Promise<void> | undefined

  constructor(
    public block: Form,
    private readonly onBlocks: (blocks: Block[]) => void = () => undefined,
  ) {
    this.adopt(block)
    const draft = read<Draft>('draft', block.id)
    if (draft) this.recall(draft)
  }

  get id(): string {
    return this.block.id
  }

  /** Take the server's newer version of the form; what was typed and not yet saved stays. */
  adopt(block: Form): void {
    this.block = block
    for (const field of block.fields) {
      if (this.dirty.has(field.name)) continue
      this.values[field.name] = valueOf(field)
      if (field.error) this.errors[field.name] = field.error
      else delete this.errors[field.name]
    }
  }

  set(name: string, value: Json): void {
    if (identical(this.values[name], value)) return
    this.values[name] = value
    this.touched[name] = true
    for (const key of Object.keys(this.errors)) if (key === name || key.startsWith(`${name}.`)) delete this.errors[key]
    this.dirty.set(name, ++this.serial)
    this.refused.delete(name)
    this.store()
    this.schedule()
  }

  /** Show what is wrong at the fields; true when nothing is. */
  check(): boolean {
    const found = problems(this.block.fields, this.values)
    this.mark(found)
    return found.length === 0
  }

  mark(errors: FieldError[]): void {
    for (const { field, message } of errors) this.errors[field] = message
  }

  /** Check one field when it is left. */
  left(name: string): void {
    const field = this.block.fields.find((one) => one.name === name)
    if (field && this.dirty.has(name)) this.mark(problems([{ ...field, required: false }], this.values))
  }

  /** The values to submit: of fields shown, without protected ones that were not typed anew. */
  collect(): Record<string, Json> {
    const sent = this.block.fields.filter(
      (field) => isShown(field, this.values) && !field.locked && (!isProtected(field) || this.dirty.has(field.name)),
    )
    const filled = sent.filter((field) => this.values[field.name] !== undefined)
    return Object.fromEntries(filled.map((field) => [field.name, this.values[field.name] as Json]))
  }

  /** Submitted: nothing of it has to be kept. */
  settle(): void {
    clearTimeout(this.timer)
    this.dirty.clear()
    remove('draft', this.id)
  }

  /** Save now and wait for it. Never raises: what could not be saved stays in the draft. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    await this.sending
    const names = [...this.dirty.keys()].filter((name) => !this.refused.has(name))
    if (!this.block.save || !names.length) return
    this.sending = this.send(this.block.save, names).finally(() => (this.sending = undefined))
    await this.sending
  }

  private async send(save: Save, names: string[]): Promise<void> {
    const serials = new Map(this.dirty)
    const facts = Object.fromEntries(names.map((name) => [name, this.values[name] ?? null]))
    this.state.save = 'saving'
    try {
      const answer = await send<SaveAnswer>({ method: save.method, path: save.path, body: { facts }, key: newKey() })
      this.answered(names, serials, answer)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.failed(error, names)
    }
  }

  private answered(names: string[], serials: Map<string, number>, answer: SaveAnswer): void {
    const wrong = answer.fields ?? []
    for (const name of names) {
      if (this.dirty.get(name) !== serials.get(name)) continue
      if (wrong.some(({ field }) => field === name || field.startsWith(`${name}.`))) this.refused.add(name)
      else this.dirty.delete(name)
    }
    this.mark(wrong.filter(({ field }) => this.refused.has(field.split('.')[0]!)))
    this.store()
    this.state.save = this.refused.size ? 'refused' : 'saved'
    this.state.at = Date.now()
    if (answer.blocks?.length) this.onBlocks(answer.blocks)
    if ([...this.dirty.keys()].some((name) => !this.refused.has(name))) this.schedule()
  }

  private failed(error: ApiError, names: string[]): void {
    this.state.save = error.passing ? 'waiting' : 'refused'
    if (error.passing) return this.schedule(12_000)
    this.mark(error.fields)
    for (const name of names) this.refused.add(name)
  }

  private schedule(pause = PAUSE): void {
    clearTimeout(this.timer)
    if (this.block.save) this.timer = setTimeout(() => void this.flush(), pause)
  }

  private recall(draft: Draft): void {
    if (draft.saved && Date.now() - draft.at > JUST_SAVED) return remove('draft', this.id)
    for (const [name, value] of Object.entries(draft.values)) {
      const field = this.block.fields.find((one) => one.name === name)
      if (!field || identical(valueOf(field), value)) continue
      this.values[name] = value
      if (!draft.saved) this.dirty.set(name, ++this.serial)
    }
    if (this.dirty.size) this.schedule()
  }

  private store(): void {
    const keepable = this.block.fields.filter((field) => this.dirty.has(field.name) && !isProtected(field))
    if (!keepable.length) return remove('draft', this.id)
    const values = Object.fromEntries(keepable.map((field) => [field.name, this.values[field.name]]))
    write('draft', this.id, { save: this.block.save, values, at: Date.now() } satisfies Draft)
  }
}

/** Forms whose screen is open; their own timers save them. */
const open = new Set<FormHandle>()
atSignOut(() => open.clear())

export function opened(form: FormHandle): () => void {
  open.add(form)
  return () => {
    open.delete(form)
    void form.flush()
  }
}

/** Save every draft: of open forms, and those left behind when the app was closed or the network was away. */
export async function flushDrafts(): Promise<void> {
  await Promise.all([...open].map((form) => form.flush()))
  const ids = new Set([...open].map((form) => form.id))
  for (const id of names('draft').filter((one) => !ids.has(one))) await flushClosed(id)
}

async function flushClosed(id: string): Promise<void> {
  const draft = read<Draft>('draft', id)
  if (!draft?.save || draft.saved) return
  try {
    const { method, path } = draft.save
    const answer = await send<SaveAnswer>({ method, path, body: { facts: draft.values as Json }, key: newKey() })
    if (!answer.fields?.length) write('draft', id, { ...draft, saved: true, at: Date.now() } satisfies Draft)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}
