/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent<object, object, unknown>
  export default component
}

interface ImportMetaEnv {
  /** Where the server is, for WeChat and Alipay builds, e.g. https://rencai.example.gov.cn */
  readonly VITE_API_ORIGIN?: string
  /** In the WeChat DevTools against a sandbox server: the test user to sign in as. */
  readonly VITE_SANDBOX_USER?: string
}

/** WeChat's own object, for the few functions that uni-app does not wrap. */
declare const wx: { chooseMessageFile(options: object): void }
