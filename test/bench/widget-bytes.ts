import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { ROOT } from '../checks/run-command.ts'
import type { Figure } from './figures.ts'

/** Chunks of every call, and those that wait for a visitor who speaks; others wait for a key or a tool. */
const CALL = ['call', 'playback']
const VOICE = ['voice', 'capture']

/** What a page loads, at brotli's best; weight.e2e counts the same in a browser. */
export function widgetBytes(): Figure[] {
  const dist = join(ROOT, 'widget/dist')
  const size = (file: string) =>
    brotliCompressSync(readFileSync(join(dist, file)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
  const assets = readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.js') && !file.startsWith('strings-'))
  const isOf = (names: readonly string[]) => (file: string) => names.some((name) => file.startsWith(`${name}-`))
  const sum = (files: readonly string[]) => files.reduce((all, file) => all + size(join('assets', file)), 0) / 1000
  const call = assets.filter(isOf(CALL))
  const voice = assets.filter(isOf(VOICE))
  return [
    { name: 'shell, before a click', value: size('voice-agent.js') / 1000, unit: 'kB', limit: 12, note: 'brotli, Lit included' },
    { name: 'call code, on first use', value: sum(call), unit: 'kB', limit: 15, note: `brotli, worklet included: ${call.join(', ')}` },
    { name: 'the microphone, on the first voice call', value: sum(voice), unit: 'kB', limit: 8, note: `brotli: ${voice.join(', ')}` },
  ]
}
