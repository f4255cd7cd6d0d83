import { z } from 'zod'
import type { EndReason } from '../../protocol/index.ts'
import { type CarrierAccount, CarrierFault, type LineEvent } from '../carrier.ts'
import type { JiocxConfig } from './config.ts'
import { type Dialect, pick } from './dialect.ts'
import { jiocxFault } from './faults.ts'
import { numberAs } from './numbers.ts'
import { type JiocxRest, named } from './rest.ts'
import { statusOf } from './statuses.ts'

/** JioCX’s name for a call. */
export const CallId = z.union([z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/), z.number().int().nonnegative().transform(String)])

/** Failures that a phone had a part in: it is rung no second time, by nobody. */
const RANG: ReadonlySet<EndReason | undefined> = new Set(['busy', 'no-answer', 'rejected', 'canceled'])

/** Acts on calls of one JioCX account. */
export function createJiocxAccount(o: { rest: JiocxRest; dialect: Dialect; config: JiocxConfig }): CarrierAccount {
  const { config, dialect, rest } = o
  const { answers, fields, paths } = dialect
  const as = (e164: string) => numberAs(e164, dialect.numberFormat)

  /** A placement’s answer. @throws CarrierFault; without the call’s name a phone may ring all the same */
  function placed(answer: Record<string, unknown>) {
    const id = CallId.safeParse(pick(answer, answers.callId))
    const { ours } = statusOf(pick(answer, answers.status), pick(answer, answers.message), dialect)
    const failed = ours?.status === 'failed'
    // What has no name was never a call, whatever its message says of why.
    const no = id.success ? failed && !RANG.has(ours.endReason) : failed || pick(answer, answers.success) === false
    if (no) throw jiocxFault('refused')
    if (!id.success) throw jiocxFault('malformed', { placed: 'unknown', cause: id.error })
    // What has an end already is told by the first poll, with its reason.
    const early = ours?.status === 'initiated' || ours?.status === 'connecting'
    return { carrierCallId: id.data, ...(early ? { status: ours.status } : {}) }
  }

  async function status(carrierCallId: string): Promise<LineEvent | undefined> {
    try {
      return eventOf(await rest.ask(paths.status, { method: 'GET', callId: carrierCallId }), dialect, carrierCallId)
    } catch (error) {
      if (error instanceof CarrierFault && error.code === 'not_found') return undefined
      throw error
    }
  }

  return {
    async place(permit, order, signal) {
      if (order.bridgeTo === undefined)
        throw refused('JioCX joins two phones and brings no sound: give the agent a person to ring, or a number at a carrier that streams.')
      const content = named([
        // The phone of who asked is rung first.
        [fields.from, as(order.to)],
        [fields.to, as(order.bridgeTo)],
        [fields.callerId, config.senderId ?? as(order.from)],
        [fields.timeout, wholeSeconds(order.answerWithinMs)],
        [fields.maxDuration, wholeSeconds(order.maxDurationMs)],
        [fields.dltEntityId, config.dltEntityId],
        [fields.statusUrl, order.urls.status],
      ])
      permit.redeem({ callId: order.callId, number: order.to })
      return placed(await rest.ask(paths.call, { method: 'POST', content, ...(signal ? { signal } : {}) }))
    },

    async playRecording(permit, order, signal) {
      const content = named([
        [fields.to, as(order.to)],
        [fields.from, as(order.from)],
        [fields.callerId, config.senderId ?? as(order.from)],
        [fields.audioUrl, order.audioUrl],
        [fields.dltEntityId, config.dltEntityId],
        [fields.statusUrl, order.statusUrl],
      ])
      permit.redeem({ callId: order.callId, number: order.to })
      return placed(await rest.ask(paths.message, { method: 'POST', content, ...(signal ? { signal } : {}) }))
    },

    async hangUp(carrierCallId) {
      try {
        const answer = await rest.ask(paths.hangUp, { method: 'POST', callId: carrierCallId })
        if (pick(answer, answers.success) === false) throw jiocxFault('refused')
      } catch (error) {
        if (!(error instanceof CarrierFault) || error.placed === 'unknown' || error.code === 'unauthorized') throw error
        if (error.code === 'not_found') return
        // It may refuse because there is nothing to hang up.
        const now = await status(carrierCallId)
        if (now && now.status !== 'completed' && now.status !== 'failed') throw error
      }
    },
    sendDigits: () => Promise.reject(unsupported('JioCX presses no keys.')),
    transfer: () => Promise.reject(unsupported('JioCX joins no other phone to a call that lives.')),
    status,
  }
}

/** What an answer or a callback says of this call. @throws CarrierFault malformed */
export function eventOf(answer: Record<string, unknown>, dialect: Dialect, carrierCallId: string): LineEvent {
  const told = CallId.safeParse(pick(answer, dialect.answers.callId) ?? carrierCallId)
  const word = pick(answer, dialect.answers.status)
  if (!told.success || told.data !== carrierCallId || typeof word !== 'string')
    throw jiocxFault('malformed', { placed: 'unknown', cause: told.error })
  const { ours, word: shown } = statusOf(word, pick(answer, dialect.answers.message), dialect)
  // A word that nobody has mapped is no news: the call is known, and lives.
  return { carrierCallId, ...(ours ?? { status: 'initiated' }), said: { status: shown } }
}

const wholeSeconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
const refused = (message: string) => new CarrierFault('refused', message)
const unsupported = (message: string) => new CarrierFault('unsupported', message)
