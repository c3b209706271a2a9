/**
 * The checks that a package passes before anybody opens it in a vendor's tool, all without a network:
 *
 *     node scripts/gates.mjs [mp-weixin] [mp-alipay] [h5]
 *
 * Each prints what it measured; the exit code is 1 when one of them fails.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { gzipSync } from 'node:zlib'

const client = fileURLToPath(new URL('..', import.meta.url))
const KIB = 1024
const LIMITS = { package: 2048 * KIB, firstScreen: 300 * KIB, script: 350 * KIB }
const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

const ending = (folder, end) => files(folder).filter((path) => path.endsWith(end))
const size = (paths) => paths.reduce((sum, path) => sum + statSync(path).size, 0)
const parsed = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** What a broken file holds does not matter to the other checks; that it is broken is told by the first one. */
function json(path) {
  try {
    return parsed(path)
  } catch {
    return {}
  }
}

/** Each check takes the package's folder and returns its troubles, or a line of what it measured. */
function jsonParses(folder) {
  const broken = ending(folder, '.json').flatMap((path) => {
    try {
      parsed(path)
      return []
    } catch (error) {
      return [`${relative(folder, path)}: ${error.message}`]
    }
  })
  return { troubles: broken, measured: `${ending(folder, '.json').length} JSON files parse` }
}

function scriptsParse(folder) {
  const broken = ending(folder, '.js').flatMap((path) => {
    try {
      new Script(readFileSync(path, 'utf8'), { filename: path })
      return []
    } catch (error) {
      return [`${relative(folder, path)}: ${error.message}`]
    }
  })
  return { troubles: broken, measured: `${ending(folder, '.js').length} scripts parse` }
}

function filesExist(folder, template, style) {
  const seen = new Set()
  const troubles = []
  const visit = (path) => {
    if (seen.has(path)) return
    seen.add(path)
    for (const end of ['.js', '.json', template]) {
      if (!existsSync(path + end)) troubles.push(`missing ${relative(folder, path + end)}`)
    }
    const used = existsSync(`${path}.json`) ? (json(`${path}.json`).usingComponents ?? {}) : {}
    for (const target of Object.values(used)) visit(target.startsWith('/') ? join(folder, target) : resolve(dirname(path), target))
  }
  const app = json(join(folder, 'app.json'))
  for (const page of app.pages) visit(join(folder, page))
  return { troubles, measured: `${app.pages.length} pages and ${seen.size - app.pages.length} components are complete (${template}, ${style})` }
}

function picturesExist(folder) {
  const app = json(join(folder, 'app.json'))
  const themes = existsSync(join(folder, 'theme.json')) ? Object.values(json(join(folder, 'theme.json'))) : [{}]
  const named = (app.tabBar.list ?? app.tabBar.items).flatMap((tab) => [tab.iconPath ?? tab.icon, tab.selectedIconPath ?? tab.activeIcon])
  const paths = themes.flatMap((theme) => named.map((name) => (name.startsWith('@') ? theme[name.slice(1)] : name)))
  const troubles = paths.filter((path) => !path || !existsSync(join(folder, path))).map((path) => `missing picture ${path}`)
  const heavy = paths.filter((path) => path && existsSync(join(folder, path)) && statSync(join(folder, path)).size > 40 * KIB)
  return { troubles: [...troubles, ...heavy.map((path) => `${path} is over 40 KiB`)], measured: `${paths.length} tab pictures exist` }
}

/** WeChat's own compilers. wcsc ends with 0 on errors, so its output is read. */
function compiles(folder, tool, end) {
  const compilers = join(dirname(createRequire(import.meta.url).resolve('miniprogram-compiler')), 'bin')
  const program = join(compilers, process.platform === 'darwin' ? 'mac' : 'linux', tool)
  chmodSync(program, 0o755)
  const names = ending(folder, end).map((path) => `./${relative(folder, path)}`)
  const options = tool === 'wcc' ? ['-d'] : ['-db', '-pc', '0']
  const { status, stdout, stderr, error } = spawnSync(program, [...options, ...names], { cwd: folder, encoding: 'utf8', maxBuffer: 64 * KIB * KIB })
  const said = `${stderr ?? ''}${stdout ?? ''}`
  const wrong = error || status !== 0 || /ERR:|Error:/i.test(stderr ?? '') || /ERR:/.test(said)
  return {
    troubles: wrong ? [`${tool}: ${error?.message ?? said.slice(0, 800)}`] : [],
    measured: `${tool} compiles ${names.length} files`,
  }
}

/** `first` is what may be needed before the first screen is seen: the package without its sub-packages. */
function small(folder, first = LIMITS.firstScreen) {
  const total = size(files(folder))
  const app = json(join(folder, 'app.json'))
  const parts = (app.subPackages ?? app.subpackages ?? []).map(({ root }) => join(folder, root))
  const main = size(files(folder).filter((path) => !parts.some((part) => path.startsWith(part))))
  const troubles = []
  if (total > LIMITS.package) troubles.push(`the package is ${kib(total)}, over ${kib(LIMITS.package)}`)
  if (main > first) troubles.push(`the first screen needs ${kib(main)}, over ${kib(first)}`)
  return { troubles, measured: `package ${kib(total)}, first screen ${kib(main)}` }
}

function smallScripts(folder) {
  const packed = ending(folder, '.js').reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0)
  const troubles = packed > LIMITS.script ? [`scripts are ${kib(packed)} gzipped, over ${kib(LIMITS.script)}`] : []
  return { troubles, measured: `scripts ${kib(packed)} gzipped, everything ${kib(size(files(folder)))}` }
}

function noForeignPictures(folder) {
  const foreign = [...ending(folder, '.css'), ...ending(folder, '.html')].filter((path) =>
    /url\(['"]?https?:|(?:src|href)=['"]https?:/.test(readFileSync(path, 'utf8')),
  )
  return { troubles: foreign.map((path) => `${relative(folder, path)} loads from another origin`), measured: 'styles and pages load nothing from elsewhere' }
}

const GATES = {
  'mp-weixin': (folder) => [
    jsonParses(folder),
    scriptsParse(folder),
    filesExist(folder, '.wxml', '.wxss'),
    picturesExist(folder),
    compiles(folder, 'wcc', '.wxml'),
    compiles(folder, 'wcsc', '.wxss'),
    small(folder),
  ],
  'mp-alipay': (folder) => [jsonParses(folder), scriptsParse(folder), filesExist(folder, '.axml', '.acss'), picturesExist(folder), small(folder, LIMITS.package)],
  h5: (folder) => [smallScripts(folder), noForeignPictures(folder)],
}

let failed = false
const wanted = process.argv.slice(2)
for (const platform of wanted.length ? wanted : Object.keys(GATES)) {
  const folder = join(client, 'dist', platform)
  const results = existsSync(folder) ? GATES[platform](folder) : [{ troubles: ['not built'], measured: '' }]
  for (const { troubles, measured } of results) {
    console.log(`${troubles.length ? '✗' : '✓'} ${platform}: ${troubles.length ? troubles.join('\n    ') : measured}`)
    failed ||= troubles.length > 0
  }
}
process.exitCode = failed ? 1 : 0
