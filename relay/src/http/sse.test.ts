import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type EventStream, eventStream, lastEventId, wantsEvents } from './sse.ts'

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const run of cleanup.splice(0)) run()
  vi.useRealTimers()
})

/** One stream on a real socket: what the server holds of it, and what the reader gets. */
async function open(headers: Record<string, string> = {}) {
  const shutdown = new AbortController()
  const held = Promise.withResolvers<EventStream>()
  const stopped = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<{ last: number; wants: boolean }>()
  const app = new Hono().get('/events', (c) => {
    asked.resolve({ last: lastEventId(c), wants: wantsEvents(c) })
    return eventStream(c, shutdown.signal, (stream) => {
      held.resolve(stream)
      return () => stopped.resolve()
    })
  })
  const listener = getRequestListener(app.fetch)
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const outgoing = request({ port: (server.address() as AddressInfo).port, path: '/events', headers }).end()
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { shutdown, stream: await held.promise, stopped: stopped.promise, asked: await asked.promise, answer, outgoing }
}

async function text(answer: IncomingMessage): Promise<string> {
  let all = ''
  for await (const piece of answer) all += String(piece)
  return all
}

describe('server-sent events', () => {
  it('sends events with their ids and ends when told', async () => {
    const { stream, answer, stopped } = await open()
    stream.send({ type: 'transcript', data: { text: 'two\nlines' }, id: 7 })
    stream.send({ type: 'ended', data: { reason: 'visitor' } })
    stream.close()
    stream.send({ type: 'late', data: {} })
    expect(await text(answer)).toBe(
      ': hello\n\nid: 7\nevent: transcript\ndata: {"text":"two\\nlines"}\n\nevent: ended\ndata: {"reason":"visitor"}\n\n',
    )
    await stopped
    expect(answer.headers['content-type']).toContain('text/event-stream')
  })

  it('stops when the reader leaves', async () => {
    const { outgoing, stopped } = await open()
    outgoing.on('error', () => {})
    outgoing.destroy()
    await stopped
  })

  it('ends every stream when the relay drains', async () => {
    const { shutdown, answer, stopped } = await open()
    shutdown.abort()
    expect(await text(answer)).toBe(': hello\n\n')
    await stopped
  })

  it('keeps the line alive with a comment every 15 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { stream, answer } = await open()
    vi.advanceTimersByTime(30_000)
    stream.close()
    expect((await text(answer)).match(/^: still here$/gm)).toHaveLength(2)
  })

  it('lets go of a reader that does not read', async () => {
    const { stream, stopped, answer } = await open()
    answer.pause()
    const line = { type: 'x', data: 'y'.repeat(10_000) }
    for (let n = 0; n < 5000; n++) stream.send(line)
    await stopped
  })

  it('understands what the reader asks for', async () => {
    expect((await open({ accept: 'text/html, text/event-stream;q=0.9', 'last-event-id': '41' })).asked).toEqual({ last: 41, wants: true })
    expect((await open({ accept: 'application/json', 'last-event-id': 'x' })).asked).toEqual({ last: 0, wants: false })
  })
})
