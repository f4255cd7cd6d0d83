import type { CarriedWebCall, FromRelay, ToRelay } from '@voice-agent/relay/protocol'
import { askAgain, REAL_TIME, type Time } from './again.ts'
import { openEvents } from './events.ts'
import { nextToken } from './next-token.ts'

/** What goes between page and relay while Twilio has the sound: events come as they come over the media socket, messages go one after the other. */

/** How long a message may wait for the relay's ear: Twilio's sound has to reach it first. */
const MESSAGE_WITHIN_MS = 30_000
const MOST_WAITING = 200

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
  time: Time = REAL_TIME,
): Beside {
  const stop = new AbortController()
  const events = openEvents({ url: urls.eventsUrl, take, gone: stop.signal, time })
  let waiting = 0
  /** Names each message, so that one whose answer was lost is not taken twice. */
  let sent = 0
  let sending = Promise.resolve()

  const lost = (code: string, message: string, retryable: boolean) => take({ type: 'error', code, message, retryable })

  async function post(message: ToRelay): Promise<void> {
    sent += 1
    const key = String(sent)
    const outcome = await askAgain({
      ask: () => ask(urls.messagesUrl, { message, key }),
      read: () => undefined,
      withinMs: MESSAGE_WITHIN_MS,
      signal: stop.signal,
      time,
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
    nextToken: () => nextToken((signal) => ask(urls.accessTokenUrl, { signal }), stop.signal),
    close() {
      stop.abort()
      events.close()
    },
  }
}

const ask = (url: string, { key, message, signal }: { key?: string; message?: ToRelay; signal?: AbortSignal }) =>
  fetch(url, {
    method: 'POST',
    credentials: 'omit',
    keepalive: true,
    ...(signal && { signal }),
    ...(message && {
      headers: { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) },
      body: JSON.stringify(message),
    }),
  })
