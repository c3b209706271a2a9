/**
 * Runs the built WeChat package in jsdom with miniprogram-simulate: the real compiled pages and components, with a
 * stand-in for the `wx` object and for the server.
 */
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { JSDOM } = require('jsdom')

const built = join(__dirname, '..', 'dist', 'mp-weixin')

/** Functions of `wx` that only have to be there; that they were called is noted. */
const NOTED = `
  setStorage navigateTo redirectTo switchTab reLaunch navigateBack pageScrollTo setNavigationBarTitle setNavigationBarColor
  setTabBarStyle setTabBarBadge removeTabBarBadge onNetworkStatusChange onThemeChange onAppShow onAppHide onError onPageNotFound
  onUnhandledRejection stopPullDownRefresh setClipboardData makePhoneCall openLocation openDocument showToast showActionSheet
  uploadFile downloadFile chooseMedia chooseMessageFile
`.trim().split(/\s+/)

/** What the stand-in for WeChat was asked for. */
class Phone {
  stored = new Map()
  asked = []
  calls = []
  subscribed = []

  constructor(answer) {
    this.answer = answer
  }

  get api() {
    const device = { platform: 'devtools', theme: 'light', SDKVersion: '3.4.0', language: 'zh_CN', version: '8.0.0', windowWidth: 390, windowHeight: 800, safeArea: {} }
    const note = (name) => (options) => {
      this.calls.push([name, options])
      options?.success?.({})
    }
    const known = {
      getSystemInfoSync: () => device,
      getAppBaseInfo: () => device,
      getDeviceInfo: () => device,
      getWindowInfo: () => device,
      getSystemSetting: () => ({}),
      getAppAuthorizeSetting: () => ({}),
      canIUse: () => true,
      getLaunchOptionsSync: () => ({ query: {} }),
      getEnterOptionsSync: () => ({ query: {} }),
      getStorageSync: (key) => this.stored.get(key) ?? '',
      setStorageSync: (key, value) => void this.stored.set(key, value),
      removeStorageSync: (key) => void this.stored.delete(key),
      getStorageInfoSync: () => ({ keys: [...this.stored.keys()] }),
      login: ({ success }) => success({ code: 'code-1' }),
      getNetworkType: ({ success }) => success({ networkType: 'wifi' }),
      request: (options) => this.request(options),
      requestSubscribeMessage: ({ tmplIds, success }) => {
        this.subscribed.push(tmplIds)
        success(Object.fromEntries(tmplIds.map((id) => [id, 'accept'])))
      },
      showModal: ({ success }) => success({ confirm: true }),
      nextTick: (then) => setTimeout(then, 0),
      createSelectorQuery: () => ({ in() { return this }, select() { return this }, boundingClientRect() { return this }, exec() {} }),
    }
    return { ...Object.fromEntries(NOTED.map((name) => [name, note(name)])), ...known }
  }

  request({ method, url, data, header, success }) {
    const path = url.replace(/^.*\/api\/v1/, '')
    const asked = { method, path, body: typeof data === 'string' ? JSON.parse(data) : data, header }
    this.asked.push(asked)
    setTimeout(() => success({ statusCode: 200, data: path === '/session' ? { token: 't' } : this.answer(asked) }), 0)
    return { abort() {} }
  }
}

function browser() {
  const dom = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/', pretendToBeVisual: true })
  global.window = dom.window
  for (const name of ['document', 'Event', 'CustomEvent', 'HTMLElement', 'Element', 'Node', 'MutationObserver', 'getComputedStyle', 'requestAnimationFrame', 'TouchEvent']) {
    Object.defineProperty(global, name, { value: dom.window[name], configurable: true, writable: true })
  }
}

let simulate
let phone

/** Start the app once; every page opened later belongs to it. */
function launch(answer) {
  if (!existsSync(join(built, 'app.js'))) throw new Error('not built: npm run build:mp-weixin')
  browser()
  phone = new Phone(answer)
  global.App = (app) => {
    global.app = app
    app.onLaunch?.({ query: {} })
  }
  global.getApp = () => global.app
  global.Page = () => undefined
  global.getCurrentPages = () => []
  global.wx = phone.api
  simulate = require('miniprogram-simulate')
  require(join(built, 'app.js'))
  return phone
}

const ids = new Map()

/** Open a page of the package and wait until its screen is there. */
async function open(page, query = {}) {
  if (!ids.has(page)) ids.set(page, simulate.load(join(built, 'pages', page), { rootPath: built }))
  const component = simulate.render(ids.get(page))
  const parent = document.createElement('div')
  document.body.replaceChildren(parent)
  component.attach(parent)
  component.instance.onLoad(query)
  component.instance.onShow()
  await loaded(parent)
  return new Shown(parent, component)
}

/** Wait until the outline that stands while a screen is fetched has gone, however slow the machine is. */
async function loaded(parent) {
  const deadline = Date.now() + 10_000
  do await pause()
  while (parent.querySelector('.ghost, [class*="ghost"]') && Date.now() < deadline)
}

const pause = (ms = 60) => new Promise((done) => setTimeout(done, ms))

/** What a page shows, and what a finger can do to it. */
class Shown {
  constructor(parent, component) {
    this.parent = parent
    this.component = component
  }

  get text() {
    return this.parent.textContent
  }

  /** The innermost elements whose text is `text`. */
  withText(text) {
    return [...this.parent.querySelectorAll('wx-view, wx-text')].filter((one) => one.textContent.trim() === text)
  }

  async tap(text) {
    const target = this.withText(text).at(-1)
    if (!target) throw new Error(`nothing says “${text}”: ${this.text}`)
    await this.tapElement(target)
  }

  async tapElement(target) {
    find(this.component.instance._exparserNode, target).triggerEvent('tap', {}, { bubbles: true, composed: true })
    await pause()
  }

  type(selector, value) {
    return this.trigger(selector, 'input', { value })
  }

  async trigger(selector, event, detail) {
    const target = this.parent.querySelector(selector)
    find(this.component.instance._exparserNode, target).triggerEvent(event, detail)
    await pause()
  }
}

/** The node of the mini-program behind an element of the page. */
function find(node, element) {
  if (node.$$ === element) return node
  for (const child of [...(node.shadowRoot ? [node.shadowRoot] : []), ...(node.childNodes ?? [])]) {
    const found = find(child, element)
    if (found) return found
  }
  return undefined
}

module.exports = { launch, open }
