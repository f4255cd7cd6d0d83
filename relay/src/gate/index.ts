import type { Keyring } from '../access/encryption.ts'
import type { GuardedFetch } from '../access/guarded-fetch.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import type { Jobs } from '../store/jobs/index.ts'
import type { Store } from '../store/open.ts'
import { createCaptcha } from './captcha.ts'
import { createCounting } from './counting.ts'
import { createDecisions, type Decisions } from './decisions.ts'
import { createDoNotCall, type DoNotCall } from './do-not-call.ts'
import { buildGate, type HouseGate } from './gate.ts'
import { createRuleBook, type RuleBook } from './rule-book.ts'
import { tidyDaily } from './tidy.ts'
import { createWishes } from './wishes.ts'

export type { HouseGate } from './gate.ts'
export { isPermit, NoPermit } from './permit.ts'

export interface GateSettings {
  /** Numbers that may be rung wherever and whenever, at no cost: the demo's sandbox. E.164. */
  readonly alwaysRing: readonly string[]
  readonly captcha?: { readonly url: string; readonly secret: string }
  /** CALLBACK_COUNTRIES: for agents and organisations that list none. */
  readonly countries?: readonly string[]
  /** DAILY_SPEND_LIMIT: what all calls of a day may cost together. Unset: only the organisations' ceilings. */
  readonly dailySpendLimit?: number
}

/** The gate with the rooms that its HTTP side shows. */
export interface GateHouse extends HouseGate {
  readonly doNotCall: DoNotCall
  readonly ruleBook: RuleBook
  readonly decisions: Decisions
  /** Answers that are too old go once a day. Call it before the jobs start. */
  tidyDaily(jobs: Pick<Jobs, 'add' | 'handle'>): Promise<void>
}

/** Before every dial: may this number be rung? `fetch` reaches the captcha's service. */
export function createGate(o: {
  store: Store
  keyring: Keyring
  clock: Clock
  logger: Logger
  settings: GateSettings
  fetch: GuardedFetch
}): GateHouse {
  const { store, keyring, clock, logger, settings, fetch } = o
  const doNotCall = createDoNotCall({ store, keyring, clock })
  const counting = createCounting(store.db)
  const decisions = createDecisions({ store, counting })
  const wishes = createWishes({ store, counting, add: decisions.add })
  const ruleBook = createRuleBook({ store, clock })
  const gate = buildGate({
    house: () => openHouseKeys(store, keyring),
    decisions,
    wishes,
    ruleBook,
    means: { doNotCall, decisions, captcha: settings.captcha && createCaptcha({ ...settings.captcha, fetch, logger }) },
    clock,
    logger,
    alwaysRing: new Set(settings.alwaysRing),
    houseCountries: settings.countries ?? HOUSE_COUNTRIES,
    houseDailyMicros: settings.dailySpendLimit === undefined ? undefined : Math.round(settings.dailySpendLimit * 1_000_000),
  })
  return { ...gate, doNotCall, ruleBook, decisions, tidyDaily: (jobs) => tidyDaily({ jobs, decisions, wishes, clock }) }
}

/** Where calls are cheap and fraud is rare. */
const HOUSE_COUNTRIES = ['US', 'CA', 'GB', 'IE', 'AU', 'NZ', 'IN', 'DE', 'FR'] as const
