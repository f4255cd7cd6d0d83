import type { CarriedWebCall, FromRelay, NextAccessToken, ToRelay } from '@voice-agent/relay/protocol'

/** What goes between page and relay while Twilio has the sound: events come as they come over the media socket, messages go one after the other. */

const EVENTS: readonly FromRelay['type'][] = ['status', 'state', 'transcript', 'speaker', 'tool', 'error', 'ended']
/** The relay has no ear for the page before Twilio's sound has reached it. */
const TOO_EARLY = 409
const AGAIN_MS = 400
const MOST_TRIES = 50
const MOST_WAITING = 200

export interface Beside {
  send(message: ToRelay): void
  /** Undefined when it cannot be had. */
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

  async function post(message: ToRelay): Promise<void> {
    for (let tries = 1; !stop.signal.aborted || message.type === 'hangup'; tries++) {
      const answer = await ask(urls.messagesUrl, message).catch(() => undefined)
      if (answer && answer.status !== TOO_EARLY && answer.status < 500) return
      if (tries >= MOST_TRIES) return
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }

  return {
    send(message) {
      // A page that goes has time for one request, and nothing it said before matters any more.
      if (message.type === 'hangup') return void ask(urls.messagesUrl, message).catch(() => undefined)
      if (waiting >= MOST_WAITING) return
      waiting += 1
      sending = sending
        .then(() => post(message))
        .finally(() => {
          waiting -= 1
        })
    },
    async nextToken() {
      const answer = await ask(urls.accessTokenUrl).catch(() => undefined)
      if (!answer?.ok) return undefined
      return ((await answer.json()) as NextAccessToken).accessToken
    },
    close() {
      stop.abort()
      source.close()
    },
  }
}

const ask = (url: string, message?: ToRelay) =>
  fetch(url, {
    method: 'POST',
    credentials: 'omit',
    keepalive: true,
    ...(message ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(message) } : {}),
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
