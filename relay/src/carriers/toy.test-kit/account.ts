import type { CarrierAccount } from '../carrier.ts'
import { createFaultWords } from '../faults.ts'
import type { Rest } from '../rest.ts'
import { eventOf, Told } from './words.ts'

export const words = createFaultWords({ carrier: 'The tin can', statuses: { 409: 'unreachable_number' }, messages: {} })

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
      if (permit.number !== to || permit.callId !== callId) throw words.fault('refused')
      permit.redeem()
      const { call } = told(await ask({ method: 'POST', path: '/calls', body: { from, to, status, sound: stream }, signal }))
      return { carrierCallId: call }
    },
    async hangUp(call) {
      await ask({ method: 'POST', path: `/calls/${call}/end`, body: {} })
    },
    sendDigits: unsupported,
    transfer: unsupported,
    status: async (call) => eventOf(told(await ask({ method: 'GET', path: `/calls/${call}` }))),
  }
}
