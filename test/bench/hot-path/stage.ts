import { type BenchRelay, startBenchRelay } from '../bench-relay.ts'
import { type Child, startChild } from '../child.ts'
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

export async function setStage(o: { execArgv?: string[] } = {}): Promise<Stage> {
  await using started = new AsyncDisposableStack()
  const own = <T extends Child>(child: T) => {
    started.defer(() => child.stop())
    return child
  }
  const load = own(await startChild(new URL('./load-child.ts', import.meta.url), { core: LOAD_CORE }))
  const { vendorUrl } = load.greeting as { vendorUrl: string }
  const env = { VENDOR_URL: vendorUrl.replace('http', 'ws') }
  const newFloor = async () => own(await startChild(new URL('./floor-child.ts', import.meta.url), { core: MEASURED_CORE, env }))
  const [floor, floorAgain] = [await newFloor(), await newFloor()]
  const relay = started.use(await startBenchRelay({ core: MEASURED_CORE, vendorUrl, ...o }))
  const rest = started.move()
  const join = (name: string, url: string, by: 'web-calls' | 'sockets', calls: number) => {
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
      await join('relay', relay.url, 'web-calls', calls)
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}
