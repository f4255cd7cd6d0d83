import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { startPostgres } from '../../kit/postgres.ts'
import { type BenchRelay, startBenchRelay } from '../bench-relay.ts'
import { type Child, canPin, startChild } from '../child.ts'
import { KINDS, type Shape } from './kinds.ts'
import type { LoadWish } from './load-child.ts'

/** The measured processes on one core and the load on the other. */
export interface Stage {
  readonly load: Child
  readonly relay: BenchRelay
  readonly floor: Child
  /** The same floor again: what it differs by is the machine's noise. */
  readonly floorAgain: Child
  /** Brings every process to this many calls. */
  join(calls: number): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const LOAD_CORE = 0
const MEASURED_CORE = 1

/** Where the relay keeps its log: in itself, or in a Postgres of its own on the load's core, as it would be on another machine. */
export type StoreKind = 'pglite' | 'postgres'

export async function setStage(o: { shape: Shape; store?: StoreKind; execArgv?: string[] }): Promise<Stage> {
  await using started = new AsyncDisposableStack()
  const own = <T extends Child>(child: T) => {
    started.defer(() => child.stop())
    return child
  }
  const load = own(await startChild(new URL('./load-child.ts', import.meta.url), { core: LOAD_CORE, env: { SHAPE: o.shape } }))
  const { vendorUrl, twilioUrl, optimaUrl } = load.greeting as { vendorUrl: string; twilioUrl?: string; optimaUrl?: string }
  const { engine, floor: floorFile } = KINDS[o.shape]
  const env = { VENDOR_URL: vendorUrl.replace('http', 'ws'), ...(optimaUrl ? { OPTIMA_URL: optimaUrl } : {}) }
  const newFloor = async () => own(await startChild(floorFile, { core: MEASURED_CORE, env }))
  const [floor, floorAgain] = [await newFloor(), await newFloor()]
  const { store, shape: _, ...how } = o
  const postgres = store === 'postgres' ? started.use(await startPostgres()) : undefined
  if (postgres && canPin) pin(postgres.dir)
  const database = postgres ? { databaseUrl: postgres.url } : {}
  const relay = started.use(
    await startBenchRelay({
      core: MEASURED_CORE,
      vendorUrl,
      engine,
      ...(twilioUrl ? { twilioUrl } : {}),
      ...(optimaUrl ? { optimaUrl } : {}),
      exotel: KINDS[o.shape].near === 'exotel',
      ...database,
      ...how,
    }),
  )
  const rest = started.move()
  const join = (name: string, url: string, by: 'calls' | 'sockets', calls: number) => {
    const wish: LoadWish = { do: 'join', name, url, by, calls }
    return load.ask(wish)
  }
  return {
    load,
    relay,
    floor,
    floorAgain,
    async join(calls) {
      await join('floor', (floor.greeting as { url: string }).url, 'sockets', calls)
      await join('floor again', (floorAgain.greeting as { url: string }).url, 'sockets', calls)
      await join('relay', relay.url, 'calls', calls)
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

/** The server's process, and with it each that it will start for a connection. */
function pin(postgresDir: string) {
  const [pid = ''] = readFileSync(joinPath(postgresDir, 'postmaster.pid'), 'utf8').split('\n')
  spawnSync('taskset', ['-acp', String(LOAD_CORE), pid])
}
