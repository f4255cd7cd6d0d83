import { fileURLToPath } from 'node:url'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createKeyring } from './access/encryption.ts'
import { createGuardedFetch } from './access/guarded-fetch.ts'
import { openHouseKeys } from './access/house-keys.ts'
import { createIdempotency } from './access/idempotency.ts'
import { createReachProof } from './access/reach-proof.ts'
import { loadSecrets } from './access/secrets.ts'
import { createWhereabouts } from './access/whereabouts.ts'
import { createAgents } from './agents/agents.ts'
import { type FirstStart, makeFirst } from './agents/first-start.ts'
import { createPhoneNumbers } from './agents/phone-numbers.ts'
import { openToolSecrets } from './agents/tool-secrets.ts'
import { createLiveCalls } from './calls/live-calls.ts'
import { createCallBook } from './calls/log/call-book.ts'
import { createCallLog } from './calls/log/call-log.ts'
import type { Clock, Engine } from './calls/ports.ts'
import { createAskService } from './calls/tools/http.ts'
import type { Carrier } from './carriers/carrier.ts'
import { CARRIER_TABLE } from './carriers/index.ts'
import { systemClock } from './clock.ts'
import { examineRunning } from './doctor/running.ts'
import { createFlite } from './engines/flite/index.ts'
import { enginesOf } from './engines/index.ts'
import { furnishEntrance } from './entrance.ts'
import type { HttpEnv } from './http/access.ts'
import { agentVoiceRoutes } from './http/agent-voice.ts'
import { agentRoutes } from './http/agents.ts'
import { createApp } from './http/app.ts'
import { callRoutes } from './http/calls.ts'
import type { Endpoint } from './http/endpoint.ts'
import { guidePages } from './http/guides.ts'
import { health } from './http/health.ts'
import { mediaSocket } from './http/media-socket.ts'
import { ownPages } from './http/pages.ts'
import { createHttpServer } from './http/server.ts'
import { readFolder, widgetFiles } from './http/static.ts'
import { statusRoutes } from './http/status.ts'
import { tellAgain } from './http/told-again.ts'
import { createUpgrades, type RawRoute, type SocketRoute } from './http/upgrade.ts'
import { createVoiceSamples } from './http/voice-samples.ts'
import { webCalls } from './http/web-calls.ts'
import { type Closers, createClosers, createLifetime, ownerOf, watchCalls, withinMs } from './lifetime.ts'
import { findOrphans } from './lines/orphans.ts'
import { openToldJournal, tellWhatIsLeft } from './lines/told-journal.ts'
import { createCommands } from './live/commands.ts'
import { createFreshView } from './live/fresh-view.ts'
import { createLiveRooms, LIVE_PATH } from './live/index.ts'
import { createLogger, type Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { furnishOperators } from './operators.ts'
import { furnishRelays, openSharedRedis } from './relays.ts'
import type { Settings } from './settings.ts'
import { openHouse, openStorage } from './storage.ts'
import type { Store } from './store/open.ts'
import { capabilitiesOf, furnishTelephones } from './telephones.ts'
import { furnishUpkeep } from './upkeep.ts'

/** The composition root: the one file that knows all parts. */

const RESUME_MS = 30_000
const FIRST_CONNECT_MS = 60_000
/** Goodbyes are said within this; the rest of the ten seconds is for the log. */
const GOODBYE_MS = 5_000
const FLUSH_MS = 2_000
const WIDGET_DIR = fileURLToPath(new URL('../../widget/dist/', import.meta.url))

export interface Relay {
  /** Where visitors reach it; final once it listens. */
  readonly url: string
  readonly port: number
  /** The whole HTTP side, for tests that need no socket. */
  readonly app: OpenAPIHono<HttpEnv>
  /** Every HTTP route with who may use it. */
  readonly routes: readonly Endpoint[]
  /** Every path that speaks WebSocket. */
  readonly sockets: readonly (SocketRoute | RawRoute)[]
  readonly store: Store
  /** Set when this start made the first admin. */
  readonly firstStart: FirstStart | undefined
  listen(): Promise<void>
  /** Stops accepting, says goodbye on calls, flushes the log, closes the store. Idempotent. */
  drain(): Promise<void>
}

export interface RelayExtras {
  clock?: Clock
  logger?: Logger
  /** The demo adds its pages here; they are public and never under /api. */
  extend?: (app: OpenAPIHono<HttpEnv>) => void
  /** Origins that count as the relay's own besides PUBLIC_URL's; `{port}` stands for the port it listens on. */
  extraOrigins?: string[]
  /** The demo adds the socket of its sandbox phones here. */
  extraSockets?: readonly SocketRoute[]
  /** Numbers that may always be rung, at no cost: the demo's sandbox phones. */
  alwaysRing?: readonly string[]
  firstAgent?: { id: string; persona: unknown }
  /** Engines besides the house's own: the bench measures with one that echoes. */
  extraEngines?: readonly Engine[]
  /** Instead of the house's own carriers: a test's table has one more. */
  carriers?: readonly Carrier[]
  /** Where the built widget lies; the workspace's by default. */
  widgetDir?: string
}

/**
 * Builds a relay that does not listen yet.
 * @throws SettingsError, StoreInUse
 */
export async function createRelay(settings: Settings, more: RelayExtras = {}): Promise<Relay> {
  const clock = more.clock ?? systemClock
  const logger = more.logger ?? createLogger({ level: settings.logLevel })
  const closers = createClosers(logger)
  try {
    return await furnish(settings, more, clock, logger, closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function furnish(settings: Settings, more: RelayExtras, clock: Clock, logger: Logger, closers: Closers): Promise<Relay> {
  // ---- storage, keys and the log
  const store = await openStorage({ settings, clock, logger, closers })
  const { authSecret, encryptionKey, encryptionKeysOld } = await loadSecrets(settings)
  const redis = await openSharedRedis({ settings, authSecret, logger, closers })
  const keyring = createKeyring({ current: encryptionKey, old: encryptionKeysOld })
  await openHouse(store, keyring)
  const owner = ownerOf(settings)
  const metrics = createMetrics({ activeCalls: () => calls.size, sockets: () => upgrades.size(), logDepth: () => log.depth() })
  closers.add('metrics', () => metrics.close())
  const alone = store.kind === 'pglite'
  const log = createCallLog({ store, keyring, clock, owner, logger, alone })
  closers.add('call log', () => withinMs(FLUSH_MS, log.flush()).then(() => log.stop()))
  const carriers = more.carriers ?? CARRIER_TABLE
  const journal = await openToldJournal({ dataDir: settings.dataDir, owner, keyring, logger })
  closers.add('journal', () => journal.close())
  const book = createCallBook({ store, keyring, capabilities: capabilitiesOf(carriers) })
  const { jobs, sweeper } = await furnishUpkeep({
    store,
    keyring,
    hasOldKeys: encryptionKeysOld.length > 0,
    log,
    owner,
    clock,
    logger,
    closers,
  })
  const orphans = await findOrphans(store, alone ? undefined : owner)
  await sweeper.settleOwn()

  // ---- who answers
  const privateHosts = settings.tools.TOOL_PRIVATE_HOSTS ?? []
  const carrierNames = carriers.map(({ name }) => name)
  const agents = createAgents({ store, keyring, clock, privateHosts, carriers: carrierNames })
  const numbers = createPhoneNumbers({ store, keyring, clock, carriers, settings, authSecret })
  const firstStart = await makeFirst({
    carriers: carrierNames,
    store,
    keyring,
    settings,
    clock,
    logger,
    ...(more.firstAgent ? { firstAgent: more.firstAgent } : {}),
  })
  const voice = createFlite({ logger })
  closers.add('voice', () => voice.close())
  const watchedLog = watchCalls(log, metrics, logger)
  const calls = createLiveCalls({
    log: watchedLog,
    engines: [...enginesOf(settings, logger), ...(more.extraEngines ?? [])],
    voice,
    askService: createAskService({
      fetch: createGuardedFetch({ clock, privateHosts }),
      openHeaders: async (agentId, tool) => openToolSecrets(agentId, tool, await openHouseKeys(store, keyring)),
    }),
    anybodyWatches: (organisationId) => live.anybodyWatches(organisationId),
    clock,
    logger,
    ...(settings.costs.MODEL_PRICES ? { prices: settings.costs.MODEL_PRICES } : {}),
    settings: { resumeMs: RESUME_MS, firstConnectMs: FIRST_CONNECT_MS, operatorAwayMs: settings.access.OPERATOR_AWAY_MS },
  })

  // ---- who may come in
  const where = createWhereabouts(settings, more.extraOrigins ?? [])
  const lifetime = createLifetime()
  const { draining } = lifetime
  const relays = furnishRelays({ redis, settings, authSecret, owner, store, sweeper, calls, clock, logger, closers, draining })
  const entrance = furnishEntrance({
    settings,
    authSecret,
    store,
    redis,
    where,
    firstConnectMs: FIRST_CONNECT_MS,
    clock,
    logger,
  })
  const { audit, identify, limits, mediaTokens, pageTokens, visitorTokens } = entrance

  // ---- telephones
  const view = createFreshView({ book, calls })
  const idempotency = createIdempotency({ store, keyring, clock, owner, logger })
  const telephones = furnishTelephones({
    ...{
      carriers,
      settings,
      store,
      journal,
      keyring,
      clock,
      logger,
      book,
      jobs,
      agents,
      numbers,
      calls,
      view,
      limits,
      callbackTokens: entrance.callbackTokens,
      pageTokens,
      visitorTokens,
      idempotency,
      where,
    },
    log: watchedLog,
    alwaysRing: more.alwaysRing ?? [],
    draining,
    streamsEnd: lifetime.streamsEnd,
  })
  const { elsewhere, pageCarriers, publicFacts } = telephones
  const operators = furnishOperators({ authSecret, store, calls, book, view, identify, elsewhere, idempotency, where, clock, logger })

  // ---- the outside
  const live = createLiveRooms({
    calls,
    book,
    view,
    identify: identify.identify,
    commands: createCommands({
      calls,
      view,
      relays: relays && { holding: relays.others.holding, ask: relays.elsewhere.ask },
    }),
    consoleOrigins: where.consoleOrigins,
    trustProxy: settings.trustProxy,
    shared: relays,
    maxPages: settings.maxCalls,
    clock,
    logger,
  })
  const sockets = [
    mediaSocket({ tokens: mediaTokens, calls, book, clock, logger }),
    ...operators.sockets,
    ...telephones.sockets,
    { path: `${LIVE_PATH}/`, pattern: /^\/socket\.io\/?$/, access: 'operator' as const, takeOver: live.upgrade },
    ...(relays?.sockets ?? []),
    ...(more.extraSockets ?? []),
  ]
  const upgrades = createUpgrades({
    routes: sockets,
    maxSockets: 2 * settings.maxCalls,
    trustProxy: settings.trustProxy,
    relays: relays?.others,
    logger,
  })
  const widget = readFolder(more.widgetDir ?? WIDGET_DIR)
  const samples = createVoiceSamples({ clock })
  const reachProof = createReachProof(authSecret)
  const routes = [
    ...health({ metrics, storeAlive: (ms) => store.alive(ms), draining, proof: reachProof }),
    ...widgetFiles(widget),
    ...guidePages(carriers),
    ...ownPages({ framedBy: settings.access.CONSOLE_ORIGINS ?? [], widget }),
    ...entrance.routes,
    ...agentRoutes({ agents, visitorTokens, publicFacts }),
    ...agentVoiceRoutes({
      agents,
      calls,
      samples,
      url: (host) => where.socketBase(host).replace(/^ws/, 'http'),
      homeAi: () => settings.openai.HOMEAI_API_KEY !== undefined,
      logger,
    }),
    ...samples.routes,
    ...webCalls({
      agents,
      publicFacts,
      calls,
      limits,
      mediaTokens,
      pageTokens,
      pageCarriers,
      visitorTokens,
      where,
      clock,
      draining,
    }),
    ...telephones.routes,
    ...callRoutes({ book, calls, streamsEnd: lifetime.streamsEnd }),
    ...operators.routes,
    ...statusRoutes({
      examine: () =>
        examineRunning({ settings, store, carriers, proof: reachProof, widgetDir: more.widgetDir ?? WIDGET_DIR, clock, logger }),
    }),
  ]
  const { trustProxy } = settings
  const { app, table } = createApp(
    routes,
    { gate: identify, audit, logger, metrics, trustProxy, consoleOrigins: where.consoleOrigins, relays },
    more.extend,
  )
  const server = createHttpServer({ app, upgrades, live: { path: LIVE_PATH, request: live.request }, settings, logger })
  closers.add('server', () => server.close())
  closers.add('sockets', () => upgrades.close())
  closers.add('streams', () => lifetime.endStreams())
  closers.add('live rooms', () => live.close())
  closers.add('carriers', () => telephones.close())
  closers.add('calls', () => calls.drain(GOODBYE_MS))
  closers.add('door', () => server.stopAccepting())

  return {
    app,
    routes: table,
    sockets,
    store,
    firstStart,
    get url() {
      return where.url()
    },
    get port() {
      return where.port()
    },
    async listen() {
      await voice.ready()
      try {
        where.setPort(await server.listen())
      } catch (error) {
        await closers.close()
        throw error
      }
      // It looks for what other relays left; what an earlier run left is settled.
      if (!alone) sweeper.start()
      await telephones.start()
      jobs.start()
      void telephones.settle(orphans)
      await relays?.join({ settle: telephones.settle, changed: live.changed })
      void tellWhatIsLeft({ journal, tell: (text) => tellAgain(app, text), logger }).catch((error: unknown) =>
        logger.error({ err: error }, 'the journal could not be written'),
      )
    },
    drain() {
      lifetime.drain()
      return closers.close()
    },
  }
}
