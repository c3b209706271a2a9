/**
 * The only module that sends requests to the server.
 *
 * A read is repeated when the network or the server failed. A write is repeated too, always with the same
 * Idempotency-Key, so the server does it once however often it arrives.
 */
import type { FieldError, Json } from '../contract/screen'
import { clientName, origin } from './platform'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Request {
  method?: Method
  path: string
  query?: Record<string, string | undefined>
  body?: Json
  key?: string
}

/** An answer that is not a success. `status` 0 means that no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldError[] = [],
    readonly requestId = '',
  ) {
    super(message)
  }

  /** The network or the server failed; the same request may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

export const TIMEOUT = 15_000
const PAUSES = [400, 1_500]
const OFFLINE = '网络连不上，请检查网络后重试'

interface Session {
  token(): string | undefined
  renew(): Promise<boolean>
}

let session: Session = { token: () => undefined, renew: async () => false }

/** Who knows the token. Set once at start, so that this module and the session do not need each other. */
export function useSession(known: Session): void {
  session = known
}

/** The headers every request carries. */
export function headers(key?: string): Record<string, string> {
  const token = session.token()
  return {
    'X-Client': clientName,
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(key ? { 'Idempotency-Key': key } : {}),
  }
}

/** The full address of a path of the interface. */
export function address(path: string, query: Request['query'] = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
  const text = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  return `${origin}/api/v1${path}${text && (path.includes('?') ? '&' : '?')}${text}`
}

/** Send a request and return its JSON. Raises ApiError. */
export async function send<T = Record<string, Json>>(request: Request): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await once<T>(request)
    } catch (error) {
      const pause = PAUSES[attempt]
      if (!(error instanceof ApiError)) throw error
      if (error.status === 401 && attempt === 0 && (await session.renew())) continue
      const repeatable = (request.method ?? 'GET') === 'GET' || request.key !== undefined
      if (pause === undefined || !repeatable || !error.passing || error.status === 429) throw error
      await new Promise((done) => setTimeout(done, pause * (0.7 + 0.6 * Math.random())))
    }
  }
}

function once<T>({ method = 'GET', path, query, body, key }: Request): Promise<T> {
  return new Promise((resolve, reject) => {
    uni.request({
      url: address(path, query),
      // PATCH exists on all three platforms; the type only lists what the oldest one knew.
      method: method as 'GET',
      data: body as object | undefined,
      header: { ...headers(key), ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }) },
      timeout: TIMEOUT,
      success: ({ statusCode, data }) =>
        statusCode >= 200 && statusCode < 300 ? resolve(data as T) : reject(asError(statusCode, data)),
      fail: () => reject(new ApiError(0, 'offline', OFFLINE)),
    })
  })
}

/** An answer of the interface as an error, whatever its body holds. */
export function asError(status: number, data: unknown): ApiError {
  const { error } = (typeof data === 'object' && data ? data : {}) as { error?: Partial<ApiErrorBody> }
  const message = error?.message ?? (status >= 500 ? '服务器正忙，请稍后再试' : '没有办成，请稍后再试')
  return new ApiError(status, error?.code ?? `http_${status}`, message, error?.fields ?? [], error?.request_id ?? '')
}

interface ApiErrorBody {
  code: string
  message: string
  fields: FieldError[]
  request_id: string
}

/** A fresh key for a write. */
export function newKey(): string {
  const part = () => Math.random().toString(36).slice(2, 10)
  return `${Date.now().toString(36)}-${part()}${part()}`
}
