/** A device for the tests: storage that survives a restart of the app, and a network that does as it is told. */
import { vi } from 'vitest'

export interface Asked {
  method: string
  path: string
  body: unknown
  key?: string
  token?: string
}

export type Reply = { status: number; body?: unknown } | 'no network'

export class Device {
  readonly stored = new Map<string, string>()
  readonly asked: Asked[] = []
  readonly shown: string[] = []
  replies: Reply[] = []
  fallback: Reply = { status: 200, body: {} }
  confirms = true

  /** What a request gets; override for answers that depend on it. */
  answer: (asked: Asked) => Reply = () => this.replies.shift() ?? this.fallback

  constructor() {
    vi.stubGlobal('uni', {
      getStorageSync: (key: string) => this.stored.get(key) ?? '',
      setStorageSync: (key: string, value: string) => this.stored.set(key, value),
      removeStorageSync: (key: string) => this.stored.delete(key),
      getStorageInfoSync: () => ({ keys: [...this.stored.keys()] }),
      request: (options: RequestOptions) => this.request(options),
      pageScrollTo: () => undefined,
      navigateTo: ({ url }: { url: string }) => this.shown.push(url),
      redirectTo: ({ url }: { url: string }) => this.shown.push(`replace ${url}`),
      switchTab: ({ url }: { url: string }) => this.shown.push(url),
      reLaunch: ({ url }: { url: string }) => this.shown.push(`root ${url}`),
      navigateBack: ({ delta }: { delta: number }) => this.shown.push(`back ${delta}`),
      setNavigationBarColor: () => undefined,
      setTabBarStyle: () => undefined,
      setClipboardData: ({ data, success }: { data: string; success: () => void }) => (this.shown.push(`copied ${data}`), success()),
      showModal: ({ title, success }: { title: string; success: (a: object) => void }) => (
        this.shown.push(title), success({ confirm: this.confirms, cancel: !this.confirms })
      ),
    })
    vi.stubGlobal('getCurrentPages', () => [1, 2])
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }))
  }

  /** The paths asked with `method`. */
  paths(method: string): string[] {
    return this.asked.filter((one) => one.method === method).map(({ path }) => path)
  }

  private request(options: RequestOptions): void {
    const asked = {
      method: options.method,
      path: options.url.replace('/api/v1', ''),
      body: options.data,
      key: options.header['Idempotency-Key'],
      token: options.header.Authorization,
    }
    this.asked.push(asked)
    const reply = this.answer(asked)
    if (reply === 'no network') setTimeout(() => options.fail(), 0)
    else setTimeout(() => options.success({ statusCode: reply.status, data: reply.body ?? {} }), 0)
  }
}

interface RequestOptions {
  url: string
  method: string
  data: unknown
  header: Record<string, string>
  success: (answer: { statusCode: number; data: unknown }) => void
  fail: () => void
}

/** Let timers and promises run for `ms` of fake time. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
