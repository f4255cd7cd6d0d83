import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { createCallBook } from '../calls/log/call-book.ts'
import { createCallLog } from '../calls/log/call-log.ts'
import { keyring, numberAt, openGate } from '../gate/gate.test-kit.ts'
import { Problem } from '../protocol/index.ts'
import { callbacks as table } from '../store/schema.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { type CallbackRequest, createCallbacks } from './callbacks.ts'
import { phoneWorld } from './lines.test-kit.ts'

/** Calls that are made later: by whom, and how long what was asked for is kept. */

const HOUR = 3_600_000
let numbers = 500

eachStore('a call that was asked for ahead', (room) => {
  function setUp() {
    const world = phoneWorld()
    const gate = openGate(room.store, { clock: world.clock })
    const jobs: { callId: string }[] = []
    let run: ((payload: unknown) => Promise<void>) | undefined
    let leaving = false
    const callbacks = createCallbacks({
      store: room.store,
      keyring,
      jobs: {
        add: async (_, payload) => void jobs.push(payload as { callId: string }),
        handle: (_, handler) => {
          run = (payload) => handler(payload, new AbortController().signal)
        },
        start: () => undefined,
        stop: async () => undefined,
      },
      agents: { get: async () => world.agent } as unknown as Parameters<typeof createCallbacks>[0]['agents'],
      lines: world.lines,
      gate,
      calls: world.calls,
      stored: async () => undefined,
      draining: () => leaving,
      clock: world.clock,
      logger: pino({ level: 'silent' }),
    })
    const request = (): CallbackRequest => ({
      number: numberAt(++numbers),
      consent: true,
      asker: { kind: 'visitor', address: `10.2.0.${numbers % 250}` },
      sessionId: 's',
      variables: { name: 'Rukmini' },
      details: {},
    })
    return {
      ...{ callbacks, jobs, world },
      later: () => callbacks.ask(world.agent, request(), world.clock.nowMs() + HOUR),
      due: () => run?.(jobs.at(-1)) ?? Promise.reject(new Error('nobody handles it')),
      leave: (leaves: boolean) => {
        leaving = leaves
      },
      row: async (callId: string) => (await room.store.db.select().from(table).where(eq(table.callId, callId)))[0],
    }
  }

  it('is left to another relay by one that leaves, and made then', async () => {
    const { callbacks, due, later, leave, row, world } = setUp()
    const { callId } = await later()
    leave(true)
    await expect(due()).rejects.toThrow('leaves')
    expect(await callbacks.view(callId)).toEqual({ callId, status: 'initiated' })
    expect([await row(callId), world.account.placed]).toMatchObject([{ state: 'waiting', request: expect.anything() }, []])
    leave(false)
    await due()
    await world.clock.advance(0)
    expect([await row(callId), world.account.placed.length]).toMatchObject([{ state: 'begun', request: null }, 1])
  })

  it('waits again where its relay begins to leave before anybody was rung', async () => {
    const { due, later, leave, row, world } = setUp()
    const { callId } = await later()
    const { ask } = world.gate
    world.gate.ask = async () => {
      leave(true)
      throw new Problem('provider_unavailable', 'The relay is restarting.')
    }
    await expect(due()).rejects.toThrow('leaves')
    expect(await row(callId)).toMatchObject({ state: 'waiting', request: expect.anything() })
    world.gate.ask = ask
    leave(false)
    await due()
    await world.clock.advance(0)
    expect(world.account.placed.length).toBe(1)
  })

  it('that was canceled, or refused at its time, keeps nothing of what was asked for', async () => {
    const { callbacks, due, later, row, world } = setUp()
    const canceled = await later()
    await callbacks.cancel(canceled.callId)
    expect(await row(canceled.callId)).toMatchObject({ state: 'canceled', request: null })
    await due()
    const refused = await later()
    world.gate.refusal = { allowed: false, rule: 'do_not_call', code: 'number_blocked', message: 'no' }
    await due()
    expect(await row(refused.callId)).toMatchObject({ state: 'refused', request: null })
    expect(world.account.placed).toEqual([])
  })

  it('goes with the call’s erasure', async () => {
    const { due, later, row } = setUp()
    const { callId } = await later()
    await due()
    const { organisationId } = (await row(callId)) ?? { organisationId: '' }
    const log = createCallLog({ store: room.store, keyring, clock: setUp().world.clock, owner: 'relay', logger: pino({ level: 'silent' }) })
    await log.open({
      id: callId,
      organisationId,
      agentId: 'demo',
      sessionId: 's',
      startedAtMs: 0,
      kind: 'phone',
      direction: 'outbound',
      details: {},
    })
    await log.close(callId, { status: 'completed', endReason: 'callee', at: 1 })
    await log.stop()
    expect(await createCallBook({ store: room.store, keyring }).erase('other', callId)).toBe(false)
    expect(await row(callId)).toBeDefined()
    expect(await createCallBook({ store: room.store, keyring }).erase(organisationId, callId)).toBe(true)
    expect(await row(callId)).toBeUndefined()
  })
})
