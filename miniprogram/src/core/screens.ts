/** Fetching screens, keeping them as long as each one says, and joining pages of a long list. */
import type { Block, ChatMessage, ChatPart, MaterialSlot, Screen } from '../contract/screen'
import { send } from './http'
import { prefs } from './prefs'
import { atSignOut, session } from './session'
import { read, remove, write } from './storage'

export type Params = Record<string, string>

export interface Kept {
  screen: Screen
  at: number
}

const memory = new Map<string, Kept>()
atSignOut(() => memory.clear())

const nameOf = (name: string, params: Params) =>
  [name, prefs.city, ...Object.entries(params).sort().map(([key, value]) => `${key}=${value}`)].join('&')

/** Ask the server for a screen. Raises ApiError. */
export async function fetchScreen(name: string, params: Params, after?: string): Promise<Screen> {
  const query = { city: prefs.city, ...params, after }
  const { screen } = await send<{ screen: Screen }>({ path: `/screens/${name}`, query })
  if (!after) keep(name, params, screen)
  return screen
}

/** What is kept of a screen, and whether its own rule lets it stand without asking again. */
export function kept(name: string, params: Params): (Kept & { fresh: boolean }) | undefined {
  const found = memory.get(nameOf(name, params)) ?? read<Kept>('screen', nameOf(name, params))
  if (!found || (found.screen.cache.personal && !session.token)) return undefined
  return { ...found, fresh: Date.now() - found.at < found.screen.cache.fresh * 1000 }
}

function keep(name: string, params: Params, screen: Screen): void {
  const key = nameOf(name, params)
  const value = { screen, at: Date.now() }
  memory.set(key, value)
  if (screen.cache.offline) write('screen', key, value)
  else remove('screen', key)
}

/** Nothing kept is current any more: something was changed on the server. */
export function expireScreens(): void {
  for (const value of memory.values()) value.at = 0
}

const LISTS = ['rows', 'messages', 'months', 'entries', 'questions', 'slots'] as const

/** The screen with the blocks of its next page: same id joins the lists, anything else is appended. */
export function joinPage(screen: Screen, page: Screen): Screen {
  const byId = new Map(page.blocks.filter((block) => block.id).map((block) => [block.id, block]))
  const known = new Set(screen.blocks.map((block) => block.id).filter(Boolean))
  const joined = screen.blocks.map((block) => {
    const more = block.id ? byId.get(block.id) : undefined
    return more && more.type === block.type ? joinBlock(block, more) : block
  })
  const added = page.blocks.filter((block) => !block.id || !known.has(block.id))
  return { ...screen, blocks: [...joined, ...added], next: page.next }
}

function joinBlock(block: Block, more: Block): Block {
  const list = LISTS.find((name) => name in block && name in more)
  if (!list) return block
  const [here, there] = [block, more].map((one) => (one as unknown as Record<string, unknown[]>)[list] ?? [])
  const both = block.type === 'chat' ? [...there!, ...here!] : [...here!, ...there!]
  return { ...block, [list]: both } as Block
}

/** Every block of the screen through `change`: also those within sections and within chat messages. */
export function mapBlocks(screen: Screen, change: <T extends { type: string; id?: string }>(block: T) => T): Screen {
  const inner = (block: Block): Block => {
    if (block.type === 'section') return { ...block, blocks: block.blocks.map(change) }
    if (block.type !== 'chat') return block
    return { ...block, messages: block.messages.map((one) => ({ ...one, blocks: one.blocks.map(change) })) }
  }
  return { ...screen, blocks: screen.blocks.map((block) => inner(change(block))) }
}

/** The screen with each block replaced that has the id of one of `blocks`. */
export function patchBlocks(screen: Screen, blocks: Block[]): Screen {
  const newer = new Map(blocks.map((block) => [block.id, block]))
  return mapBlocks(screen, (block) => ((block.id && newer.get(block.id)) || block) as typeof block)
}

/** The screen with the newer state of one paper, wherever it stands. */
export function patchSlot(screen: Screen, slot: MaterialSlot): Screen {
  const fits = (one: MaterialSlot) => one.id === slot.id && one.upload === slot.upload
  return mapBlocks(screen, (block) => {
    const known = block as unknown as Block
    if (known.type === 'materials') return { ...block, slots: known.slots.map((one) => (fits(one) ? slot : one)) }
    return known.type === 'upload' && fits(known.slot) ? { ...block, slot } : block
  })
}

/** What was asked in a message is settled once something follows: its form, its list to choose from. */
const asks = (block: ChatPart) => block.type === 'form' || (block.type === 'list' && block.rows.some(({ action }) => action?.kind === 'call'))

/** The screen with `messages` at the end of its chat. */
export function addMessages(screen: Screen, messages: ChatMessage[]): Screen {
  const settled = (one: ChatMessage) => ({ ...one, blocks: one.blocks.filter((block) => !asks(block)) })
  const blocks = screen.blocks.map((block) =>
    block.type === 'chat' ? { ...block, messages: [...block.messages.map(settled), ...messages] } : block,
  )
  return { ...screen, blocks }
}
