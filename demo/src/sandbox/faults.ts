import { z } from 'zod'
import { CARRIER_FAULTS } from './carrier-faults.ts'

/** What can be ordered to go wrong, or to be said, with the next requests to a service. */

const afterWords = z.int().min(0).default(3)
/** Gemini Live only: before the session is ready, or in its next answer. */
const when = z.enum(['setup', 'answer']).default('answer')

/** Codes that a server may send; 1006 is what the other side sees of a `drop`. */
export const CloseCode = z.int().refine((code) => code === 1000 || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999))

const What = z.discriminatedUnion('kind', [
  /** Says some words, then nothing: for `forMs`, until released, or until the client leaves. */
  z.object({ kind: z.literal('stall'), afterWords, when, forMs: z.int().min(0).optional() }),
  /** Cuts the connection in the middle of the answer. */
  z.object({ kind: z.literal('drop'), afterWords, when }),
  /** An error answer instead of a stream. */
  z.object({ kind: z.literal('status'), status: z.int().min(400).max(599).default(500), message: z.string().optional() }),
  /** 429 with Retry-After. */
  z.object({ kind: z.literal('rate-limit'), retryAfterMs: z.int().min(0).default(13_000) }),
  z.object({ kind: z.literal('unauthorized') }),
  /** A piece that is not JSON. */
  z.object({ kind: z.literal('malformed'), afterWords }),
  /** An error object inside a stream that began well. */
  z.object({ kind: z.literal('error-in-stream'), afterWords }),
  /** Ends without the mark that says so: no `[DONE]`, no finish reason. */
  z.object({ kind: z.literal('no-end'), afterWords: z.int().min(0).optional() }),
  /** Accepts, then takes long to say the first word. */
  z.object({ kind: z.literal('slow-start'), delayMs: z.int().min(0).max(600_000) }),
  /** Calls a tool, whatever was asked, then answers with its result. */
  z.object({ kind: z.literal('tool'), name: z.string().min(1), arguments: z.record(z.string(), z.unknown()).default({}) }),
  /** Says exactly these pieces. */
  z.object({ kind: z.literal('say'), pieces: z.array(z.string()).min(1) }),
  /** OpenAI-compatible servers that do not know `stream_options`. */
  z.object({ kind: z.literal('no-stream-options') }),
  /** Gemini Live: closes the socket. */
  z.object({
    kind: z.literal('close'),
    code: CloseCode.default(1011),
    reason: z.string().max(123).default('Deadline expired before operation could complete.'),
    afterWords,
    when,
  }),
  /** Gemini Live: says that it leaves, and leaves when the time is over. */
  z.object({ kind: z.literal('go-away'), timeLeftMs: z.int().min(0).default(5000), afterWords: z.int().min(0).default(0), when }),
  /** Gemini Live: knows the session's resumption handle no more. */
  z.object({ kind: z.literal('refuse-handle') }),
  /** Gemini Live: closes with 1011 and Google's words for an empty quota. */
  z.object({ kind: z.literal('quota'), afterWords, when: z.enum(['setup', 'answer']).default('setup') }),
  /** Gemini Live: an audio piece that ends in the middle of a sample. */
  z.object({ kind: z.literal('odd-chunk'), afterWords }),
  ...CARRIER_FAULTS,
])

export const SERVICES = ['gemini', 'openai', 'gemini-live', 'twilio', 'exotel', 'jiocx', 'optima'] as const
export type Service = (typeof SERVICES)[number]

/**
 * Body of `POST /sandbox/faults`. `times` requests (or calls) meet it (0: all until reset), `match` narrows it to prompts whose last words hold
 * this text, or to calls of a number that holds it.
 */
export const FaultOrder = z.intersection(
  z.object({ service: z.enum(SERVICES), times: z.int().min(0).default(1), match: z.string().optional() }),
  What,
)
export type FaultOrder = z.infer<typeof FaultOrder>
export type Fault = z.infer<typeof What>

/** Orders in line: a request meets the first that fits it, and uses it up. */
export class FaultBook {
  #orders: { order: FaultOrder; left: number }[] = []

  add(order: FaultOrder): void {
    this.#orders.push({ order, left: order.times === 0 ? Number.POSITIVE_INFINITY : order.times })
  }

  /** `fits` narrows it to the faults that can happen now. */
  next(service: Service, lastWords: string, fits: (fault: Fault) => boolean = () => true): Fault | undefined {
    const found = this.#orders.find(
      ({ order }) =>
        order.service === service && (!order.match || lastWords.toLowerCase().includes(order.match.toLowerCase())) && fits(order),
    )
    if (!found) return undefined
    found.left--
    if (found.left <= 0) this.#orders = this.#orders.filter((each) => each !== found)
    return found.order
  }

  list(): FaultOrder[] {
    return this.#orders.map(({ order }) => order)
  }

  clear(): void {
    this.#orders = []
  }
}
