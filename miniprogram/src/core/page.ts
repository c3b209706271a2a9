/** What every page does: make the controller of its screen, follow the page's life, keep title and marks current. */
import { onHide, onLoad, onPullDownRefresh, onReachBottom, onShow, onUnload } from '@dcloudio/uni-app'
import { provide, watch } from 'vue'

import { shareUrl } from './actions'
import { Controller, SCREEN } from './controller'
import { decoded, TABS, takeTabParams, type TabName } from './navigation'
import { paintBars, prefs } from './prefs'

/** A page of the tab bar names its screen; the one other page reads the name from its address. */
export function usePage(tab?: TabName): Controller {
  const screen = new Controller(tab ?? '')
  provide(SCREEN, screen)
  let city = prefs.city
  let opened = false

  onLoad((query) => {
    const { screen: name, scene, ...params } = decoded(query as Record<string, string>)
    if (scene && !name) return void screen.scanned(scene)
    if (!tab) screen.state.name = name ?? 'home'
    opened = true
    takeSaying(screen, { ...params, ...takeTabParams(screen.state.name) })
  })
  onShow(() => {
    paintBars()
    if (!opened) return
    const params = takeTabParams(screen.state.name)
    if (params || city !== prefs.city) takeSaying(screen, params ?? {})
    else screen.resume()
    city = prefs.city
  })
  onHide(() => screen.pause())
  onUnload(() => screen.pause())
  onPullDownRefresh(() => void screen.load().finally(() => uni.stopPullDownRefresh()))
  onReachBottom(() => void screen.more())

  watch(() => screen.state.screen?.title, (title) => title && uni.setNavigationBarTitle({ title, fail: () => undefined }))
  watch(() => screen.state.screen?.badges, (badges) => badges && TABS.forEach((name, index) => mark(index, badges[name])))
  return screen
}

/** `say` is for the chat, not for the server. */
function takeSaying(screen: Controller, { say, ...params }: Record<string, string>): void {
  if (say && screen.chat) screen.chat.say(say)
  else screen.saying = say
  void screen.open(params)
}

function mark(index: number, count: number): void {
  const quiet = { fail: () => undefined }
  if (count > 0) uni.setTabBarBadge({ index, text: count > 99 ? '99+' : String(count), ...quiet })
  else uni.removeTabBarBadge({ index, ...quiet })
}

/** What WeChat passes on when the person shares this screen. */
export function shareMessage(screen: Controller): { title: string; path: string } {
  const share = screen.state.sharePicture ?? screen.state.screen?.share
  return share ? { title: share.title, path: shareUrl(share) } : { title: '人才服务', path: '/pages/home' }
}
