import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a scripted language-model server does, one after the other. It finishes properly at the end of its steps unless told otherwise. */
export type Step =
  | { say: string }
  | { use: { id?: string; name: string; arguments: Record<string, unknown> } }
  /** Waits until the test releases it, or the client leaves. */
  | { hold: true }
  | { raw: string }
  | { stop: string }
  /** Closes the stream in good order, but in the middle of the answer. */
  | { end: true }
  /** Breaks the connection. */
  | { cut: true }
  | { status: number; body: unknown; location?: string }

/** A request in words that fit both wires. */
export interface Asked {
  system: string
  messages: { role: 'visitor' | 'agent' | 'tools'; text: string }[]
  tools: string[]
  headers: IncomingMessage['headers']
  url: string
  body: Record<string, unknown>
}

/** One vendor's words for the steps. */
export interface Wire {
  read(body: Record<string, unknown>): Pick<Asked, 'system' | 'messages' | 'tools'>
  say(text: string): string
  use(use: { id?: string; name: string; arguments: Record<string, unknown> }): string
  /** The proper end; `reason` in the vendor's words. */
  stop(reason: string | undefined): string
}

export interface FarEnd {
  url: string
  asked: Asked[]
  /** How the next requests are answered, one script each. */
  next(...scripts: Step[][]): void
  /** Lets the held answers go on. */
  release(): void
  /** Resolves when no connection is being answered any more. */
  quiet(): Promise<void>
  close(): Promise<void>
}

/** A language-model server on loopback that answers by script and remembers what it was asked. */
export async function createFarEnd(wire: Wire): Promise<FarEnd> {
  const scripts: Step[][] = []
  const asked: Asked[] = []
  const open = new Set<Promise<void>>()
  const held = new Set<() => void>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as Record<string, unknown>
    asked.push({ ...wire.read(body), headers: request.headers, url: request.url ?? '', body })
    let gone = false
    response.on('close', () => {
      gone = true
    })
    let finished = false
    for (const step of scripts.shift() ?? [{ say: 'Nothing was scripted.' }]) {
      if (gone) return
      if ('status' in step) {
        response.writeHead(step.status, {
          'content-type': typeof step.body === 'string' ? 'text/plain' : 'application/json',
          ...(step.location === undefined ? {} : { location: step.location }),
        })
        return void response.end(typeof step.body === 'string' ? step.body : JSON.stringify(step.body))
      }
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
      if ('say' in step) response.write(wire.say(step.say))
      else if ('use' in step) response.write(wire.use(step.use))
      else if ('raw' in step) response.write(step.raw)
      else if ('hold' in step) {
        response.flushHeaders()
        await new Promise<void>((resolve) => {
          held.add(resolve)
          response.on('close', resolve)
        })
      } else if ('stop' in step) {
        finished = true
        response.write(wire.stop(step.stop))
      } else if ('end' in step) return void response.end()
      else {
        // What was said before has to leave first.
        await new Promise((resolve) => setImmediate(resolve))
        return void response.destroy()
      }
    }
    if (!gone) response.end(finished ? undefined : wire.stop(undefined))
  }

  const server = createServer((request, response) => {
    const closed = new Promise<void>((resolve) => response.on('close', resolve))
    const work = Promise.all([answer(request, response), closed]).then(() => undefined)
    open.add(work)
    void work.finally(() => open.delete(work))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const release = () => {
    for (const go of held) go()
    held.clear()
  }

  return {
    url,
    asked,
    next: (...more) => void scripts.push(...more),
    release,
    async quiet() {
      while (open.size > 0) await Promise.allSettled(open)
    },
    async close() {
      release()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
