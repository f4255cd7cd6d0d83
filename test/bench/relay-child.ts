import { createRelay } from '@voice-agent/relay/relay'
import { readSettings } from '@voice-agent/relay/settings'

/** A relay alone in its process, so that what is measured is the relay's. Says over IPC where it listens and, when asked, what it holds. */

const settings = readSettings({
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'error',
  DATA_DIR: process.env.DATA_DIR,
  MAX_CALLS: '5000',
})
const relay = await createRelay(settings, {
  firstAgent: {
    id: 'demo',
    persona: {
      name: 'Bench',
      greeting: 'Hello.',
      disclosure: '',
      knowledge: { questions: [{ question: 'When are you open?', answer: 'We are open from nine to five.' }] },
      limits: { callsPerVisitorPerHour: 10_000, concurrentCalls: 10_000 },
    },
  },
})
await relay.listen()

process.on('message', (wish) => {
  if (wish === 'stop') void relay.drain().then(() => process.exit(0))
  if (wish !== 'memory') return
  global.gc?.()
  global.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  process.send?.({ heldBytes: heapUsed + external })
})
process.send?.({ url: `http://127.0.0.1:${relay.port}` })
