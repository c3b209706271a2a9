import { defineConfig } from 'vite'
import uniPlugin from '@dcloudio/vite-plugin-uni'

import { bootScript, noVendorAssets, packed, pressable, smallJson } from './scripts/plugins'

// The package is CommonJS; under ESM its function sits one level deeper.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin

export default defineConfig({
  base: './',
  plugins: [pressable(process.env.UNI_PLATFORM ?? 'h5'), uni(), noVendorAssets(), bootScript(), smallJson(), packed()],
  build: { target: 'es2018', reportCompressedSize: false },
  server: {
    port: 5173,
    proxy: { '/api': process.env.TALENT_API ?? 'http://127.0.0.1:8000' },
  },
})
