import { type CarrierAccount, CarrierFault } from '../carrier.ts'
import { createFaultWords } from '../faults.ts'
import type { Rest } from '../rest.ts'
import { eventOf, Told } from './words.ts'

export const words = createFaultWords({ carrier: 'The tin can', statuses: { 409: 'unreachable_number' }, messages: {} })

/** What it does not know, it does not hold. */
function overAlready(error: unknown): undefined {
  if (!(error instanceof CarrierFault && error.code === 'not_found')) throw error
}

/** Pulls the string. */
export function createTincanAccount(ask: Rest): CarrierAccount {
  const told = (answer: unknown) => {
    const read = Told.safeParse(answer)
    if (!read.success) throw words.fault('malformed', { placed: 'unknown' })
    return read.data
  }
  const unsupported = () => Promise.reject(words.fault('unsupported'))
  return {
    async place(permit, { callId, from, to, urls: { status, stream } }, signal) {
      permit.redeem({ callId, number: to })
      const { call } = told(await ask({ method: 'POST', path: '/calls', body: { from, to, status, sound: stream }, signal }))
      return { carrierCallId: call }
    },
    async hangUp(call) {
      await ask({ method: 'POST', path: `/calls/${call}/end`, body: {} }).catch(overAlready)
    },
    sendDigits: unsupported,
    transfer: unsupported,
    async status(call) {
      const answer = await ask({ method: 'GET', path: `/calls/${call}` }).catch(overAlready)
      return answer && eventOf(told(answer))
    },
  }
}
