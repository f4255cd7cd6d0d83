import type { FromRelay } from '@voice-agent/relay/protocol'
import type { Time } from './again.ts'

/** What the relay tells while Twilio has the sound, as it would over the media socket. */

const EVENTS: readonly FromRelay['type'][] = ['status', 'state', 'transcript', 'speaker', 'tool', 'error', 'ended']
/** `EventSource.CLOSED`: the browser will not come back by itself, as after an answer that is not 200. */
const CLOSED = 2
const AGAIN_MS = 2_000

/** Until `ended`. A stream that the browser gives up is opened again, as long as nobody is `gone`. */
export function openEvents(o: { url: string; take: (message: FromRelay) => void; gone: AbortSignal; time: Pick<Time, 'pause'> }): {
  close(): void
} {
  const { gone, take, time } = o
  let source: EventSource
  let isOver = false
  /** What a stream that was opened again tells once more. */
  let heard = 0

  function open() {
    source = new EventSource(o.url)
    for (const type of EVENTS) source.addEventListener(type, told)
    source.addEventListener('error', () => {
      if (source.readyState === CLOSED) void again()
    })
  }

  async function again() {
    await time.pause(AGAIN_MS, gone)
    if (!isOver && !gone.aborted) open()
  }

  function told(event: Event) {
    const message = read(event)
    if (!message) return
    if (message.type === 'transcript') {
      if (message.seq <= heard) return
      heard = message.seq
    }
    take(message)
    // Nothing follows, and the browser must not come back for it.
    if (message.type === 'ended') close()
  }

  function close() {
    isOver = true
    source.close()
  }

  open()
  return { close }
}

function read(event: Event): FromRelay | undefined {
  try {
    const message: unknown = JSON.parse((event as MessageEvent<string>).data)
    return typeof message === 'object' && message !== null && 'type' in message ? (message as FromRelay) : undefined
  } catch {
    // A connection that breaks is an `error` too, without words.
    return undefined
  }
}
