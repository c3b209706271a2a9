/** What differs between WeChat, Alipay and the browser, as values. The functions that differ stand beside their use. */

export type ClientName = 'weixin' | 'alipay' | 'h5'

// #ifdef MP-WEIXIN
export const clientName: ClientName = 'weixin'
// #endif
// #ifdef MP-ALIPAY
export const clientName: ClientName = 'alipay'
// #endif
// #ifdef H5
export const clientName: ClientName = 'h5'
// #endif

/** Where the server is: the same origin in the browser, the address given at build time in an app. */
// #ifdef H5
export const origin = ''
// #endif
// #ifndef H5
export const origin: string = import.meta.env.VITE_API_ORIGIN ?? 'http://127.0.0.1:8000'
// #endif
