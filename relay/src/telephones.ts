import type { CallTokens } from './access/call-tokens.ts'
import { mayCome } from './access/client-address.ts'
import type { Keyring } from './access/encryption.ts'
import { createGuardedFetch } from './access/guarded-fetch.ts'
import type { Idempotency } from './access/idempotency.ts'
import type { Limits } from './access/limits.ts'
import type { VisitorTokens } from './access/visitor-tokens.ts'
import type { Whereabouts } from './access/whereabouts.ts'
import type { Agent, Agents, PublicFacts } from './agents/agents.ts'
import type { HouseNumber } from './agents/house-number.ts'
import type { PhoneNumbers } from './agents/phone-numbers.ts'
import { rememberNumbers } from './agents/remembered-numbers.ts'
import type { LiveCalls } from './calls/live-calls.ts'
import type { CallBook } from './calls/log/call-book.ts'
import { createLineBook } from './calls/log/line-book.ts'
import type { CallLog, Clock } from './calls/ports.ts'
import type { Abilities, CallUrls, Carrier, CarrierAccount } from './carriers/carrier.ts'
import type { Doors, House } from './carriers/house.ts'
import { createGate, type GateSettings } from './gate/index.ts'
import { agentCallingRoutes } from './http/agent-calling.ts'
import { callControl } from './http/call-control.ts'
import { clickToCall } from './http/click-to-call.ts'
import type { Endpoint } from './http/endpoint.ts'
import { gateRoutes } from './http/gate.ts'
import { initiateRoutes } from './http/initiate.ts'
import { createNamedCalls } from './http/named-call.ts'
import { pageCallRoutes } from './http/page-call.ts'
import { phoneNumberRoutes } from './http/phone-numbers.ts'
import { createReception } from './http/reception.ts'
import type { ElsewhereDoor } from './http/takeover.ts'
import { createElsewhere } from './http/takeover-elsewhere.ts'
import { carrierRoute, telephonyRoutes, telephonySockets } from './http/telephony.ts'
import { written } from './http/told-again.ts'
import { refuse, type SocketRoute } from './http/upgrade.ts'
import { withinMs } from './lifetime.ts'
import { createAfterwards } from './lines/afterwards.ts'
import { createCallNews } from './lines/call-news.ts'
import { createCallbacks } from './lines/callbacks.ts'
import { createCandidates } from './lines/candidates.ts'
import { expectedCall } from './lines/expected-call.ts'
import { createLines, type Lines } from './lines/lines.ts'
import { createMessages } from './lines/messages.ts'
import { createOneTaker } from './lines/one-taker.ts'
import { hangUpOrphans, type Orphan } from './lines/orphans.ts'
import { createPageCarriers, type PageCarriers } from './lines/page-carriers.ts'
import { bringSound, bringTextLeg, bringWords } from './lines/phone-leg.ts'
import { createSharedArrivals } from './lines/shared-arrivals.ts'
import type { FreshView } from './live/fresh-view.ts'
import type { Logger } from './logger.ts'
import type { Settings } from './settings.ts'
import type { Jobs } from './store/jobs/index.ts'
import type { Journal } from './store/journal.ts'
import type { Store } from './store/open.ts'

/** The part of the composition that makes phones ring and answers them. */

export interface Telephones {
  readonly routes: readonly Endpoint[]
  readonly sockets: readonly SocketRoute[]
  /** Who carries a page's sound, where it does not come over our own socket. */
  readonly pageCarriers: PageCarriers
  /** Takes callers and operators together at their carrier, where the sound does not come here. */
  readonly elsewhere: ElsewhereDoor
  /** What only the running house knows of an agent. */
  publicFacts(agent: Agent): Promise<PublicFacts>
  /** Nobody is left on a line whose agent died with an earlier run. Never rejects, and `close` waits for it. */
  settle(orphans: readonly Orphan[]): Promise<void>
  /** Opens what the carriers hold open, and plans what is to be done every day. */
  start(): Promise<void>
  /** Closes what the carriers hold open. */
  close(): Promise<void>
}

/** What hanging up may take of the end of a process. */
const LAST_HANG_UPS_MS = 1_000
/** How often a carrier is asked that has to be and does not say. */
const POLL_MS = 5_000

export function furnishTelephones(o: {
  carriers: readonly Carrier[]
  settings: Settings
  store: Store
  /** What carriers tell while the store is away. */
  journal: Pick<Journal, 'keep' | 'done'>
  keyring: Keyring
  clock: Clock
  logger: Logger
  log: CallLog
  book: CallBook
  jobs: Jobs
  agents: Agents
  numbers: PhoneNumbers
  calls: LiveCalls
  view: FreshView
  limits: Limits
  callbackTokens: CallTokens
  pageTokens: CallTokens
  visitorTokens: VisitorTokens
  idempotency: Idempotency
  where: Whereabouts
  alwaysRing: readonly string[]
  draining: () => boolean
  streamsEnd: AbortSignal
}): Telephones {
  const { agents, book, calls, carriers, clock, keyring, limits, log, logger, settings, store, where } = o
  const numbers = rememberNumbers(o.numbers, clock)
  const afterwards = createAfterwards({ clock, logger, alive: store.alive, journal: o.journal })
  const instance = () => settings.storage.INSTANCE_URL ?? where.url()
  const lineBook = createLineBook(store)
  const gate = createGate({
    store,
    keyring,
    clock,
    logger,
    settings: gateSettings(settings, o.alwaysRing),
    fetch: createGuardedFetch({ clock, privateHosts: [new URL(settings.gate.CAPTCHA_URL).host] }),
  })
  const carrierOf = (name: string) => carriers.find((carrier) => carrier.name === name)
  /** Filled below: a carrier's doors want the lines, and these ask the doors only when a call is there. */
  const doors = new Map<string, Doors>()
  const doorsOf = (name: string) => doors.get(name)
  const open = (number: HouseNumber): CarrierAccount => {
    const carrier = carrierOf(number.provider)
    if (!carrier) throw new Error(`no carrier named ${number.provider}`)
    return carrier.open(number.config, { settings, clock, logger })
  }
  const urls = (callId: string, number: HouseNumber): CallUrls => {
    const streamToken = (validMs?: number) => lines.streamToken(callId, validMs)
    return doorsOf(number.provider)?.urls?.({ callId, number, streamToken }) ?? plainUrls(o.where.url(), callId, number)
  }
  const sharedArrivals = settings.storage.REDIS_URL === undefined ? undefined : createSharedArrivals({ store, keyring, clock, logger })
  const abilities = (name: string) => carrierOf(name)?.abilities
  const lines: Lines = createLines({
    sharedArrivals,
    carriers: {
      abilities,
      open,
      pollMs: (name) => carrierOf(name)?.pollMs?.(settings) ?? POLL_MS,
      ready: async (number) => doorsOf(number.provider)?.ready?.(number),
      named: (name, callId) => doorsOf(name)?.named?.(callId),
    },
    numbers,
    calls,
    // What is told once, and wanted as long as the call is kept: what it cost, and its name at its carrier.
    gate: { ...gate, settle: (callId, used) => afterwards.now(() => gate.settle(callId, used)) },
    log: { ...log, line: (callId, name) => afterwards.now(() => log.line(callId, name)) },
    urls,
    past: lineBook.past,
    agentOf: agents.get,
    limits,
    clock,
    logger,
  })
  const { draining, idempotency, streamsEnd, visitorTokens } = o
  const callbacks = createCallbacks({
    ...{ store, keyring, jobs: o.jobs, agents, lines, gate, calls, stored: book.status, draining, clock, logger },
  })
  const guarded = createGuardedFetch({ clock, privateHosts: settings.tools.TOOL_PRIVATE_HOSTS ?? [] })
  const messages = createMessages({
    ...{ store, keyring, jobs: o.jobs, numbers, agents, lines, calls, stored: book.status, open, draining, clock, logger },
  })
  const news = createCallNews({ store, keyring, jobs: o.jobs, book, fetch: guarded, logger })
  const reception = createReception({ numbers, agents, calls, lines, limits, draining, logger })
  const house: House = {
    ...{ settings, clock, logger, numbers, agents, calls, lines, reception, log },
    book: lineBook,
    oneTaker: createOneTaker(idempotency),
    messages,
    afterwards: (act, told) => afterwards.now(act, told && (() => written(told))),
    url: where.url,
    socketUrl: () => instance().replace(/^http/, 'ws'),
    bringSound,
    bringTextLeg,
    mayCome: (c, number) => mayCome(c.get('address'), number.allowedAddresses),
    refuse,
  }
  for (const carrier of carriers) {
    const opened = carrier.doors?.(house)
    if (opened) doors.set(carrier.name, opened)
  }

  const leaving = new AbortController()
  const settling = new Set<Promise<void>>()
  const every = async (what: 'start' | 'close') => {
    const failed = (carrier: string) => (error: unknown) => logger.error({ err: error, carrier }, `a carrier did not ${what}`)
    await Promise.all([...doors].map(([name, each]) => each[what]?.().catch(failed(name))))
  }
  const namedCalls = createNamedCalls({
    numbers,
    doors: doorsOf,
    named: async (carrier, name) => lines.named(carrier, name)?.callId ?? lineBook.named(carrier, name),
    expected: sharedArrivals && expectedCall({ numbers, arrivals: sharedArrivals }),
  })
  const candidates = createCandidates({ carriers: { abilities }, numbers })
  const ringsFor = async (agent: Agent) => (await candidates.of(agent, {})).candidates[0]?.number
  const pageCarriers = createPageCarriers({ numbers, door: (name) => doorsOf(name)?.page, logger })

  return {
    pageCarriers,
    elsewhere: createElsewhere({ agents, lines, mover: (name) => doorsOf(name)?.mover }),
    routes: [
      ...pageCallRoutes({ calls, tokens: o.pageTokens, pageDoor: pageCarriers.door, bringWords, stored: book.status, streamsEnd, clock }),
      ...clickToCall({ agents, callbacks, tokens: o.callbackTokens, visitorTokens, idempotency, where, streamsEnd, draining }),
      ...initiateRoutes({ agents, book, lines, idempotency, news, draining }),
      ...agentCallingRoutes({ agents, numbers: o.numbers, ringsFor, abilities, lines, idempotency, draining }),
      ...callControl({ agents, calls, idempotency, lines, view: o.view, urls: (line) => urls(line.callId, line.number) }),
      ...[...doors].flatMap(([name, each]) => (each.routes ?? []).map((route) => carrierRoute(route, namedCalls.of(name)))),
      ...telephonyRoutes({ numbers, doors: doorsOf, mayCome: house.mayCome, callOf: namedCalls.ofNumber }),
      ...gateRoutes({ gate, agents, carrierFor: async (agent) => (await ringsFor(agent))?.provider ?? carriers[0]?.name ?? '' }),
      ...phoneNumberRoutes({ numbers, carriers, where, addresses: (number) => doorsOf(number.provider)?.addresses?.(number) ?? {} }),
    ],
    sockets: [
      telephonySockets({ numbers, doors: doorsOf, claimedBy: lines.claimedBy }),
      ...[...doors.values()].flatMap((each) => each.sockets ?? []),
    ],
    async publicFacts({ persona, ...agent }) {
      return {
        understandsSpeech: calls.understandsSpeech(persona),
        canCall: persona.modes.includes('call-me') && (await lines.canRing({ persona, ...agent })),
        countries: await gate.countriesFor(agent.organisationId, persona.callbackCountries),
        captchaSiteKey: settings.gate.CAPTCHA_SECRET ? settings.gate.CAPTCHA_SITE_KEY : undefined,
      }
    },
    async start() {
      await gate.tidyDaily(o.jobs)
      sharedArrivals?.start()
      // A carrier that cannot begin takes no other one's calls with it.
      await every('start')
    },
    async close() {
      // Some carriers hang up over what they are about to close.
      await withinMs(LAST_HANG_UPS_MS, Promise.all([lines.close(), sharedArrivals?.close(), ...settling]))
      leaving.abort()
      await every('close')
      afterwards.close()
    },
    async settle(orphans) {
      const settled = hangUpOrphans(orphans, { numbers, open, logger, until: leaving.signal })
      settling.add(settled)
      await settled.finally(() => settling.delete(settled))
    },
  }
}

/** What a carrier is told that has no addresses of its own: those of its number, and which call it is. */
function plainUrls(url: string, callId: string, { id, secret }: HouseNumber): CallUrls {
  const status = `${url}/api/telephony/status/${id}/${secret}?callId=${callId}`
  return { answer: `${url}/api/telephony/webhook/${id}/${secret}?callId=${callId}`, status, recording: status, machine: status }
}

/** What can be done to a call that lives, by what its carrier is able to do. */
export function capabilitiesOf(carriers: readonly Carrier[]): (call: { carrier: string | null; kind: string }) => string[] {
  const ofPage: Partial<Abilities> = { hangsUp: true, streams: true }
  return ({ carrier, kind }) => {
    const able = carrier === null ? ofPage : (carriers.find(({ name }) => name === carrier)?.abilities ?? {})
    const alone = kind !== 'bridge'
    return [
      // A call whose sound is here ends with it; of two phones that were joined none is.
      ...(able.hangsUp || (able.streams && alone) ? ['hangup'] : []),
      ...(able.streams && alone ? ['say', 'context', 'whisper', 'listen', 'takeover'] : []),
      ...(able.sendsDigits && alone ? ['dtmf'] : []),
      ...(able.transfers && alone ? ['transfer'] : []),
    ]
  }
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
