import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../checks/run-command.ts'
import { callFigures } from './calls.ts'
import { type Figure, table } from './figures.ts'
import { firstSound } from './first-sound.ts'
import { hotPath } from './hot-path/index.ts'
import { widgetBytes } from './widget-bytes.ts'

/**
 * `npm run bench`: a table for people, JSON for machines. Figures are this machine's; only limits stand anywhere else.
 * With words after it only the parts whose titles hold one of them; `--quick` makes the hot path a smoke run of seconds.
 */
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const quick = process.argv.includes('--quick')
const PARTS: { title: string; measure: () => Figure[] | Promise<Figure[]> }[] = [
  { title: 'Widget', measure: widgetBytes },
  { title: 'First sound', measure: firstSound },
  { title: 'Calls', measure: callFigures },
  { title: 'Hot path', measure: () => hotPath({ quick }) },
]

const figures: Figure[] = []
for (const { title, measure } of PARTS) {
  if (words.length > 0 && !words.some((word) => title.toLowerCase().includes(word.toLowerCase()))) continue
  console.log(`\n${title} …`)
  const measured = await measure()
  figures.push(...measured)
  console.log(table(measured))
}
const file = quick ? 'bench-quick.json' : 'bench.json'
const folder = join(ROOT, 'test/results')
mkdirSync(folder, { recursive: true })
const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version }
writeFileSync(join(folder, file), JSON.stringify({ at: new Date().toISOString(), machine, figures }, null, 2))
console.log(`\n${machine.cores} cores, ${machine.model}, Node ${machine.node}. Also in test/results/${file}.`)
