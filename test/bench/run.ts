import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../checks/run-command.ts'
import { callFigures } from './calls.ts'
import { type Figure, table } from './figures.ts'
import { firstSound } from './first-sound.ts'
import { hotPath } from './hot-path/index.ts'
import { KINDS, SHAPES } from './hot-path/kinds.ts'
import { takeoverFigures } from './takeover.ts'
import { widgetBytes } from './widget-bytes.ts'

/**
 * `npm run bench`: a table for people, JSON for machines. Figures are this machine's; only limits stand anywhere else.
 * With words after it only the parts whose titles hold one of them; `--quick` makes the hot path a smoke run of seconds,
 * `--shape=browser,mulaw,phone,optima,exotel` chooses what stands at the ends of its calls (else all, one after the other; in a smoke run a browser),
 * `--calls=200` how many there are, `--rounds=2` how often each is measured, `--store=pglite` where its log is kept (else in both),
 * `--profile` says where its time goes.
 */
const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    shape: { type: 'string' },
    calls: { type: 'string' },
    rounds: { type: 'string' },
    store: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
})
const { quick } = flags
const folder = join(ROOT, 'test/results')
const calls = flags.calls?.split(',').map(Number)
const rounds = flags.rounds === undefined ? undefined : Number(flags.rounds)
const STORES = { pglite: 'PGlite', postgres: 'Postgres' }
const stores = (['pglite', 'postgres'] as const).filter((name) =>
  (flags.store ?? (quick ? 'pglite' : 'pglite,postgres')).split(',').includes(name),
)
const shapes = SHAPES.filter((name) => (flags.shape ?? (quick ? 'browser' : SHAPES.join())).split(',').includes(name))
const profileTo = flags.profile ? join(folder, 'profile') : undefined
const PARTS: { title: string; measure: () => Figure[] | Promise<Figure[]> }[] = [
  { title: 'Widget', measure: widgetBytes },
  { title: 'First sound', measure: firstSound },
  { title: 'Calls', measure: callFigures },
  { title: 'Takeover', measure: takeoverFigures },
  ...shapes.flatMap((shape) =>
    stores.map((store) => ({
      title: `Hot path of ${KINDS[shape].title}, log in ${STORES[store]}`,
      measure: () => hotPath({ shape, quick, calls, rounds, store, profileTo }),
    })),
  ),
]

const figures: (Figure & { part: string })[] = []
for (const { title, measure } of PARTS) {
  if (words.length > 0 && !words.some((word) => title.toLowerCase().includes(word.toLowerCase()))) continue
  console.log(`\n${title} …`)
  const measured = await measure()
  figures.push(...measured.map((figure) => ({ ...figure, part: title })))
  console.log(table(measured))
}
const file = quick ? 'bench-quick.json' : 'bench.json'
mkdirSync(folder, { recursive: true })
const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version }
writeFileSync(join(folder, file), JSON.stringify({ at: new Date().toISOString(), machine, figures }, null, 2))
console.log(`\n${machine.cores} cores, ${machine.model}, Node ${machine.node}. Also in test/results/${file}.`)
