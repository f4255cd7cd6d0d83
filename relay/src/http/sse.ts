import type { Context } from 'hono'

const COMMENT_EVERY_MS = 15_000
/** A reader this far behind is not reading: it comes back with Last-Event-ID. */
const MAX_QUEUED = 2000

export interface EventStream {
  /** Returns at once; nothing waits for a slow reader. */
  send(event: { type: string; data: unknown; id?: number }): void
  /** Ends the answer after what was sent. */
  close(): void
}

/** Last-Event-ID as a number; 0 when there is none. */
export function lastEventId(c: Context): number {
  const id = Number(c.req.header('last-event-id') ?? 0)
  return Number.isSafeInteger(id) && id > 0 ? id : 0
}

/** HEAD never does: nobody would read the stream, or end it. */
export function wantsEvents(c: Context): boolean {
  return c.req.method === 'GET' && /(^|[\s,])text\/event-stream\b/i.test(c.req.header('accept') ?? '')
}

/**
 * Answers with server-sent events. `start` begins sending and returns what stops it; it runs once the reader is there
 * and its stop runs exactly once, whoever ends first. `shutdown` ends every stream when the relay drains.
 */
export function eventStream(c: Context, shutdown: AbortSignal, start: (stream: EventStream) => () => void): Response {
  const encoder = new TextEncoder()
  let finish: () => void = () => {}
  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let over = false
        let stop: () => void = () => {}
        finish = () => {
          if (over) return
          over = true
          clearInterval(comments)
          shutdown.removeEventListener('abort', finish)
          stop()
          // Cancelled by the reader: already closed.
          if (controller.desiredSize !== null) controller.close()
        }
        const write = (text: string) => {
          if (over) return
          controller.enqueue(encoder.encode(text))
          if ((controller.desiredSize ?? 0) < -MAX_QUEUED) finish()
        }
        const comments = setInterval(() => write(': still here\n\n'), COMMENT_EVERY_MS)
        shutdown.addEventListener('abort', finish)
        write(': hello\n\n')
        stop = start({
          send: ({ type, data, id }) => write(`${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
          close: () => finish(),
        })
        if (over) stop()
        if (shutdown.aborted) finish()
      },
      cancel: () => finish(),
    },
    { highWaterMark: 64 },
  )
  return c.body(readable, 200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    // Proxies that gather answers would hold events back.
    'X-Accel-Buffering': 'no',
  })
}
