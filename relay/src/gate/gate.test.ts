import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { gateDecisions } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { allowed, fresh, numberAt, openGate, question, refusal } from './gate.test-kit.ts'

eachStore('the gate', (room) => {
  const rowsOf = (callId: string) => room.store.db.select().from(gateDecisions).where(eq(gateDecisions.callId, callId))

  describe('a question that every rule lets pass', () => {
    it('gets a permit for exactly this call and number', async () => {
      const gate = openGate(room.store)
      const asked = question({ number: '(212) 555-0123' })
      const answer = allowed(await gate.ask(asked))
      expect(answer).toMatchObject({ number: '+12125550123', country: 'US', rule: 'requested' })
      expect(answer.permit).toMatchObject({ callId: asked.callId, number: '+12125550123' })
      expect(() => answer.permit.redeem(answer.permit)).not.toThrow()
      expect(() => answer.permit.redeem(answer.permit)).toThrow('may not be placed')
    })

    it('is stored with what the rules looked at, and without the number, the address or the visitor', async () => {
      const gate = openGate(room.store)
      const asked = question({ number: numberAt(1), asker: { kind: 'visitor', address: '198.51.100.77', visitorId: 'somebody-known' } })
      const { permit } = allowed(await gate.ask(asked))
      const [row] = await rowsOf(asked.callId)
      expect(row).toMatchObject({ id: permit.decisionId, allowed: true, rule: 'requested', organisationId: 'org', amountMicros: 300_000 })
      expect(Object.keys(row?.inputs ?? {})).toEqual(
        expect.arrayContaining(['number_type', 'country', 'consent', 'do_not_call', 'calling_hours', 'captcha', 'limits', 'spend']),
      )
      const text = JSON.stringify(row)
      for (const plain of [numberAt(1), numberAt(1).slice(2), '198.51.100.77', 'somebody-known']) expect(text).not.toContain(plain)
      expect(row?.numberMasked).toBe('+121••••••01')
    })
  })

  describe('every rule refuses by its own name, in order', () => {
    const operator = { kind: 'operator', id: 'u1' } as const
    it.each([
      ['number_valid', 'invalid_phone_number', { number: '+1234567890', consent: false, countries: ['FR'] }],
      ['number_valid', 'invalid_phone_number', { number: 'call +1 212 555 0123 now' }],
      ['number_type', 'number_blocked', { number: '+19005551234', consent: false, countries: ['FR'] }],
      ['country', 'country_blocked', { number: '+12125550123', consent: false, countries: ['FR'] }],
      ['consent', 'consent_required', { number: '+12125550123', consent: false, purpose: 'marketing' }],
      // It is Saturday, one in the morning.
      ['calling_hours', 'outside_calling_hours', { number: '+493012345678', countries: ['DE'], purpose: 'marketing', asker: operator }],
      ['spend_number_day', 'spend_limit', { number: numberAt(70), maxDurationMs: 4 * 24 * 3_600_000 }],
    ] as const)('%s', async (rule, code, over) => {
      const gate = openGate(room.store)
      const asked = question({ ...over, callId: fresh('refused') })
      const answer = refusal(await gate.ask(asked))
      expect(answer).toMatchObject({ rule, code })
      expect(answer.message.length).toBeGreaterThan(20)
      const [row, ...more] = await rowsOf(asked.callId)
      expect(more).toEqual([])
      expect(row).toMatchObject({ rule, allowed: false, amountMicros: 0 })
    })

    it('do_not_call: the organisation’s list binds it alone, the house’s binds everybody, until its day', async () => {
      const gate = openGate(room.store)
      const of = (organisationId: string, number: string) => gate.ask(question({ organisationId, number, agentId: fresh('agent') }))
      await gate.doNotCall.add('org', { e164: numberAt(10) })
      expect(refusal(await of('org', numberAt(10)))).toMatchObject({ rule: 'do_not_call', code: 'number_blocked' })
      allowed(await of('other', numberAt(10)))
      await gate.doNotCall.add(undefined, { e164: numberAt(11), until: new Date(gate.clock.nowMs() + 1000) })
      expect(refusal(await of('other', numberAt(11))).rule).toBe('do_not_call')
      await gate.clock.advance(1000)
      allowed(await of('other', numberAt(11)))
      expect(await gate.doNotCall.remove('other', { e164: numberAt(10) })).toBe(false)
      expect(await gate.doNotCall.remove('org', { e164: numberAt(10) })).toBe(true)
      allowed(await of('org', numberAt(10)))
    })
  })

  it('says which countries may be called: the agent’s, else the organisation’s, else the house’s', async () => {
    const gate = openGate(room.store, { settings: { countries: ['NZ'] } })
    expect(await gate.countriesFor('other', ['FR'])).toEqual(['FR'])
    expect(await gate.countriesFor('other', [])).toEqual(['NZ'])
    await gate.ruleBook.patch('other', { countries: ['IN'] })
    expect(await gate.countriesFor('other', [])).toEqual(['IN'])
    await gate.ruleBook.patch('other', { countries: null })
  })
})
