import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import type { Plugin } from 'vite'

/**
 * Everything with a tap handler is a button to a screen reader, and on H5 to the keyboard as well.
 * Saying so on every element would be forgotten on some; so it is added where `@tap` stands and no role is given.
 */
export function pressable(platform: string): Plugin {
  const marks = platform === 'h5' ? 'role="button" tabindex="0"' : 'aria-role="button"'
  return {
    name: 'pressable',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/src\/.*\.vue$/.test(id)) return null
      return code.replace(/<[a-z][a-z-]*(?:\s+[^\s=>"]+(?:="[^"]*")?)*\s*\/?>/g, (tag) =>
        /\s@tap/.test(tag) && !/\s:?(aria-)?role=/.test(tag) ? tag.replace(/\s@tap/, ` ${marks} @tap`) : tag,
      )
    },
  }
}

/** uni-app's H5 style sheet loads a picture from its vendor's servers; the product asks no other origin for anything. */
export function noVendorAssets(): Plugin {
  const foreign = /url\((['"]?)https?:\/\/[^)]*\1\)/g
  return {
    name: 'no-vendor-assets',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'asset' && file.fileName.endsWith('.css')) {
          file.source = String(file.source).replace(foreign, 'none')
        } else if (file.type === 'chunk') {
          file.code = file.code.replace(foreign, 'none')
        }
      }
    },
  }
}

/** Each text file of the H5 client also as gzip beside it, for servers that hand out what is already packed. */
export function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    enforce: 'post',
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const folder = process.env.UNI_OUTPUT_DIR
        if (!folder || process.env.UNI_PLATFORM !== 'h5') return
        for (const name of readdirSync(folder, { recursive: true }) as string[]) {
          const path = join(folder, name)
          if (/\.(js|css|html)$/.test(name)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }))
        }
      },
    },
  }
}

/** WeChat and Alipay count every byte of a package; the spaces of its JSON files are the cheapest to save. */
export function smallJson(): Plugin {
  return {
    name: 'small-json',
    apply: 'build',
    enforce: 'post',
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const folder = process.env.UNI_OUTPUT_DIR
        if (!folder || process.env.UNI_PLATFORM === 'h5') return
        for (const name of readdirSync(folder, { recursive: true }) as string[]) {
          const path = join(folder, name)
          if (name.endsWith('.json')) writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))))
        }
      },
    },
  }
}

/**
 * On H5 a small script decides first whether the app or, on a wide screen, the frame around it is loaded. It stands at
 * the end of the body: the app it adds runs as soon as it is fetched, and then needs the element to mount on.
 */
export function bootScript(): Plugin {
  return {
    name: 'boot-script',
    apply: 'build',
    enforce: 'post',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const [tag, app] = /<script type="module"[^>]*\ssrc="([^"]+)"[^>]*><\/script>/.exec(html) ?? []
        if (!tag) throw new Error('no module script in index.html')
        return html
          .replace(tag, `<link rel="modulepreload" crossorigin href="${app}" />`)
          .replace('</body>', `  <script src="./static/h5/boot.js" data-app="${app}"></script>\n  </body>`)
      },
    },
  }
}
