// Copies what the browser gets from npm packages of exact version into static/vendor, where static.go embeds it.
//
//   npm ci && node scripts/vendor.mjs
//
// Nothing is bundled or minified here; three things are changed, and only here:
//   - Tabler is wrapped in a cascade layer, so that our own rules win without !important;
//   - source map comments go, as the maps are not served;
//   - icons shrink to what is inside their <svg>, and only the ones listed below are taken.
// Text is compressed with Brotli at its highest level once, so that no request ever pays for it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const out = join(root, 'static', 'vendor')

const files = {
  'tabler.css': '@tabler/core/dist/css/tabler.min.css',
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'sse.js': 'htmx-ext-sse/dist/sse.min.js',
  'idiomorph.js': 'idiomorph/dist/idiomorph-ext.min.js',
  'geist.woff2': '@fontsource-variable/geist/files/geist-latin-wght-normal.woff2',
}

// Names of Tabler's outline icons; ui.Icon draws them. Keep the list in alphabetical order.
const icons = `
  activity adjustments alert-circle alert-octagon alert-triangle api arrow-back-up arrow-down arrow-down-right
  arrow-left arrow-narrow-right arrow-right arrow-up arrow-up-right arrows-shuffle ban bell bolt book brand-openai
  building chart-pie check checks chevron-down chevron-left chevron-right chevron-up circle-check circle-dashed
  circle-x clock coin copy credit-card database device-desktop dots download edit external-link eye filter flask gauge
  help-circle history home hourglass inbox info-circle key lifebuoy list-details lock lock-open login logout mail
  menu-2 minus moon player-pause player-play plug plug-connected plus point receipt refresh rotate-clockwise route
  search send server settings shield-check shield-lock stack-2 sun tag terminal-2 trash trending-down trending-up user
  user-off user-plus users users-group wallet world x
`.trim().split(/\s+/)

// Classes of Tabler that our templates use; a Go test compares. Everything else we draw ourselves, so of Tabler's half a
// megabyte only what meets elements and these classes is served: a first visit must be light on a train, too.
const classes = new Set('visually-hidden list-unstyled d-inline-block'.split(' '))

// blocks cuts style sheets into [prelude, body] pairs; body is null for statements such as @import.
function blocks(css) {
  const out = []
  let depth = 0
  let from = 0
  let open = 0
  let quote = ''
  for (let i = 0; i < css.length; i++) {
    const c = css[i]
    if (c === '\\') i++
    else if (quote) quote = c === quote ? '' : quote
    else if (c === '"' || c === "'") quote = c
    else if (c === '{' && depth++ === 0) open = i
    else if (c === '}' && --depth === 0) {
      out.push([css.slice(from, open), css.slice(open + 1, i)])
      from = i + 1
    } else if (c === ';' && depth === 0) {
      out.push([css.slice(from, i), null])
      from = i + 1
    }
  }
  return out
}

// met drops the selectors that meet nothing of ours, the rules without selectors, and the at-rules without rules.
function met(css) {
  return blocks(css).map(([prelude, body]) => {
    if (body === null) return prelude.startsWith('@charset') ? '' : prelude + ';'
    if (/^@(media|supports|layer|container)/.test(prelude)) {
      const inner = met(body)
      return inner && `${prelude}{${inner}}`
    }
    if (prelude.startsWith('@')) return '' // typefaces and animations of parts that are not served
    const kept = prelude.split(/,(?![^(]*\))/).filter((selector) => (selector.match(/\.-?[a-zA-Z_][\w-]*/g) ?? []).every((c) => classes.has(c.slice(1))))
    return kept.length ? `${kept.join(',')}{${body}}` : ''
  }).join('')
}

function installed(path) {
  try {
    return readFileSync(join(modules, path))
  } catch {
    console.error(`vendor: node_modules/${path} is missing. Run "npm ci" first.`)
    process.exit(1)
  }
}

function put(name, body, compress) {
  writeFileSync(join(out, name), body)
  if (compress) writeFileSync(join(out, name + '.br'), brotliCompressSync(body))
}

// The tracked README stays: it keeps the folder in a fresh clone, and go:embed needs the folder.
const readme = readFileSync(join(out, 'README.md'))
rmSync(out, { recursive: true, force: true })
mkdirSync(join(out, 'icons'), { recursive: true })
writeFileSync(join(out, 'README.md'), readme)

for (const [name, from] of Object.entries(files)) {
  if (name.endsWith('.woff2')) {
    put(name, installed(from), false)
    continue
  }
  let text = installed(from).toString('utf8').replace(/\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/, '')
  if (name.endsWith('.css')) {
    const licence = text.match(/\/\*![^]*?\*\//)?.[0] ?? ''
    text = '@charset "UTF-8";' + licence + '@layer tabler{' + met(text.replace(/\/\*[^]*?\*\//g, '')) + '}'
  }
  put(name, Buffer.from(text), true)
}

for (const name of icons) {
  const svg = installed(`@tabler/icons/icons/outline/${name}.svg`).toString('utf8')
  const inner = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<path stroke="none"[^>]*\/>/, '')
    .replace(/\s*\n\s*/g, '')
    .replace(/ \/>/g, '/>')
  writeFileSync(join(out, 'icons', name + '.svg'), inner)
}

const version = (name) => JSON.parse(installed(name + '/package.json')).version
const used = ['@fontsource-variable/geist', '@tabler/core', '@tabler/icons', 'htmx-ext-sse', 'htmx.org', 'idiomorph']
console.log('vendor: ' + used.map((name) => `${name} ${version(name)}`).join(', '))
