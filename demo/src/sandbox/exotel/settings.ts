import { z } from 'zod'

/** How the sandbox's Exotel behaves; tests change it while it runs (`POST /sandbox/exotel/settings`). Its papers disagree, so both ways are here. */
export const ExotelSettings = z.strictObject({
  /** How long a call is queued before it is dialled. */
  queueMs: z.int().min(0).max(600_000),
  /** More calls in a minute are answered with 429. */
  callsPerMinute: z.int().min(1).max(100_000),
  /** Calls with a StreamUrl are allowed for this account. */
  streamsEnabled: z.boolean(),
  /** Keys of the stream's messages, and of those it understands. */
  keys: z.enum(['snake', 'camel', 'either']),
  counters: z.enum(['number', 'string']),
  encoding: z.enum(['raw', 'raw/slin', 'audio/x-raw', 'base64']),
  bitRate: z.enum(['16', '128', '128kbps']),
  /** How `sample_rate` is told: 8000, or 8000Hz. */
  rateUnit: z.enum(['', 'Hz']),
  /** Of a chunk towards Exotel; what is smaller is complained of. */
  leastChunkBytes: z.int().min(320).max(102_400),
  /** More waiting sound than this is an unpaced burst; with `strictPace` the call is hung up. */
  mostAheadMs: z.int().min(100).max(600_000),
  strictPace: z.boolean(),
  /** The address's query is kept when the socket is opened. */
  queryKept: z.boolean(),
  handshakeMs: z.int().min(10).max(10_000),
  sessionMs: z.int().min(100).max(3_600_000),
  /** Sound that is gathered before it is played, against a pace that is not even. */
  jitterMs: z.int().min(0).max(1000),
  /** How status callbacks come; `asked`: as the placement says. */
  callbacksAs: z.enum(['asked', 'form', 'multipart', 'json']),
  /** Whether callbacks tell of calls through a flow. */
  flowCallbacks: z.boolean(),
  /** Events and the longer list of fields: for all calls, or for two numbers only. */
  extraFields: z.enum(['always', 'two-numbers']),
  passthruAs: z.enum(['get', 'post-json']),
  dynamicAs: z.enum(['get', 'post-form', 'post-json']),
  /** The whole time that one try of a webhook may take, how often it is tried again, and how long after. */
  webhookMs: z.int().min(100).max(15_000),
  retries: z.int().min(0).max(2),
  retryMs: z.int().min(0).max(60_000),
  /** Duration, price and end time are known so long after the end; really about two minutes. */
  settleMs: z.int().min(0).max(600_000),
  /** Numbers that do not want to be disturbed. */
  dnd: z.array(z.string()),
  /** Public origins that lead to this machine. */
  reach: z.record(z.url(), z.url()),
})
export type ExotelSettings = z.infer<typeof ExotelSettings>

export const DEFAULT_SETTINGS: ExotelSettings = {
  queueMs: 0,
  callsPerMinute: 200,
  streamsEnabled: true,
  keys: 'either',
  counters: 'number',
  encoding: 'raw',
  bitRate: '16',
  rateUnit: '',
  leastChunkBytes: 3200,
  mostAheadMs: 2000,
  strictPace: false,
  queryKept: true,
  handshakeMs: 10_000,
  sessionMs: 3_600_000,
  jitterMs: 40,
  callbacksAs: 'asked',
  flowCallbacks: false,
  extraFields: 'always',
  passthruAs: 'get',
  dynamicAs: 'get',
  webhookMs: 15_000,
  retries: 2,
  retryMs: 100,
  settleMs: 1000,
  dnd: [],
  reach: {},
}
