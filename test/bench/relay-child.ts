import { randomBytes } from 'node:crypto'
import { createRelay } from '@voice-agent/relay/relay'
import { readSettings } from '@voice-agent/relay/settings'
import { answerBench } from './measured.ts'

/** A relay alone in its process, so that what is measured is the relay's. Says over IPC where it listens and, when asked, what it holds. */

const secret = () => randomBytes(32).toString('base64')
const ADMIN = { ADMIN_EMAIL: 'bench@example.com', ADMIN_PASSWORD: secret() }
const { DATA_DIR, DATABASE_URL, VENDOR_URL } = process.env
const settings = readSettings({
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'error',
  DATA_DIR,
  MAX_CALLS: '5000',
  ...(DATABASE_URL ? { DATABASE_URL, AUTH_SECRET: secret(), ENCRYPTION_KEY: secret(), ...ADMIN } : {}),
  ...(VENDOR_URL ? { GEMINI_API_KEY: 'bench', GEMINI_BASE_URL: VENDOR_URL } : {}),
})
const spokenTo = VENDOR_URL ? { engine: 'gemini-live', greeting: '' } : { greeting: 'Hello.' }
const relay = await createRelay(settings, {
  firstAgent: {
    id: 'demo',
    persona: {
      name: 'Bench',
      ...spokenTo,
      disclosure: '',
      knowledge: { questions: [{ question: 'When are you open?', answer: 'We are open from nine to five.' }] },
      limits: { callsPerVisitorPerHour: 10_000, concurrentCalls: 10_000, silenceMs: 600_000 },
    },
  },
})
await relay.listen()
answerBench(() => relay.drain())
process.send?.({ url: `http://127.0.0.1:${relay.port}` })
