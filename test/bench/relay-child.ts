import { randomBytes } from 'node:crypto'
import { createRelay } from '@voice-agent/relay/relay'
import { readSettings } from '@voice-agent/relay/settings'
import { echo } from './hot-path/echo-engine.ts'
import { EXOTEL_ACCOUNT } from './hot-path/exotel-line.ts'
import { answerBench } from './measured.ts'
import { ACCOUNT } from './twilio-line.ts'

/** A relay alone in its process, so that what is measured is the relay's. Says over IPC where it listens and, when asked, what it holds. */

const secret = () => randomBytes(32).toString('base64')
const ADMIN = { ADMIN_EMAIL: 'bench@example.com', ADMIN_PASSWORD: secret() }
const { DATA_DIR, DATABASE_URL, EXOTEL, OPTIMA_URL, TWILIO_URL, VENDOR_URL } = process.env
const { ENGINE = VENDOR_URL ? 'gemini-live' : 'offline' } = process.env
const settings = readSettings({
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'error',
  DATA_DIR,
  MAX_CALLS: '5000',
  ...(DATABASE_URL ? { DATABASE_URL, AUTH_SECRET: secret(), ENCRYPTION_KEY: secret(), ...ADMIN } : {}),
  ...(VENDOR_URL ? { GEMINI_API_KEY: 'bench', GEMINI_BASE_URL: VENDOR_URL } : {}),
  ...(EXOTEL ? EXOTEL_ACCOUNT : {}),
  ...(OPTIMA_URL ? { OPTIMA_TOKEN: 'relay', OPTIMA_API_BASE_URL: OPTIMA_URL } : {}),
  ...(TWILIO_URL ? { ...ACCOUNT, TWILIO_API_BASE_URL: TWILIO_URL } : {}),
})
const relay = await createRelay(settings, {
  extraEngines: [echo],
  firstAgent: {
    id: 'demo',
    persona: {
      name: 'Bench',
      engine: ENGINE,
      // An engine that speaks itself begins when the bench says so.
      greeting: ENGINE === 'offline' ? 'Hello.' : '',
      disclosure: '',
      knowledge: { questions: [{ question: 'When are you open?', answer: 'We are open from nine to five.' }] },
      limits: { callsPerVisitorPerHour: 10_000, concurrentCalls: 10_000, silenceMs: 600_000 },
    },
  },
})
await relay.listen()
answerBench(() => relay.drain())
process.send?.({ url: `http://127.0.0.1:${relay.port}` })
