import type { CarriedWebCall, FromRelay, NextAccessToken, ToRelay } from '@voice-agent/relay/protocol'
import { askAgain } from './again.ts'
import { TOKEN_REFRESH_MS } from './token-life.ts'

/** What goes between page and relay while Twilio has the sound: events come as they come over the media socket, messages go one after the other. */

const EVENTS: readonly FromRelay['type'][] = ['status', 'state', 'transcript', 'speaker', 'tool', 'error', 'ended']
/** How long a message may wait for the relay's ear: Twilio's sound has to reach it first. */
const MESSAGE_WITHIN_MS = 30_000
const MOST_WAITING = 200
/** An answer that never comes must not use up a token's last seconds. */
const TOKEN_ANSWER_MS = 8_000

export interface Beside {
  /** In order, and again until it is taken; an `error` is told when it cannot be. After `hangup` nothing else is sent. */
  send(message: ToRelay): void
  /** Asked for until the last one runs out; undefined when it cannot be had. Never rejects. */
  nextToken(): Promise<string | undefined>
  close(): void
}

export function openBeside(
  urls: Pick<CarriedWebCall, 'eventsUrl' | 'messagesUrl' | 'accessTokenUrl'>,
  take: (message: FromRelay) => void,
): Beside {
  const source = new EventSource(urls.eventsUrl)
  for (const type of EVENTS) {
    source.addEventListener(type, (event: Event) => {
      const message = read(event)
      if (message) take(message)
      // Nothing follows, and the browser must not come back for it.
      if (message?.type === 'ended') source.close()
    })
  }
  const stop = new AbortController()
  let waiting = 0
  let sending = Promise.resolve()

  const lost = (code: string, message: string, retryable: boolean) => take({ type: 'error', code, message, retryable })

  async function post(message: ToRelay): Promise<void> {
    const outcome = await askAgain({
      ask: () => ask(urls.messagesUrl, { message }),
      read: () => undefined,
      withinMs: MESSAGE_WITHIN_MS,
      signal: stop.signal,
    })
    if (outcome.is === 'refused') lost(outcome.code, outcome.detail, outcome.retryable)
  }

  return {
    send(message) {
      // A page that goes has time for one request, and nothing it said before matters any more.
      if (message.type === 'hangup') {
        stop.abort()
        return void ask(urls.messagesUrl, { message }).catch(() => undefined)
      }
      if (waiting >= MOST_WAITING) return lost('rate_limited', '', true)
      waiting += 1
      sending = sending
        .then(() => post(message))
        .finally(() => {
          waiting -= 1
        })
    },
    async nextToken() {
      const outcome = await askAgain({
        ask: () => ask(urls.accessTokenUrl, { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(TOKEN_ANSWER_MS)]) }),
        read: async (answer) => ((await answer.json()) as NextAccessToken).accessToken,
        withinMs: TOKEN_REFRESH_MS,
        signal: stop.signal,
      })
      return outcome.is === 'answered' ? outcome.words : undefined
    },
    close() {
      stop.abort()
      source.close()
    },
  }
}

const ask = (url: string, { message, signal }: { message?: ToRelay; signal?: AbortSignal }) =>
  fetch(url, {
    method: 'POST',
    credentials: 'omit',
    keepalive: true,
    ...(signal && { signal }),
    ...(message && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(message) }),
  })

function read(event: Event): FromRelay | undefined {
  try {
    const message: unknown = JSON.parse((event as MessageEvent<string>).data)
    return typeof message === 'object' && message !== null && 'type' in message ? (message as FromRelay) : undefined
  } catch {
    // A connection that breaks is an `error` too, without words.
    return undefined
  }
}
