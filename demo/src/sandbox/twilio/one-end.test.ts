import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Customer, withTwilio } from './customer.test-kit.ts'

const twilio = withTwilio()

const act = fc.constantFrom('hang-up', 'drop', 'answer', 'decline', 'completed', 'canceled', 'redirect', 'key', 'nothing')
const does = fc.constantFrom('answer', 'decline', 'busy', 'no-answer', 'fail', 'drop')

test('whatever phone and customer do, a call has one end, and all agree on it', async () => {
  const customer = (await Customer.open()).streamsBothWays()
  const call = async (how: string, acts: string[]) => {
    await twilio.script({ does: how, afterMs: 5, hangsUpAfterMs: 150 })
    const { body } = await twilio.place(customer, { Timeout: '1' })
    const sid = String(body.sid)
    for (const each of acts) {
      if (each === 'completed' || each === 'canceled') await twilio.rest(`/Calls/${sid}.json`, { Status: each })
      else if (each === 'redirect') await twilio.rest(`/Calls/${sid}.json`, { Twiml: '<Response><Pause length="1"/></Response>' })
      else if (each === 'nothing') await new Promise(setImmediate)
      // Before it is dialled there is no phone to act.
      else await twilio.post(`phones/calls/${sid}/act`, each === 'key' ? { digits: '1' } : { do: each })
    }
    const over = ['completed', 'busy', 'failed', 'no-answer', 'canceled']
    const ends = () =>
      customer.webhooks.filter(({ path, form }) => path === '/status' && form.CallSid === sid && over.includes(form.CallStatus ?? ''))
    const end = await customer.until(() => ends()[0])
    const shown = (await twilio.rest(`/Calls/${sid}.json`)).body.status
    expect([ends().length, shown]).toEqual([1, end.form.CallStatus])
    const sequence = customer.webhooks
      .filter(({ path, form }) => path === '/status' && form.CallSid === sid)
      .map(({ form }) => Number(form.SequenceNumber))
    expect(Math.max(...sequence)).toBe(Number(end.form.SequenceNumber))
    expect(new Set(sequence).size).toBe(sequence.length)
  }
  await fc.assert(fc.asyncProperty(does, fc.array(act, { maxLength: 6 }), call), { numRuns: 40 })
})
