import { pino } from 'pino'
import { createLimits } from '../access/limits.ts'
import type { Agent } from '../agents/agents.ts'
import type { HouseNumber } from '../agents/house-number.ts'
import { Persona } from '../agents/persona.ts'
import { answering, scriptedEngine, world } from '../calls/fakes.test-kit.ts'
import type { Permit } from '../calls/ports.ts'
import type { Abilities, CallUrls, CarrierAccount, LineEvent, PlaceOrder } from '../carriers/carrier.ts'
import { twilio } from '../carriers/twilio/index.ts'
import { menu } from '../engines/menu/index.ts'
import { givePermit, voidPermit } from '../gate/permit.ts'
import type { GateAnswer, GateQuestion } from '../gate/question.ts'
import { createLines } from './lines.ts'
import type { RingOrder } from './outgoing.ts'
import type { SharedArrivals } from './shared-arrivals.ts'

/** Lines over a carrier that does what the test says, in a world whose clock the test owns. */

export const NUMBER: HouseNumber = {
  id: 'pn_1',
  organisationId: 'org',
  provider: 'twilio',
  phoneNumber: '+12025550199',
  config: {},
  active: true,
  agentId: 'demo',
  inboundAnswer: 'auto',
  allowedAddresses: [],
  secret: 'secret',
  fromEnvironment: false,
}
/** Where an agent answers what a carrier without sound brings. */
export const ANSWERING: HouseNumber = { ...NUMBER, id: 'pn_2', phoneNumber: '+12025550188' }
/** Hears and speaks sound alone. */
const LOUD = scriptedEngine('loud', () => undefined, { hears: 'audio', speaks: 'audio' })
export const CALLEE = '+12025550101'

interface FakeAccount extends CarrierAccount {
  readonly placed: PlaceOrder[]
  readonly hungUp: string[]
  placing: (order: PlaceOrder) => Promise<{ carrierCallId: string }>
  hangingUp: () => Promise<void>
  knows: (carrierCallId: string) => LineEvent | undefined
}

function fakeAccount(): FakeAccount {
  const account: FakeAccount = {
    placed: [],
    hungUp: [],
    placing: async () => ({ carrierCallId: 'CA1' }),
    hangingUp: async () => undefined,
    knows: () => undefined,
    async place(permit, order) {
      permit.redeem({ callId: order.callId, number: order.to })
      account.placed.push(order)
      return account.placing(order)
    },
    async hangUp(carrierCallId) {
      account.hungUp.push(carrierCallId)
      await account.hangingUp()
    },
    sendDigits: async () => undefined,
    transfer: async () => undefined,
    status: async (carrierCallId) => account.knows(carrierCallId),
  }
  return account
}

/** Several numbers at carriers of their own, in place of the one. */
export interface OtherCarriers {
  /** By the carrier's name. */
  numbers: readonly HouseNumber[]
  account: (number: HouseNumber) => CarrierAccount
  ready: (number: HouseNumber) => Promise<void>
}

export function phoneWorld(
  persona: Record<string, unknown> = {},
  able: Partial<Abilities> = {},
  other?: OtherCarriers,
  sharedArrivals?: SharedArrivals,
) {
  const house = world([answering('echo', (text) => `You said ${text}`), LOUD, menu()])
  const account = fakeAccount()
  const asked: GateQuestion[] = []
  const instead: GateQuestion[] = []
  const settled: { callId: string; durationMs: number }[] = []
  const gate = {
    refusal: undefined as Extract<GateAnswer, { allowed: false }> | undefined,
    /** As the gate reads what was typed. */
    reads: (typed: string) => typed,
    async ask(question: GateQuestion): Promise<GateAnswer> {
      asked.push(question)
      const number = gate.reads(question.number)
      const permit = givePermit({ callId: question.callId, number, decisionId: 'd' }, house.clock)
      return gate.refusal ?? { allowed: true, number, country: 'US', rule: 'requested', permit }
    },
    async instead(question: GateQuestion, failed: Permit): Promise<GateAnswer> {
      instead.push(question)
      voidPermit(failed)
      const permit = givePermit({ callId: question.callId, number: question.number, decisionId: `d${instead.length}` }, house.clock)
      return gate.refusal ?? { allowed: true, number: question.number, country: 'US', rule: 'other_carrier', permit }
    },
    async settle(callId: string, { durationMs }: { durationMs: number }) {
      settled.push({ callId, durationMs })
    },
  }
  const access = { limits: createLimits({ maxCalls: 1000 }) }
  /** Whom a menu may lead to. */
  const others: Agent[] = []
  const addresses = {
    of: (callId: string): CallUrls => ({ answer: `a/${callId}`, status: `s/${callId}`, recording: `r/${callId}`, machine: `m/${callId}` }),
  }
  const past = new Map<string, { over: boolean; phoneNumberId: string | undefined }>()
  const lines = createLines({
    carriers: {
      abilities: () => ({ ...twilio.abilities, ...able }),
      open: (number) => other?.account(number) ?? account,
      pollMs: () => 1000,
      ready: async (number) => other?.ready(number),
    },
    numbers: {
      find: async () => NUMBER,
      withSecret: async () => NUMBER,
      forCall: async ({ carrier, phoneNumberId }) =>
        other
          ? other.numbers.find(({ id, provider }) => (phoneNumberId === undefined ? provider === carrier : id === phoneNumberId))
          : NUMBER,
      forAnswer: async () => ANSWERING,
    },
    calls: house.calls,
    gate,
    log: house.log,
    urls: (callId) => addresses.of(callId),
    limits: { openCall: (call) => access.limits.openCall(call) },
    past: async (callId) => past.get(callId),
    sharedArrivals,
    agentOf: async (_, id) => others.find((each) => each.id === id),
    clock: house.clock,
    logger: pino({ level: 'silent' }),
  })
  const agent: Agent = {
    id: 'demo',
    organisationId: 'org',
    persona: Persona.parse({ name: 'Mira', greeting: 'Hello there.', disclosure: '', engine: 'echo', fallbacks: [], ...persona }),
    createdAt: new Date(0),
    updatedAt: new Date(0),
  }
  const order: RingOrder = {
    agent,
    number: CALLEE,
    purpose: 'requested',
    consent: true,
    asker: { kind: 'visitor', address: '10.0.0.1' },
    variables: {},
    details: {},
  }
  const said = (status: LineEvent['status'], more: Partial<LineEvent> = {}): LineEvent => ({
    carrierCallId: 'CA1',
    status,
    said: {},
    ...more,
  })
  return { ...house, access, account, addresses, agent, asked, gate, instead, lines, order, others, past, said, settled }
}
