import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { ROOT } from '../checks/run-command.ts'
import type { Figure } from './figures.ts'

/** What a page loads, at brotli's best; weight.e2e counts the same in a browser. */
export function widgetBytes(): Figure[] {
  const dist = join(ROOT, 'widget/dist')
  const size = (file: string) =>
    brotliCompressSync(readFileSync(join(dist, file)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
  const assets = readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.js') && !file.startsWith('strings-'))
  const call = assets.reduce((sum, file) => sum + size(join('assets', file)), 0)
  return [
    { name: 'shell, before a click', value: size('voice-agent.js') / 1000, unit: 'kB', limit: 12, note: 'brotli, Lit included' },
    {
      name: 'call code, on first use',
      value: call / 1000,
      unit: 'kB',
      limit: 15,
      note: `brotli, worklet included: ${assets.length} files`,
    },
  ]
}
