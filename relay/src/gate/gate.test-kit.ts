import { pino } from 'pino'
import { createKeyring, type Keyring } from '../access/encryption.ts'
import type { GuardedFetch } from '../access/guarded-fetch.ts'
import { TestClock } from '../clock.test-kit.ts'
import type { Store } from '../store/open.ts'
import { callbacks } from '../store/schema.ts'
import { createGate, type GateHouse, type GateSettings } from './index.ts'
import type { GateAnswer, GateQuestion } from './question.ts'

/** One key for every gate of a test: they share the house's keys in its store. */
export const keyring: Keyring = createKeyring({ current: Buffer.alloc(32, 9).toString('base64'), old: [] })

let made = 0
/** A name that no other test has: counts of one test never meet those of another. */
export const fresh = (what: string) => `${what}-${++made}`

/** A question that every rule lets pass: somebody on a page in New York asks to be called. */
export function question(over: Partial<GateQuestion> = {}): GateQuestion {
  return {
    callId: fresh('call'),
    number: '+12125550123',
    purpose: 'requested',
    consent: true,
    organisationId: 'org',
    agentId: 'agent',
    asker: { kind: 'visitor', address: '203.0.113.7', visitorId: 'visitor' },
    carrier: 'twilio',
    countries: ['US'],
    maxDurationMs: 600_000,
    ...over,
  }
}

/** A US number of its own for each place. */
export const numberAt = (place: number) => `+1212${String(2_340_000 + place)}`

const noFetch: GuardedFetch = () => Promise.reject(new Error('nothing should be asked'))

export function openGate(
  store: Store,
  more: { settings?: Partial<GateSettings>; fetch?: GuardedFetch; clock?: TestClock } = {},
): GateHouse & { clock: TestClock } {
  const clock = more.clock ?? new TestClock()
  const gate = createGate({
    store,
    keyring,
    clock,
    logger: pino({ level: 'silent' }),
    settings: { alwaysRing: [], ...more.settings },
    fetch: more.fetch ?? noFetch,
  })
  return { ...gate, clock }
}

/** Asks for a call that is to come in a day; kept as the relay keeps it, without what was asked for. */
export const wish = (gate: GateHouse & { clock: TestClock }, asked: GateQuestion) =>
  gate.later(asked, async (tx, by) => {
    await tx.insert(callbacks).values({
      callId: asked.callId,
      organisationId: asked.organisationId,
      agentId: asked.agentId,
      sessionId: 's',
      runAt: new Date(gate.clock.nowMs() + 24 * 3_600_000),
      state: 'waiting',
      numberHash: by.number,
      askerHash: by.asker,
      addressHash: by.address,
      createdAt: new Date(gate.clock.nowMs()),
    })
  })

export function allowed(answer: GateAnswer): Extract<GateAnswer, { allowed: true }> {
  if (!answer.allowed) throw new Error(`refused by ${answer.rule}: ${answer.message}`)
  return answer
}

export function refusal(answer: GateAnswer): Extract<GateAnswer, { allowed: false }> {
  if (answer.allowed) throw new Error(`allowed by ${answer.rule}`)
  return answer
}
