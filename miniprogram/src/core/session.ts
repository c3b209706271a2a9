/** Who is signed in on this device. In WeChat and Alipay signing in is silent; in the browser the person chooses. */
import { reactive } from 'vue'

import { newKey, send, useSession } from './http'
import { clear, read, remove, write } from './storage'

export interface About {
  sandbox: boolean
  sandbox_phone?: string | null
  test_users: { name: string; label: string }[]
  cities: { id: string; name: string }[]
  city?: string
}

interface State {
  token?: string
  about?: About
}

export const session = reactive<State>({ token: read<string>('session', 'token') })

let signingIn: Promise<boolean> | undefined

useSession({
  token: () => session.token,
  renew: async () => {
    session.token = undefined
    remove('session', 'token')
    return silent() ? signIn() : false
  },
})

/** Whether this platform signs in without asking anything. */
export function silent(): boolean {
  // #ifdef H5
  return false
  // #endif
  // #ifndef H5
  return true
  // #endif
}

/** Get a token for the code; without one, ask the platform. False when the platform or the server refuses. */
export function signIn(code?: string): Promise<boolean> {
  signingIn ??= exchange(code).finally(() => (signingIn = undefined))
  return signingIn
}

async function exchange(given?: string): Promise<boolean> {
  const code = given ?? (await platformCode())
  if (!code) return false
  const { token } = await send<{ token: string }>({ method: 'POST', path: '/session', body: { code }, key: newKey() })
  session.token = token
  write('session', 'token', token)
  return true
}

function platformCode(): Promise<string | undefined> {
  // #ifdef H5
  return Promise.resolve(undefined)
  // #endif
  // #ifndef H5
  const sandboxUser: string | undefined = import.meta.env.VITE_SANDBOX_USER
  if (sandboxUser) return Promise.resolve(`sandbox:${sandboxUser}`)
  return new Promise((resolve) =>
    uni.login({ success: ({ code }) => resolve(code), fail: () => resolve(undefined) }),
  )
  // #endif
}

/** Forget the session and everything of this person on this device. */
export function signOut(): void {
  session.token = undefined
  clear('session', 'draft', 'outbox', 'uploads', 'screen', 'consent')
  for (const forget of onSignOut) forget()
}

const onSignOut: (() => void)[] = []

/** Have `forget` called at sign-out: for what a module keeps in memory. */
export function atSignOut(forget: () => void): void {
  onSignOut.push(forget)
}

/** What the server says about itself; asked once. */
export async function about(): Promise<About> {
  session.about ??= await send<About>({ path: '/about' })
  return session.about
}
