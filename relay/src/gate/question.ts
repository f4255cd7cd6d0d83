import type { Permit } from '../calls/ports.ts'
import type { ProblemCode } from '../protocol/index.ts'

/** May this number be rung, now, for this purpose? Asked before every dial; there is no other way to a carrier's `place`. */

/** `requested`: somebody has just asked to be called. `service`: about something they have. `marketing`: anything else. */
export type Purpose = 'requested' | 'service' | 'marketing'

export interface GateQuestion {
  readonly callId: string
  /** As given: E.164 or national with `country`. The answer has it in E.164. */
  readonly number: string
  readonly purpose: Purpose
  readonly consent: boolean
  readonly organisationId: string
  readonly agentId: string
  /** Who asks: a visitor of a page, or somebody with an API key or a session. */
  readonly asker:
    | { readonly kind: 'visitor'; readonly address: string; readonly visitorId?: string }
    | { readonly kind: 'operator'; readonly id: string }
  readonly carrier: string
  /** The agent's own list; empty: the house's cautious default. ISO 3166 alpha-2. */
  readonly countries: readonly string[]
  /** What the call may cost at most, for the ceilings: the longest it may last. */
  readonly maxDurationMs: number
  /** A person's own token from the captcha, where one is set up. */
  readonly captchaToken?: string
  /** The captcha was passed when this call was asked for, to be made later. Only ever said by the relay itself. */
  readonly captchaPassed?: true
  /** The agent's owner named this phone, for callers to be joined with: no stranger chose it. Only ever said by the relay itself. */
  readonly namedByOwner?: true
  /** Where the contact is known to be (IANA): wins over what the number tells. */
  readonly timeZone?: string
  readonly contactId?: string
}

export type GateAnswer =
  | { readonly allowed: true; readonly number: string; readonly country: string; readonly rule: string; readonly permit: Permit }
  | {
      readonly allowed: false
      /** The stable name of the rule that refused. */
      readonly rule: string
      /** The contract's code: invalid_phone_number, number_blocked, country_blocked, outside_calling_hours, spend_limit, captcha_required, consent_required, rate_limited. */
      readonly code: ProblemCode
      /** For the page: why, and what to do instead. */
      readonly message: string
      readonly retryAfterMs?: number
    }

export interface Gate {
  /** Every answer is stored with its rule and inputs before it is given. */
  ask(question: GateQuestion): Promise<GateAnswer>
  /**
   * May the same number be rung for the same call over another carrier, now that the ring of `failed` clearly did not happen? All rules are asked again
   * but for the captcha, which was passed, and how often calls are allowed: this wish is counted. `failed` is good for nothing from here on.
   * @throws Error when `failed` is not this call's, or was replaced before
   */
  instead(question: GateQuestion, failed: Permit): Promise<GateAnswer>
  /** The call is over: what it really cost takes the place of what was set aside. `durationMs` 0 when nobody answered. */
  settle(callId: string, used: { durationMs: number; amount?: number }): Promise<void>
}
