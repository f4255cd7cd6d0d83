import { afterAll, it } from 'vitest'
import type { Abilities } from '../../../relay/src/carriers/carrier.ts'
import { CARRIER_TABLE } from '../../../relay/src/carriers/index.ts'
import { PhoneHouse } from '../phone-house.ts'
import type { CarrierEnd, StreamRecord } from '../phone-network.ts'
import type { Env } from '../relay-process.ts'

/** What only one carrier's tests know; everything else of them is the same for all. */
export interface Subject {
  /** As the reports name it: a carrier may bring calls in several ways. */
  readonly title: string
  /** Its name in the carriers' table. */
  readonly carrier: string
  readonly end: CarrierEnd
  /** The number of ours in the sandbox, and its id. */
  readonly ours: { readonly number: string; readonly id: string }
  /** Numbers to ring: these signs, then so many digits. */
  readonly numbers: { readonly prefix: string; readonly digits: number; readonly country: string }
  /** What an agent says to use it. */
  readonly phone: Readonly<Record<string, unknown>>
  readonly env?: Env
  /** Settings of the sandbox's carrier that bear a machine which others share. */
  readonly patience?: Readonly<Record<string, unknown>>
  /** How it tells a phone that was declined, or is not in service, where it knows no better. */
  readonly tells?: {
    readonly declined?: string
    readonly unserved?: string
    /** Calls that come in tell no number. */
    readonly noCaller?: true
    /** How a call ends whose socket could not be reached. */
    readonly unreached?: { status: string; endReason: string }
  }
  /** What it has not, and why; tests that want it are not run. */
  readonly lacks: Readonly<Partial<Record<Extra, string>>>
  /** Its streams held whole frames, and it had nothing to complain of. */
  wholeFrames?(streams: readonly StreamRecord[]): void
  /** What a request without proof looks like, each to be refused with 403. */
  forged(relayUrl: string, ids: { numberId: string; callId: string }): readonly { path: string; init: RequestInit }[]
}

/** What a carrier may have besides its abilities. */
export type Extra =
  /** A call can be taken back before it is answered. */
  | 'takes-back'
  /** It keeps calls in a queue before it rings. */
  | 'queues'
  /** Its callbacks have a token that is the same for the same event. */
  | 'tokens'
  /** It posts what it tells of calls, also of those whose placement it has not answered. */
  | 'callbacks'
  /** It tells by itself what becomes of a call, by callbacks or over the sound's socket. */
  | 'tells'
  /** It tells that a phone rings. */
  | 'tells-ringing'
  /** It can be asked how a call stands. */
  | 'asked'
  /** It says that it knows no such call, or that it is over, when it is told to hang up. */
  | 'refuses-updates'
  /** Its marks come back when the sound before them was played. */
  | 'marks'
  /** Its sound can be held against the words, wave by wave. */
  | 'waves'

type Need = Extra | keyof { [Name in keyof Abilities as Abilities[Name] extends boolean ? Name : never]: true }

const SAID: Readonly<Partial<Record<keyof Abilities, string>>> = {
  places: 'it rings no phone when asked',
  receives: 'it brings no calls in',
  streams: 'it brings no sound to us',
  hearsDigits: 'it tells no keys',
  hangsUp: 'no request of it hangs up',
  sendsDigits: 'it presses no keys',
  detectsMachines: 'it knows no machines',
  transfers: 'it joins no other phone to a call that lives',
}

/** Why the carrier has not what a test needs; undefined when it has. */
export function lack(subject: Subject, need: Need): string | undefined {
  if (isExtra(need)) return subject.lacks[need]
  const abilities = CARRIER_TABLE.find(({ name }) => name === subject.carrier)?.abilities
  if (!abilities) throw new Error(`no carrier of the table is named ${subject.carrier}`)
  return abilities[need] ? undefined : (SAID[need] ?? `it has not: ${need}`)
}

const EXTRAS: Readonly<Record<Extra, true>> = {
  'takes-back': true,
  queues: true,
  tokens: true,
  callbacks: true,
  tells: true,
  'tells-ringing': true,
  asked: true,
  'refuses-updates': true,
  marks: true,
  waves: true,
}
const isExtra = (need: Need): need is Extra => need in EXTRAS

/** Tests of one carrier: those that it cannot have are kept, to be said at the end. */
export function testsOf(subject: Subject) {
  const missing: string[] = []
  return {
    /** Runs the test when the carrier has all that it needs. */
    when(needs: readonly Need[], name: string, test: () => Promise<void>, timeoutMs?: number): void {
      const why = needs.flatMap((need) => lack(subject, need) ?? [])
      if (why.length === 0) it(name, test, timeoutMs)
      else missing.push(`${name}: ${[...new Set(why)].join('; ')}`)
    },
    /** At the end: what the carrier has not. */
    sayMissing(): void {
      afterAll(() => {
        console.log([`${subject.title} has not:`, ...(missing.length > 0 ? missing : ['nothing, it has all of it'])].join('\n  '))
      })
    },
  }
}

/** A house whose agent calls over this carrier, and is its number's own. */
export async function houseOf(subject: Subject, persona: Record<string, unknown>, env: Env = {}): Promise<PhoneHouse> {
  const { phone = {}, ...rest } = persona
  const wanted = { ...rest, callbackCountries: [subject.numbers.country], phone: { ...subject.phone, ...(phone as object) } }
  const house = await PhoneHouse.start(wanted, { ...subject.env, ...env }, subject.end)
  const linked = await house.admin.ask('PUT', `/api/phone-numbers/${subject.ours.id}`, { linkedAgentId: house.agentId })
  if (linked.status !== 200) throw new Error(`The number ${subject.ours.id} could not be linked: ${linked.status}`)
  if (subject.patience) await house.phones.settings(subject.patience)
  return house
}

/** A number for each test, so that they can run at once. */
export function numbersOf({ numbers: { digits, prefix } }: Subject, from = 1000): () => string {
  let used = 0
  return () => `${prefix}${String(from + used++).padStart(digits, '0')}`
}
