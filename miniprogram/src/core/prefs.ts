/** Choices kept on the device: city, size of type, light or dark. */
import { computed, reactive } from 'vue'

import type { Prefer } from '../contract/screen'
import { read, write } from './storage'

type Key = Prefer['key']

export const prefs = reactive<Record<Key, string>>({
  city: read<string>('prefs', 'city') ?? '',
  type_size: read<string>('prefs', 'type_size') ?? 'normal',
  theme: read<string>('prefs', 'theme') ?? 'auto',
})

const system = reactive({ dark: systemIsDark() })

/** Whether dark colours are shown now. */
export const dark = computed(() => (prefs.theme === 'auto' ? system.dark : prefs.theme === 'dark'))

/** The classes that the design tokens hang on. */
export const rootClass = computed(() => ['app', dark.value ? 'app--dark' : '', `app--type-${prefs.type_size}`])

export function prefer(key: Key, value: string): void {
  prefs[key] = value
  write('prefs', key, value)
}

/** Follow the system when it turns dark or light. */
export function followSystem(): void {
  // #ifdef H5
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => (system.dark = matches))
  // #endif
  // #ifdef MP-WEIXIN
  uni.onThemeChange(({ theme }) => (system.dark = theme === 'dark'))
  // #endif
}

function systemIsDark(): boolean {
  // #ifdef H5
  return matchMedia('(prefers-color-scheme: dark)').matches
  // #endif
  // #ifdef MP-WEIXIN
  return uni.getSystemInfoSync().theme === 'dark'
  // #endif
  // #ifdef MP-ALIPAY
  return false
  // #endif
}

/** The bars drawn by the system follow an explicit choice; with `auto` theme.json does it before the first frame. */
export function paintBars(): void {
  if (prefs.theme === 'auto') return
  const [back, front, tab, text, on] = dark.value
    ? (['#11161D', '#ffffff', '#181F28', '#9AA6B5', '#6DB1F7'] as const)
    : (['#F3F5F8', '#000000', '#FFFFFF', '#5A6472', '#0E5CAD'] as const)
  uni.setNavigationBarColor({ backgroundColor: back, frontColor: front, fail: () => undefined })
  uni.setTabBarStyle({
    backgroundColor: tab,
    color: text,
    selectedColor: on,
    borderStyle: dark.value ? 'white' : 'black',
    fail: () => undefined,
  })
}
