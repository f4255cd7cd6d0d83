import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { CallLog } from './calls/ports.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { Settings } from './settings.ts'

/** How a relay comes to its end, and what survives it. */

/** What has to be closed, last opened first. */
export interface Closers {
  add(what: string, close: () => Promise<unknown> | unknown): void
  /** Runs all, one after the other; one that fails is logged and stops no other. Idempotent. */
  close(): Promise<void>
}

export function createClosers(logger: Logger): Closers {
  const steps: { what: string; close: () => Promise<unknown> | unknown }[] = []
  let closing: Promise<void> | undefined
  const run = async () => {
    for (const { what, close } of steps.reverse()) {
      try {
        await close()
      } catch (error) {
        logger.error({ err: error, what }, 'could not be closed')
      }
    }
  }
  return {
    add: (what, close) => void steps.push({ what, close }),
    close() {
      closing ??= run()
      return closing
    },
  }
}

/** Open, then draining: new calls and readiness stop at once, streams of events only after the calls they tell of. */
export interface Lifetime {
  draining(): boolean
  drain(): void
  readonly streamsEnd: AbortSignal
  endStreams(): void
}

export function createLifetime(): Lifetime {
  const drained = new AbortController()
  const streams = new AbortController()
  return {
    draining: () => drained.signal.aborted,
    drain: () => drained.abort(),
    streamsEnd: streams.signal,
    endStreams: () => streams.abort(),
  }
}

/** The same for every start of this relay, so that it finds the calls that an earlier one left open. */
export function ownerOf(settings: Pick<Settings, 'storage' | 'dataDir' | 'port'>): string {
  const place = settings.storage.INSTANCE_URL ?? `${hostname()} ${resolve(settings.dataDir)} ${settings.port}`
  return `relay_${createHash('sha256').update(place).digest('hex').slice(0, 16)}`
}

/** The log, with every end of a call counted. */
export function countEnds(log: CallLog, metrics: Metrics): CallLog {
  return {
    ...log,
    close(callId, end) {
      metrics.callEnded(end.endReason)
      return log.close(callId, end)
    },
  }
}
