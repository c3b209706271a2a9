/** What differs between WeChat, Alipay and the browser, as values. The functions that differ stand beside their use. */

export type ClientName = 'weixin' | 'alipay' | 'h5'

let name: ClientName = 'h5'
let host = ''
// #ifdef MP-WEIXIN
name = 'weixin'
// #endif
// #ifdef MP-ALIPAY
name = 'alipay'
// #endif
// #ifndef H5
host = import.meta.env.VITE_API_ORIGIN ?? 'http://127.0.0.1:8000'
// #endif

export const clientName = name

/** Where the server is: the same origin in the browser, the address given at build time in an app. */
export const origin = host

/** What was typed: the platforms' input events carry it in `detail`, which the DOM's types do not know. */
export const typedText = (event: Event): string => (event as unknown as { detail: { value: string } }).detail.value
