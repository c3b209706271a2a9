// Write src/design/icons.css from src/design/icons.ts: each pictogram as a mask, so that it takes the colour of its text.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const table = readFileSync(file('src/design/icons.ts'), 'utf8')
const pairs = [...table.matchAll(/^\s+'?([\w-]+)'?: '([\w-]+)',$/gm)]

function drawing(name) {
  const path = file(`node_modules/lucide-static/icons/${name}.svg`)
  if (!existsSync(path)) throw new Error(`no such icon: ${name}`)
  return readFileSync(path, 'utf8')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\sclass="[^"]*"|\swidth="24"|\sheight="24"/g, '')
    .replace(/stroke-width="2"/, 'stroke-width="1.8"')
    .replace(/currentColor/g, '#000')
    .replace(/\d*\.\d{3,}/g, (number) => `${+(+number).toFixed(2)}`)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/> </g, '><')
    .replace(/ (?=\/?>)/g, '')
    .replace(/(?:<path d="[^"]*"\/>)+/g, joined)
    .trim()
    .replace(/"/g, "'")
    .replace(/#/g, '%23')
    .replace(/</g, '%3C')
    .replace(/>/g, '%3E')
}

/** Neighbouring paths as one, which may hold several strokes; a small m is relative, so it is told where to begin. */
function joined(paths) {
  return paths.replace(/"\/><path d="([Mm])/g, (_, move) => (move === 'm' ? 'M0 0m' : 'M'))
}

const rules = pairs.map(([, ours, theirs]) => {
  return `.icon--${ours} { --drawing: url("data:image/svg+xml,${drawing(theirs)}"); }`
})
writeFileSync(
  file('src/design/icons.css'),
  `/* Written by \`npm run icons\` from icons.ts. Drawings: Lucide, ISC licence. Do not edit. */\n${rules.join('\n')}\n`,
)
console.log(`${rules.length} icons`)
