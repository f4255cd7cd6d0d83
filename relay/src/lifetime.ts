import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { CallLog } from './calls/ports.ts'
import { callLogger, type Logger } from './logger.ts'
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

/** The log, with every call's beginning and end told to the process's own lines and numbers. */
export function watchCalls(log: CallLog, metrics: Metrics, logger: Logger): CallLog {
  return {
    ...log,
    async open(call) {
      await log.open(call)
      const { agentId, organisationId, kind, sessionId } = call
      callLogger(logger, call.id).info({ agentId, organisationId, kind, sessionId }, 'call opened')
    },
    close(callId, end) {
      metrics.callEnded(end.endReason)
      callLogger(logger, callId).info({ status: end.status, endReason: end.endReason }, 'call ended')
      return log.close(callId, end)
    },
  }
}

/** What a database that is away may cost the end of a process: the sweeper settles the rest at the next start. */
export async function withinMs(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
