import type { HttpBindings } from '@hono/node-server'
import { type Fault, FaultBook, type Service } from './faults.ts'
import { DEFAULT_PACE, type Pace } from './performance.ts'
import { type Received, RequestLog } from './request-log.ts'

/** What all services of the sandbox share, and what tests steer. */
export interface World {
  readonly key: string
  readonly faults: FaultBook
  readonly log: RequestLog
  pace: Pace
  /** Resolves at the next `release()`. */
  released(): Promise<void>
  /** Lets every stalled answer go on. */
  release(): void
  reset(): void
  /** What else starts anew at a reset. */
  onReset(also: () => void): void
}

/** A request on its way through a service. */
export interface Job {
  received: Received
  fault: Fault | undefined
}

export type SandboxEnv = { Bindings: HttpBindings }

export function createWorld(key: string): World {
  let gate = Promise.withResolvers<void>()
  const faults = new FaultBook()
  const log = new RequestLog()
  const alsoReset: (() => void)[] = []
  return {
    key,
    faults,
    log,
    pace: DEFAULT_PACE,
    released: () => gate.promise,
    release() {
      gate.resolve()
      gate = Promise.withResolvers()
    },
    reset() {
      this.release()
      faults.clear()
      log.clear()
      this.pace = DEFAULT_PACE
      for (const also of alsoReset) also()
    },
    onReset: (also) => void alsoReset.push(also),
  }
}

/** Writes the request down and picks the fault it meets. */
export function begin(world: World, service: Service, request: Request, body: unknown, lastWords: string): Job {
  const received = world.log.add(service, request, body)
  const fault = world.faults.next(service, lastWords)
  if (fault) received.fault = fault.kind
  return { received, fault }
}
