import type { CallTokens } from './access/call-tokens.ts'
import type { Keyring } from './access/encryption.ts'
import { createGuardedFetch } from './access/guarded-fetch.ts'
import { createIdempotency } from './access/idempotency.ts'
import type { Limits } from './access/limits.ts'
import type { VisitorTokens } from './access/visitor-tokens.ts'
import type { Whereabouts } from './access/whereabouts.ts'
import type { Agent, Agents, PublicFacts } from './agents/agents.ts'
import type { HouseNumber } from './agents/house-number.ts'
import type { PhoneNumbers } from './agents/phone-numbers.ts'
import type { LiveCalls } from './calls/live-calls.ts'
import type { CallBook } from './calls/log/call-book.ts'
import { createLineBook } from './calls/log/line-book.ts'
import type { CallLog, Clock } from './calls/ports.ts'
import type { Abilities, CallUrls, CarrierAccount } from './carriers/carrier.ts'
import type { SampleRate } from './carriers/exotel/wire.ts'
import { CARRIER_TABLE } from './carriers/index.ts'
import { createGate, type GateSettings } from './gate/index.ts'
import { callControl } from './http/call-control.ts'
import { clickToCall } from './http/click-to-call.ts'
import type { Endpoint } from './http/endpoint.ts'
import { exotelStreams } from './http/exotel/streams.ts'
import { exotelUrls } from './http/exotel/urls.ts'
import { exotelVoice } from './http/exotel/voice.ts'
import { gateRoutes } from './http/gate.ts'
import { initiateRoutes } from './http/initiate.ts'
import { phoneNumberRoutes } from './http/phone-numbers.ts'
import { createReception } from './http/reception.ts'
import { telephonyRoutes, telephonySockets } from './http/telephony.ts'
import { twilioUrls } from './http/twilio/answer.ts'
import { twilioEvents } from './http/twilio/events.ts'
import { createTwilioProof } from './http/twilio/proof.ts'
import { twilioStreams } from './http/twilio/streams.ts'
import { twilioVoice } from './http/twilio/voice.ts'
import type { SocketRoute } from './http/upgrade.ts'
import { createCallNews } from './lines/call-news.ts'
import { createCallbacks } from './lines/callbacks.ts'
import { createLines, type Lines } from './lines/lines.ts'
import { hangUpOrphans, type Orphan } from './lines/orphans.ts'
import type { Logger } from './logger.ts'
import type { Settings } from './settings.ts'
import type { Jobs } from './store/jobs/index.ts'
import type { Store } from './store/open.ts'

/** The part of the composition that makes phones ring and answers them. */

/** A carrier that is told at the placement where the sound goes brings it when somebody has answered: after its queue and the ringing. */
const PLACED_STREAM_MS = 300_000

export interface Telephones {
  readonly routes: readonly Endpoint[]
  readonly sockets: readonly SocketRoute[]
  /** What only the running house knows of an agent. */
  publicFacts(agent: Agent): Promise<PublicFacts>
  /** Nobody is left on a line whose agent died with an earlier run. */
  settle(orphans: readonly Orphan[]): Promise<void>
  /** Plans what is to be done every day. */
  start(): Promise<void>
}

export function furnishTelephones(o: {
  settings: Settings
  store: Store
  keyring: Keyring
  clock: Clock
  logger: Logger
  owner: string
  log: CallLog
  book: CallBook
  jobs: Jobs
  agents: Agents
  numbers: PhoneNumbers
  calls: LiveCalls
  limits: Limits
  callbackTokens: CallTokens
  visitorTokens: VisitorTokens
  where: Whereabouts
  alwaysRing: readonly string[]
  draining: () => boolean
  streamsEnd: AbortSignal
}): Telephones {
  const { agents, book, calls, clock, keyring, limits, log, logger, numbers, settings, store, where } = o
  const instance = () => settings.storage.INSTANCE_URL ?? where.url()
  const lineBook = createLineBook(store)
  const socketBase = () => instance().replace(/^http/, 'ws')
  const urls = twilioUrls({ url: where.url, socketBase })
  const sampleRateHz = settings.exotel.EXOTEL_SAMPLE_RATE as SampleRate
  const ofExotel = exotelUrls({ url: where.url, socketBase, sampleRateHz })
  const gate = createGate({
    store,
    keyring,
    clock,
    logger,
    settings: gateSettings(settings, o.alwaysRing),
    fetch: createGuardedFetch({ clock, privateHosts: [new URL(settings.gate.CAPTCHA_URL).host] }),
  })
  const open = (number: HouseNumber): CarrierAccount => {
    const carrier = carrierNamed(number.provider)
    if (!carrier) throw new Error(`no carrier named ${number.provider}`)
    return carrier.open(number.config, { settings, clock, logger })
  }
  const lines: Lines = createLines({
    carriers: { abilities: (name) => carrierNamed(name)?.abilities, open, pollMs: () => settings.jiocx.JIOCX_POLL_MS },
    numbers,
    calls,
    gate,
    log,
    urls(callId, { id, provider, secret }): CallUrls {
      if (provider === 'exotel') return ofExotel.ofCall({ callId, phoneId: id, secret, token: lines.streamToken(callId, PLACED_STREAM_MS) })
      return {
        answer: urls.answer(callId),
        status: urls.status(callId),
        recording: urls.recording(callId),
        machine: urls.machine(callId),
      }
    },
    past: lineBook.past,
    clock,
    logger,
  })
  const callbacks = createCallbacks({ store, keyring, jobs: o.jobs, agents, lines, calls, stored: book.status, clock, logger })
  const guarded = createGuardedFetch({ clock, privateHosts: settings.tools.TOOL_PRIVATE_HOSTS ?? [] })
  const news = createCallNews({ store, keyring, jobs: o.jobs, book, fetch: guarded, logger })
  const idempotency = createIdempotency({ store, keyring, clock, owner: o.owner, logger })
  const proof = createTwilioProof({ numbers, lines, book: lineBook, bases: () => [where.url(), instance()] })
  const { draining, streamsEnd, visitorTokens } = o
  const media = settings.twilio.TWILIO_MEDIA
  const reception = createReception({ numbers, agents, calls, lines, limits, draining, logger })
  const twilio = twilioVoice({ proof, reception, agents, calls, lines, urls, log, media, logger })
  const exotel = exotelVoice({
    reception,
    lines,
    urls: ofExotel,
    named: async (name) => lines.named('exotel', name)?.callId ?? lineBook.named('exotel', name),
    async recorded(callId, recordingId) {
      log.event(callId, 'recording', { recordingId, status: 'completed' })
      // The address of the sound stays here: it asks for the account's credentials.
      await lineBook.recorded(callId, `exotel:${recordingId}`)
    },
  })

  return {
    routes: [
      ...clickToCall({ agents, callbacks, tokens: o.callbackTokens, visitorTokens, idempotency, where, streamsEnd, draining }),
      ...initiateRoutes({ agents, book, lines, idempotency, news, draining }),
      ...callControl({ agents, calls, lines, urls }),
      ...twilio.routes,
      ...twilioEvents({ proof, agents, calls, lines, book: lineBook, log, logger }),
      ...telephonyRoutes({ numbers, carriers: { twilio: { asked: twilio.ofNumber }, exotel } }),
      ...gateRoutes({ gate, agents }),
      ...phoneNumberRoutes({ numbers, carriers: Object.values(CARRIER_TABLE), where }),
    ],
    sockets: [
      telephonySockets({
        numbers,
        carriers: {
          twilio: twilioStreams({ proof, lines, clock, logger }),
          exotel: exotelStreams({
            numbers,
            lines,
            reception,
            sampleRateHz,
            chunkBytes: settings.exotel.EXOTEL_CHUNK_BYTES,
            clock,
            logger,
          }),
        },
      }),
    ],
    async publicFacts({ persona, ...agent }) {
      return {
        understandsSpeech: calls.understandsSpeech(persona),
        canCall: persona.modes.includes('call-me') && (await lines.canRing({ persona, ...agent })),
        countries: await gate.countriesFor(agent.organisationId, persona.callbackCountries),
        captchaSiteKey: settings.gate.CAPTCHA_SECRET ? settings.gate.CAPTCHA_SITE_KEY : undefined,
      }
    },
    start: () => gate.tidyDaily(o.jobs),
    settle: (orphans) => hangUpOrphans(orphans, { numbers, open, logger }),
  }
}

const carrierNamed = (name: string) => Object.values(CARRIER_TABLE).find((carrier) => carrier.name === name)

/** What can be done to a call that lives, by what its carrier is able to do. */
export function capabilitiesOf({ carrier, kind }: { carrier: string | null; kind: string }): string[] {
  const able: Partial<Abilities> = carrier === null ? { hangsUp: true, streams: true } : (carrierNamed(carrier)?.abilities ?? {})
  const alone = kind !== 'bridge'
  return [
    // A call whose sound is here ends with it.
    ...(able.hangsUp || able.streams ? ['hangup'] : []),
    ...(able.streams && alone ? ['say'] : []),
    ...(able.sendsDigits ? ['dtmf'] : []),
    ...(able.transfers && alone ? ['transfer'] : []),
  ]
}

function gateSettings({ gate }: Settings, alwaysRing: readonly string[]): GateSettings {
  const { CALLBACK_COUNTRIES, CAPTCHA_SECRET, CAPTCHA_URL, DAILY_SPEND_LIMIT } = gate
  return {
    alwaysRing,
    ...(CALLBACK_COUNTRIES ? { countries: CALLBACK_COUNTRIES } : {}),
    ...(DAILY_SPEND_LIMIT === undefined ? {} : { dailySpendLimit: DAILY_SPEND_LIMIT }),
    ...(CAPTCHA_SECRET ? { captcha: { url: CAPTCHA_URL, secret: CAPTCHA_SECRET } } : {}),
  }
}
