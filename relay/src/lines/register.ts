import type { HouseNumber } from '../agents/house-number.ts'
import type { CallLog, Clock } from '../calls/ports.ts'
import { type Abilities, type CarrierAccount, CarrierFault } from '../carriers/carrier.ts'
import type { HouseGate } from '../gate/gate.ts'
import type { Logger } from '../logger.ts'
import { createLine, type LiveLine } from './line.ts'

/** What the lines need of a carrier: its abilities, and an account for a number's credentials. */
export interface CarrierTable {
  abilities(carrier: string): Abilities | undefined
  open(number: HouseNumber): CarrierAccount
  pollMs(carrier: string): number
  /** Opens what must be open before a call of this number is placed. @throws CarrierFault */
  ready?(number: HouseNumber): Promise<void>
  /** The carrier has given a call of ours its name. */
  named?(carrier: string, callId: string): void
}

/** The lines that are not over at their carriers, by call and by the carrier's name for it. */
export interface Register {
  /** A line for a call that is about to be. */
  add(callId: string, number: HouseNumber): LiveLine
  /** Takes it out again: the call did not come to be. */
  drop(callId: string): void
  /** No carrier is left to try: as if its line had said its last word. */
  abandon(callId: string): void
  get(callId: string): LiveLine | undefined
  named(carrier: string, carrierCallId: string): LiveLine | undefined
  readonly size: number
  /** The relay leaves: no carrier is asked any more. Resolves when those that were told to hang up have answered. */
  close(): Promise<void>
}

export function createRegister(o: {
  carriers: CarrierTable
  gate: Pick<HouseGate, 'settle'>
  log: CallLog
  clock: Clock
  logger: Logger
  onOver: (callId: string) => void
}): Register {
  const { carriers, clock, log, logger } = o
  const lines = new Map<string, LiveLine>()
  const names = new Map<string, string>()
  const nameOf = (carrier: string, carrierCallId: string) => `${carrier} ${carrierCallId}`

  const settle = (callId: string, used: { durationMs: number; amount?: number }) => {
    o.gate.settle(callId, used).catch((error: unknown) => logger.warn({ err: error, callId }, 'what a call cost was not written down'))
  }

  /** Credentials that may not leave ring nobody, as clearly as a carrier's own no. */
  const accountOf = (number: HouseNumber): CarrierAccount => {
    try {
      return carriers.open(number)
    } catch (error) {
      if (!(error instanceof CarrierFault)) throw error
      const refuse = () => Promise.reject(error)
      return { place: refuse, hangUp: refuse, sendDigits: refuse, transfer: refuse, status: refuse }
    }
  }

  return {
    abandon(callId) {
      lines.delete(callId)
      o.onOver(callId)
      settle(callId, { durationMs: 0 })
    },
    add(callId, number) {
      const line = createLine({
        callId,
        number,
        account: accountOf(number),
        needsPolling: carriers.abilities(number.provider)?.needsPolling ?? false,
        ready: async () => carriers.ready?.(number),
        pollMs: carriers.pollMs(number.provider),
        clock,
        logger,
        keepName(carrierCallId) {
          names.set(nameOf(number.provider, carrierCallId), callId)
          carriers.named?.(number.provider, callId)
          return log.line(callId, { carrierCallId })
        },
        onNote: (type, payload) => log.event(callId, type, payload),
        onOver(talkedMs, last) {
          lines.delete(callId)
          if (line.carrierCallId !== undefined) names.delete(nameOf(number.provider, line.carrierCallId))
          o.onOver(callId)
          const amount = last?.price?.amount
          settle(callId, { durationMs: Math.round(talkedMs), ...(amount === undefined ? {} : { amount }) })
        },
      })
      lines.set(callId, line)
      return line
    },
    drop: (callId) => void lines.delete(callId),
    get: (callId) => lines.get(callId),
    named: (carrier, carrierCallId) => lines.get(names.get(nameOf(carrier, carrierCallId)) ?? ''),
    get size() {
      return lines.size
    },
    async close() {
      await Promise.all([...lines.values()].map((line) => line.close()))
    },
  }
}
