/** Which page shows which screen, and moving between them. */
import type { Params } from './screens'

/** The four screens on the tab bar; everything else is shown by pages/screen. */
export const TABS = ['home', 'items', 'assistant', 'me'] as const
export type TabName = (typeof TABS)[number]

const DEEPEST = 9

export const isTab = (screen: string): screen is TabName => (TABS as readonly string[]).includes(screen)

/** Parameters for a tab: the platforms take none when switching tabs. */
const forTab = new Map<string, Params>()

export function takeTabParams(name: string): Params | undefined {
  const params = forTab.get(name)
  forTab.delete(name)
  return params
}

export function go(screen: string, params: Params = {}, mode: 'push' | 'replace' | 'root' = 'push'): void {
  if (isTab(screen)) {
    if (Object.keys(params).length) forTab.set(screen, params)
    uni.switchTab({ url: `/pages/${screen}` })
    return
  }
  const url = pageUrl(screen, params)
  if (mode === 'root') uni.reLaunch({ url })
  else if (mode === 'replace' || getCurrentPages().length >= DEEPEST) uni.redirectTo({ url })
  else uni.navigateTo({ url })
}

export function pageUrl(screen: string, params: Params): string {
  if (isTab(screen)) return `/pages/${screen}`
  const pairs = Object.entries({ screen, ...params }).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `/pages/screen?${pairs.join('&')}`
}

/** Go back, or home when there is nothing behind (a shared link, a tapped message). */
export function back(steps = 1): void {
  if (getCurrentPages().length > steps) uni.navigateBack({ delta: steps })
  else uni.switchTab({ url: '/pages/home' })
}

/** The parameters of a page as plain text, whichever platform encoded them. */
export function decoded(query: Record<string, string | undefined> = {}): Params {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => !!pair[0] && typeof pair[1] === 'string')
  return Object.fromEntries(pairs.map(([name, value]) => [name, safeDecode(value)]))
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
