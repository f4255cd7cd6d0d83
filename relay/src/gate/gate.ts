import { limitKey } from '../access/client-address.ts'
import type { HouseKeys } from '../access/house-keys.ts'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { Keys } from './counting.ts'
import type { Decision, Decisions } from './decisions.ts'
import { newDecisionId } from './decisions.ts'
import type { House, Step } from './order.ts'
import { BEFORE_COUNTING } from './order.ts'
import { givePermit, voidPermit } from './permit.ts'
import type { Gate, GateAnswer, GateQuestion } from './question.ts'
import { maskNumber, readNumber } from './reading.ts'
import { type Facts, type Refused, refused } from './rule.ts'
import type { RuleBook } from './rule-book.ts'
import { countriesFor } from './rules/country.ts'
import { allowancesFor, limits } from './rules/limits.ts'
import { ceilingsFor, costMicros, perMinuteMicros, spend } from './rules/spend.ts'
import type { KeepWish, Wishes } from './wishes.ts'

/** What a dry run tells: the answer without a permit, and what the rules looked at. */
export type Checked =
  | { allowed: true; rule: string; number: string; country: string; inputs: Record<string, unknown> }
  | (Omit<Extract<GateAnswer, { allowed: false }>, 'allowed'> & { allowed: false; inputs: Record<string, unknown> })

export interface HouseGate extends Gate {
  /** The answer that `ask` would give now, but for the captcha; nothing is set aside, counted or permitted. */
  check(question: GateQuestion): Promise<Checked>
  /**
   * May this call be asked for now, to be made later? Nothing is permitted: `ask` is asked again at its time. The captcha's token is taken, and the wish
   * is counted among wishes and, with a yes, kept, all or nothing.
   */
  later(question: GateQuestion, keep: KeepWish): Promise<Checked>
  /** Which countries may be called for an agent: its own list, else its organisation's, else the house's. */
  countriesFor(organisationId: string, agentCountries: readonly string[]): Promise<readonly string[]>
}

export interface GateRooms {
  readonly house: () => Promise<HouseKeys>
  readonly decisions: Decisions
  readonly wishes: Wishes
  readonly ruleBook: RuleBook
  readonly means: House
  readonly clock: Clock
  readonly logger: Logger
  readonly alwaysRing: ReadonlySet<string>
  readonly houseCountries: readonly string[]
  readonly houseDailyMicros: number | undefined
}

/** The rules have spoken as far as nothing has to be counted for them. */
interface Heard {
  readonly base: Omit<Decision, 'rule' | 'allowed' | 'amountMicros' | 'inputs' | 'perMinuteMicros'>
  readonly inputs: Record<string, unknown>
  readonly keys: Keys
  /** Undefined with a number that is none. */
  readonly facts: Facts | undefined
  readonly refusal: Refused | undefined
}

export function buildGate(rooms: GateRooms): HouseGate {
  const { clock, decisions, logger, wishes } = rooms

  async function hear(question: GateQuestion, steps: readonly Step[]): Promise<Heard> {
    const nowMs = clock.nowMs()
    const rules = await rooms.ruleBook.of(question.organisationId)
    const { numberHash: hash } = await rooms.house()
    const [home] = countriesFor(question.countries, rules.countries, rooms.houseCountries)
    const reading = readNumber(question.number, home)
    const { asker } = question
    const askerId = asker.kind === 'operator' ? asker.id : asker.visitorId
    const keys: Keys = {
      number: reading ? hash(reading.e164) : '',
      asker: askerId === undefined ? null : hash(`${asker.kind}:${askerId}`),
      address: asker.kind === 'visitor' ? hash(`address:${limitKey(asker.address)}`) : null,
      agent: question.agentId,
      organisation: question.organisationId,
    }
    const base = {
      id: newDecisionId(),
      organisationId: question.organisationId,
      agentId: question.agentId,
      callId: question.callId,
      at: new Date(nowMs),
      purpose: question.purpose,
      carrier: question.carrier,
      numberHash: reading ? keys.number : null,
      numberMasked: maskNumber(reading?.e164 ?? question.number),
      asker: asker.kind,
      askerHash: keys.asker,
      addressHash: keys.address,
    }
    const inputs: Record<string, unknown> = { carrier: question.carrier, contactId: question.contactId ?? null }
    if (!reading) {
      const message = 'This is not a phone number that can be called. Give it with its country code, such as +1 202 555 0123.'
      return { base, inputs, keys, facts: undefined, refusal: refused('number_valid', 'invalid_phone_number', message) }
    }
    const alwaysRing = rooms.alwaysRing.has(reading.e164)
    const facts: Facts = { question, nowMs, rules, reading, alwaysRing, houseCountries: rooms.houseCountries }
    let captchaHash: string | undefined
    for (const { name, judge } of steps) {
      const finding = await judge(facts, { ...rooms.means, hash, numberHash: keys.number, keepCaptcha: (kept) => (captchaHash = kept) })
      inputs[name] = finding.inputs ?? {}
      if (!finding.ok) return { base: { ...base, ...kept() }, inputs, keys, facts, refusal: finding }
    }
    return { base: { ...base, ...kept() }, inputs, keys, facts, refusal: undefined }

    function kept() {
      return captchaHash === undefined ? {} : { captchaHash }
    }
  }

  /** What is counted for these facts, and how the last two rules judge the count. */
  function reckon(facts: Facts) {
    const allowances = allowancesFor(facts)
    const { question, rules, reading, alwaysRing } = facts
    // The sandbox's calls cost nothing.
    const perMinute = alwaysRing ? 0 : perMinuteMicros(rules, question.carrier, reading.e164)
    const needMicros = perMinute === undefined ? undefined : costMicros(perMinute, question.maxDurationMs)
    const ceilings = needMicros === 0 ? [] : ceilingsFor(facts, rooms.houseDailyMicros)
    return { allowances, ceilings, perMinute: perMinute ?? 0, needMicros: needMicros ?? 0, judge, judgeSpend }

    function judgeSpend(spentMicros: readonly number[], inputs: Record<string, unknown>) {
      const dear = spend(facts, needMicros, ceilings, spentMicros)
      inputs.spend = dear.inputs ?? {}
      return dear.ok ? undefined : dear
    }

    function judge(tally: { fullSince: readonly (number | undefined)[]; spentMicros: readonly number[] }, inputs: Record<string, unknown>) {
      const often = limits(facts, allowances, tally.fullSince)
      inputs.limits = often.inputs ?? {}
      return often.ok ? judgeSpend(tally.spentMicros, inputs) : often
    }
  }

  async function refuse(heard: Heard, refusal: Refused): Promise<Extract<GateAnswer, { allowed: false }>> {
    const { base, inputs } = heard
    await decisions.add({ ...base, rule: refusal.rule, allowed: false, inputs, amountMicros: 0, perMinuteMicros: 0 })
    return tell(base, refusal)
  }

  function tell(base: Heard['base'], { rule, code, message, retryAfterMs }: Refused): Extract<GateAnswer, { allowed: false }> {
    logger.info({ callId: base.callId, decisionId: base.id, rule }, 'a call was refused')
    return { allowed: false, rule, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }

  function permitted({ question, reading }: Facts, rule: string, decisionId: string): Extract<GateAnswer, { allowed: true }> {
    const number = reading.e164
    const permit = givePermit({ callId: question.callId, number, decisionId }, clock)
    return { allowed: true, number, country: reading.country ?? '', rule, permit }
  }

  return {
    async ask(question) {
      const heard = await hear(question, BEFORE_COUNTING)
      const { base, facts, keys, inputs } = heard
      if (heard.refusal || !facts) return refuse(heard, heard.refusal ?? NOTHING_READ)
      const { judge, allowances, ceilings, perMinute, needMicros } = reckon(facts)
      let refusal: Refused | undefined
      const rule = nameOf(facts)
      try {
        await decisions.decide({ keys, nowMs: facts.nowMs, allowances, ceilings }, (tally) => {
          refusal = judge(tally, inputs)
          const allowed = refusal === undefined
          const [amountMicros, perMinuteMicros] = allowed ? [needMicros, perMinute] : [0, 0]
          return { ...base, rule: refusal?.rule ?? rule, allowed, inputs, amountMicros, perMinuteMicros }
        })
      } catch (error) {
        if (!isTakenTwice(error)) throw error
        // The same token in two questions at once: one of them came first.
        const { captchaHash: _, ...again } = base
        return refuse({ ...heard, base: again }, TOKEN_USED)
      }
      if (refusal) return tell(base, refusal)
      return permitted(facts, rule, base.id)
    },
    async instead(question, failed) {
      voidPermit(failed)
      const heard = await hear({ ...question, captchaPassed: true }, BEFORE_COUNTING)
      const { facts, keys, inputs } = heard
      if (heard.refusal || !facts) return refuse(heard, heard.refusal ?? NOTHING_READ)
      const { ceilings, judgeSpend, needMicros, perMinute } = reckon(facts)
      const base = { ...heard.base, insteadOf: failed.decisionId }
      let refusal: Refused | undefined
      await decisions.replace(
        { keys, nowMs: facts.nowMs, ceilings, failed: { id: failed.decisionId, callId: question.callId } },
        (tally) => {
          refusal = judgeSpend(tally.spentMicros, inputs)
          const allowed = refusal === undefined
          const [amountMicros, perMinuteMicros] = allowed ? [needMicros, perMinute] : [0, 0]
          return { ...base, rule: refusal?.rule ?? OTHER_CARRIER, allowed, inputs, amountMicros, perMinuteMicros }
        },
      )
      return refusal ? tell(base, refusal) : permitted(facts, OTHER_CARRIER, base.id)
    },
    async check(question) {
      const heard = await hear(
        question,
        BEFORE_COUNTING.filter(({ name }) => name !== 'captcha'),
      )
      const { facts, inputs, keys, base } = heard
      let refusal = heard.refusal ?? (facts ? undefined : NOTHING_READ)
      if (facts && !refusal) {
        const { judge, allowances, ceilings } = reckon(facts)
        refusal = judge(await decisions.tally({ keys, nowMs: facts.nowMs, allowances, ceilings }), inputs)
      }
      if (refusal || !facts) return { ...tell(base, refusal ?? NOTHING_READ), inputs }
      return passes(facts, inputs)
    },
    async later(question, keep) {
      const heard = await hear(question, BEFORE_COUNTING)
      const { base, facts, inputs, keys } = heard
      if (heard.refusal || !facts) return { ...(await refuse(heard, heard.refusal ?? NOTHING_READ)), inputs }
      const { allowances, ceilings, judge } = reckon(facts)
      const { nowMs } = facts
      try {
        // Where calls have no room now, wishes have none.
        let refusal = judge(await decisions.tally({ keys, nowMs, allowances, ceilings }), inputs)
        if (refusal) return { ...(await refuse(heard, refusal)), inputs }
        await wishes.take(
          { keys, nowMs, allowances },
          (fullSince) => {
            const often = limits(facts, allowances, fullSince)
            refusal = often.ok ? undefined : often
            // Nothing rings, so it is no answer that calls are counted by.
            return { ...base, rule: refusal?.rule ?? 'later', allowed: false, inputs, amountMicros: 0, perMinuteMicros: 0 }
          },
          keep,
        )
        return refusal ? { ...tell(base, refusal), inputs } : passes(facts, inputs)
      } catch (error) {
        if (!isTakenTwice(error)) throw error
        const { captchaHash: _, ...again } = base
        return { ...(await refuse({ ...heard, base: again }, TOKEN_USED)), inputs }
      }
    },
    async countriesFor(organisationId, agentCountries) {
      if (agentCountries.length > 0) return agentCountries
      return countriesFor((await rooms.ruleBook.of(organisationId)).countries, rooms.houseCountries)
    },
    settle: (callId, { durationMs, amount }) =>
      decisions.settle(
        callId,
        // Carriers write what they took as a negative sum.
        { durationMs, ...(amount === undefined ? {} : { amountMicros: Math.round(Math.abs(amount) * 1_000_000) }) },
        new Date(clock.nowMs()),
      ),
  }
}

const passes = (facts: Facts, inputs: Record<string, unknown>): Checked => ({
  allowed: true,
  rule: nameOf(facts),
  number: facts.reading.e164,
  country: facts.reading.country ?? '',
  inputs,
})

const nameOf = ({ alwaysRing, question }: Facts) => (alwaysRing ? 'sandbox' : question.purpose)

/** The rule of an answer that takes the place of one whose phone did not ring. */
const OTHER_CARRIER = 'other_carrier'
const NOTHING_READ = refused('number_valid', 'invalid_phone_number', 'This is not a phone number that can be called.')
const TOKEN_USED = refused('captcha', 'captcha_required', 'Prove once more that you are a person: this proof was used before.')

function isTakenTwice(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '23505'
}
