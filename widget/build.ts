/**
 * Builds dist/: the shell `voice-agent.js`, hashed chunks and the worklets under `assets/`, the operators' console with its page under
 * `console/` and its loader `voice-console.js`, brotli and gzip beside each, `manifest.json`.
 * `--if-changed` does nothing when dist/ was made from the sources as they are. Otherwise the element's reference
 * (custom-elements.json, REFERENCE.md) is written too.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { referenceOf } from './reference.ts'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
const stamp = join(dist, '.built')

const wanted = hashOfSources()
const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
if (!process.argv.includes('--if-changed')) {
  await build()
  await describe()
} else if (!fresh) await build()

async function build(): Promise<void> {
  const { build: bundle } = await import('vite')
  const { builtConfig, consoleConfig } = await import('./vite.config.ts')
  const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as { version: string }
  const written = readFileSync(join(here, 'src/element/version.ts'), 'utf8')
  if (!written.includes(`'${version}'`)) throw new Error('src/element/version.ts and package.json name different versions')
  await bundle(builtConfig(here))
  await bundle(consoleConfig(here))
  for (const name of ['index.html', 'console.css']) copyFileSync(join(here, 'src/console', name), join(dist, 'console', name))
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.js'))
    .sort()
  for (const file of files) pack(join(dist, file))
  writeFileSync(join(dist, 'manifest.json'), `${JSON.stringify({ version, files }, null, 2)}\n`)
  writeFileSync(stamp, wanted)
  const kB = (file: string) => (readFileSync(join(dist, `${file}.br`)).length / 1000).toFixed(1)
  const chunk = (name: string) => {
    const file = files.find((each) => new RegExp(`^assets/${name}-[\\w-]{8}\\.js$`).test(each))
    return `${name} ${file ? kB(file) : '?'}`
  }
  console.log(
    `widget ${version}, kB as brotli: shell ${kB('voice-agent.js')}, ${['call', 'playback', 'voice', 'capture', 'callback', 'callback-form'].map(chunk).join(', ')}`,
  )
  const ofConsole = files.filter((file) => file.startsWith('console/'))
  const sum = (chosen: readonly string[]) => chosen.reduce((all, file) => all + Number(kB(file)), 0).toFixed(1)
  console.log(
    `console, kB as brotli: frame ${sum(ofConsole.filter((file) => file.startsWith('console/console-')))}, everything ${sum(ofConsole)}`,
  )
}

function pack(file: string): void {
  const bytes = readFileSync(file)
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  )
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
}

/** Everything the result depends on: sources, this build, the locked dependencies. */
function hashOfSources(): string {
  const hash = createHash('sha256')
  const add = (file: string) => hash.update(file.slice(here.length)).update('\0').update(readFileSync(file))
  for (const file of readdirSync(join(here, 'src'), { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(ts|html|css)$/.test(file) && !file.endsWith('.test.ts') && !file.startsWith('testing')) add(join(here, 'src', file))
  }
  for (const file of ['build.ts', 'vite.config.ts', 'package.json', '../pnpm-lock.yaml']) add(join(here, file))
  return hash.digest('hex')
}

/** What the element offers, read from its own source. */
async function describe(): Promise<void> {
  const { cli } = await import('@custom-elements-manifest/analyzer/cli.js')
  const manifest = await cli({ argv: ['analyze', '--config', 'custom-elements-manifest.config.mjs', '--quiet'], cwd: here, noWrite: true })
  writeFileSync(join(here, 'custom-elements.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(here, 'REFERENCE.md'), referenceOf(manifest))
}
