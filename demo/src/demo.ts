import { createRelay, type Relay } from '@voice-agent/relay/relay'
import { readSettings, type Settings } from '@voice-agent/relay/settings'
import { insistOnFreePort } from './free-port.ts'
import { phoneLine } from './phones/line.ts'
import { addPhones } from './phones/pages.ts'
import { SANDBOX_KEY } from './sandbox/key.ts'
import { SANDBOX_NUMBERS, SIMULATED_CARRIERS } from './sandbox-carriers.ts'
import { type SandboxProcess, startSandbox } from './sandbox-process.ts'
import { DEMO_AGENT } from './shop/agent.ts'
import { addShop } from './shop/pages.ts'

type Env = Record<string, string | undefined>

export interface Demo {
  readonly url: string
  readonly port: number
  readonly sandboxUrl: string
  readonly settings: Settings
  readonly relay: Relay
  /** Says goodbye on calls and takes everything down. Idempotent. */
  close(): Promise<void>
}

const OWN_ORIGINS = ['http://localhost:{port}', 'http://127.0.0.1:{port}', 'http://[::1]:{port}']

/** Where the demo differs from the relay alone: it listens on this machine only, is quiet, and knows its admin's name. */
const DEFAULTS: Env = { HOST: '127.0.0.1', LOG_LEVEL: 'warn', ADMIN_EMAIL: 'admin@localhost.localdomain' }

/**
 * Starts relay, pages and sandbox. `SANDBOX_AI=1` points the AI engines at the sandbox; phones are the sandbox's unless there is an
 * account with a real carrier.
 * @throws SettingsError, StoreInUse, or EADDRINUSE when the port is taken; nothing is left running then
 */
export async function startDemo(given: Env): Promise<Demo> {
  const plain = { ...DEFAULTS, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)) }
  // A wrong variable or a taken port stops the start before anything runs.
  const { port, host } = readSettings(plain)
  await insistOnFreePort(port, host)
  const sandbox = await startSandbox(plain)
  const closing: (() => Promise<void>)[] = [() => sandbox.close()]
  try {
    // Whoever has an account of their own rings real phones with it, and nobody else.
    const simulated = SIMULATED_CARRIERS.some(({ own }) => own(plain)) ? [] : SIMULATED_CARRIERS
    const settings = readSettings({
      ...plain,
      ...(plain.SANDBOX_AI === '1' ? simulatedAi(sandbox) : {}),
      ...Object.assign({}, ...simulated.map(({ env }) => env(sandbox.url))),
    })
    const relay = await createRelay(settings, {
      extend: (app) => {
        addShop(app, { carriers: simulated })
        addPhones(app, { understands: settings.gemini.GEMINI_API_KEY ? 'speech' : 'keys' })
      },
      extraOrigins: OWN_ORIGINS,
      extraSockets: [phoneLine(sandbox.url)],
      alwaysRing: simulated.length > 0 ? SANDBOX_NUMBERS : [],
      firstAgent: DEMO_AGENT,
    })
    closing.unshift(() => relay.drain())
    await relay.listen()
    for (const { serve } of simulated) await serve?.(sandbox.url, relay)
    let closed: Promise<void> | undefined
    return {
      url: `http://localhost:${relay.port}`,
      port: relay.port,
      sandboxUrl: sandbox.url,
      settings,
      relay,
      close() {
        closed ??= closeAll(closing)
        return closed
      },
    }
  } catch (error) {
    await closeAll(closing)
    throw error
  }
}

function simulatedAi(sandbox: SandboxProcess): Env {
  return {
    GEMINI_API_KEY: SANDBOX_KEY,
    GEMINI_BASE_URL: sandbox.url,
    OPENAI_API_KEY: SANDBOX_KEY,
    OPENAI_BASE_URL: `${sandbox.url}/v1`,
    OPENAI_MODEL: 'sandbox-model',
  }
}

async function closeAll(closing: (() => Promise<void>)[]): Promise<void> {
  for (const close of closing) await close()
}
