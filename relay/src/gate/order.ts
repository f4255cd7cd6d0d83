import type { Captcha } from './captcha.ts'
import type { Decisions } from './decisions.ts'
import type { DoNotCall } from './do-not-call.ts'
import type { Facts, Finding } from './rule.ts'
import { callingHours } from './rules/calling-hours.ts'
import { captcha } from './rules/captcha.ts'
import { consent } from './rules/consent.ts'
import { country } from './rules/country.ts'
import { doNotCall } from './rules/do-not-call.ts'
import { numberType } from './rules/number-type.ts'
import { isZone, zonesOf } from './zones.ts'

/** What rules ask besides the facts. */
export interface House {
  readonly doNotCall: Pick<DoNotCall, 'listed'>
  readonly decisions: Pick<Decisions, 'captchaUsed'>
  /** Unset: no captcha is set up. */
  readonly captcha: Captcha | undefined
}

export interface Means extends House {
  readonly numberHash: string
  readonly hash: (text: string) => string
  /** The token was good, and is used up now. */
  readonly keepCaptcha: (hash: string) => void
}

export interface Step {
  readonly name: string
  judge(facts: Facts, means: Means): Finding | Promise<Finding>
}

/**
 * The order of the rules: the first that refuses is told. After the number was read, before anything is counted;
 * then `limits` and `spend`, which count and store in one go.
 */
export const BEFORE_COUNTING: readonly Step[] = [
  { name: 'number_type', judge: numberType },
  { name: 'country', judge: country },
  { name: 'consent', judge: consent },
  {
    name: 'do_not_call',
    judge: async ({ question }, { numberHash, doNotCall: list }) => doNotCall(await list.listed(question.organisationId, numberHash)),
  },
  { name: 'calling_hours', judge: async (facts) => callingHours({ ...facts, zones: await zonesFor(facts) }) },
  { name: 'captcha', judge: captcha },
]

async function zonesFor({ question, reading, alwaysRing }: Facts): Promise<string[]> {
  if (question.purpose === 'requested' || alwaysRing) return []
  if (question.timeZone !== undefined && isZone(question.timeZone)) return [question.timeZone]
  return zonesOf(reading)
}
