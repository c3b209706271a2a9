import { initPreContext, preJs } from '@dcloudio/uni-cli-shared'
import { defineConfig } from 'vitest/config'

initPreContext('h5')

export default defineConfig({
  plugins: [
    {
      name: 'conditional-compilation',
      enforce: 'pre',
      transform: (code, id) => (/\/src\/.*\.ts$/.test(id) ? preJs(code, id) : null),
    },
  ],
  test: { include: ['tests/**/*.test.{ts,mjs}'], testTimeout: 30_000, hookTimeout: 60_000 },
})
