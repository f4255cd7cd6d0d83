import { z } from 'zod'
import { mergePatch } from '../agents/merge-patch.ts'
import { DEFAULT_HOURS } from './default-hours.ts'
import { DEFAULT_PRICES } from './default-prices.ts'

/** What an organisation may set of the gate: one document, every field with a cautious default in code. */

const Country = z.string().regex(/^[A-Z]{2}$/, 'must be a country such as US')
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const time = (last: RegExp) => z.string().regex(last, 'must be a time such as 09:30')

/** Open from the first minute, up to but not including the last. */
export const Window = z
  .strictObject({
    days: z.array(z.enum(DAYS)).min(1).max(7),
    from: time(/^([01]\d|2[0-3]):[0-5]\d$/),
    to: time(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
  })
  .refine(({ from, to }) => from < to, 'must end after it begins')
export type Window = z.infer<typeof Window>

/** An empty list of windows: never. A purpose left out: as in the wider place. */
export const PlaceHours = z.strictObject({
  service: z.array(Window).max(21).optional(),
  marketing: z.array(Window).max(21).optional(),
  /** `12-25` every year, `2027-03-29` once: nobody is rung for marketing. */
  closedDays: z
    .array(z.string().regex(/^(\d{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a day such as 12-25 or 2027-03-29'))
    .max(200)
    .optional(),
})

/** A country, the beginning of a number, or `*` for everywhere. The longest beginning counts, then the country. */
const Place = z.string().regex(/^([A-Z]{2}|\+[1-9]\d{0,14}|\*)$/, 'must be a country (US), the beginning of a number (+1207) or *')

const Limit = z.strictObject({
  perHour: z.int().min(0).max(100_000).optional(),
  perDay: z.int().min(0).max(1_000_000).optional(),
  perMonth: z.int().min(0).max(10_000_000).optional(),
})
export type Limit = z.infer<typeof Limit>

const Money = z.number().min(0).max(1_000_000)
const Ceiling = z.strictObject({ perDay: Money, perMonth: Money })

export const LIMITED = [
  'number',
  'person',
  'marketingNumber',
  'visitor',
  'address',
  'operator',
  'agent',
  'agentVisitors',
  'organisation',
  'sandboxNumber',
  'sandboxAsker',
  'sandboxAddress',
] as const
export type Limited = (typeof LIMITED)[number]

export const CallingRules = z.strictObject({
  /** For agents that list none; empty: the house's. */
  countries: z.array(Country).max(250),
  /** Which purposes want the callee's word first. */
  consent: z.strictObject({ requested: z.boolean(), service: z.boolean(), marketing: z.boolean() }),
  hours: z.record(Place, PlaceHours),
  limits: z.strictObject(Object.fromEntries(LIMITED.map((name) => [name, Limit])) as Record<Limited, typeof Limit>),
  ceilings: z.strictObject({ number: Ceiling, agent: Ceiling, organisation: Ceiling }),
  /** A minute's price by carrier (or `*`) and the beginning of a number; the longest beginning counts. */
  prices: z.record(z.string().regex(/^([a-z0-9-]{1,40}|\*)$/), z.record(z.string().regex(/^\+\d{0,15}$/), Money)),
  /** Only for wording: every amount is in it. */
  currency: z.string().regex(/^[A-Z]{3}$/),
})
export type CallingRules = z.infer<typeof CallingRules>

export const DEFAULT_RULES: CallingRules = {
  countries: [],
  consent: { requested: true, service: false, marketing: true },
  hours: DEFAULT_HOURS,
  limits: {
    /** One phone, whoever of the house rings it. */
    number: { perHour: 5, perDay: 12 },
    /** A phone that the owner named, for callers to be joined with: as often as strangers may make one agent ring. */
    person: { perHour: 120, perDay: 600 },
    /** Florida and Oklahoma allow three a day, France four a month. */
    marketingNumber: { perDay: 2, perMonth: 4 },
    /** One person on a page, and one address (or IPv6 /64) of many. */
    visitor: { perHour: 6, perDay: 15 },
    address: { perHour: 20, perDay: 60 },
    /** One operator or API key. */
    operator: { perHour: 600, perDay: 5000 },
    agent: { perHour: 600, perDay: 5000 },
    /** What all strangers on pages together may make one agent ring. */
    agentVisitors: { perHour: 120, perDay: 600 },
    organisation: { perHour: 2000, perDay: 20_000 },
    /** The demo's own numbers, which ring nobody. */
    sandboxNumber: { perHour: 120 },
    sandboxAsker: { perHour: 120 },
    sandboxAddress: { perHour: 240 },
  },
  ceilings: {
    number: { perDay: 20, perMonth: 60 },
    agent: { perDay: 200, perMonth: 2000 },
    organisation: { perDay: 300, perMonth: 3000 },
  },
  prices: DEFAULT_PRICES,
  currency: 'USD',
}

/**
 * The defaults with an organisation's own values over them.
 * @throws ZodError for a document that does not fit
 */
export function rulesOf(document: unknown): CallingRules {
  return CallingRules.parse(mergePatch(DEFAULT_RULES, document ?? {}))
}
