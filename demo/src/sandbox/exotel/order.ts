import { z } from 'zod'
import type { CallFaults } from '../carriers/call-faults.ts'

/** One box of a flow. `on200` and `on302` are a Passthru's branches; without them the flow goes on. */
export const Applet = z.discriminatedUnion('applet', [
  z.strictObject({
    applet: z.literal('passthru'),
    url: z.string(),
    async: z.boolean().default(false),
    get on200() {
      return z.array(Applet).optional()
    },
    get on302() {
      return z.array(Applet).optional()
    },
  }),
  /** ws(s): the socket; http(s): asked for it. */
  z.strictObject({ applet: z.literal('stream'), url: z.string() }),
  /** Rings these numbers, or those that the address tells, and joins the first that answers. */
  z.strictObject({ applet: z.literal('connect'), numbers: z.array(z.string()).optional(), url: z.string().optional() }),
  z.strictObject({ applet: z.literal('greeting'), text: z.string() }),
  z.strictObject({
    applet: z.literal('gather'),
    text: z.string().optional(),
    digits: z.int().min(1).default(1),
    waitMs: z.int().default(5000),
  }),
  /** Records what the caller says until # is pressed, the time is over, or the caller goes. */
  z.strictObject({ applet: z.literal('voicemail'), text: z.string().optional(), mostMs: z.int().min(100).default(60_000) }),
  /** The guide's Answer URL: a POST that is answered in XML. */
  z.strictObject({ applet: z.literal('answer-url'), url: z.string() }),
  z.strictObject({ applet: z.literal('hangup') }),
])
export type Applet = z.infer<typeof Applet>

/** What becomes of a call once its first phone has answered. */
export type Task = { do: 'ring'; to: string } | { do: 'flow'; appId: string; applets: readonly Applet[] } | { do: 'stream'; url: string }

export const STATUS_EVENTS = ['ringing', 'answered', 'terminal'] as const
export type StatusEvent = (typeof STATUS_EVENTS)[number]

export interface Subscription {
  url: string
  /** None: the end only, with the short list of fields. */
  events: readonly StatusEvent[]
  as: 'multipart' | 'json'
}

/** Everything that is known of a call when it begins. */
export interface CallOrder {
  direction: 'incoming' | 'outbound-api'
  /** The phone, in E.164. */
  phone: string
  /** The ExoPhone, in E.164. */
  exophone: string
  task: Task
  ringMs: number
  limitMs: number
  record: false | 'single' | 'dual'
  waitUrl?: string | undefined
  customField?: string | undefined
  subscription?: Subscription | undefined
  faults: CallFaults
}
