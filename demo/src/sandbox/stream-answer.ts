import { setImmediate as turn } from 'node:timers/promises'
import type { Context } from 'hono'
import { stream } from 'hono/streaming'
import { perform } from './performance.ts'
import type { Job, SandboxEnv, World } from './world.ts'

/** How one service writes an answer: each function gives the bytes of one step. */
export interface Wire {
  start: string
  say(text: string, last: boolean): string
  end: string
  malformed: string
  error: string
}

/** Streams pieces as server-sent events, faults included, and notes in the log what became of it. */
export function streamAnswer(c: Context<SandboxEnv>, world: World, job: Job, pieces: string[], wire: Wire): Response {
  const { received, fault } = job
  c.header('Content-Type', 'text/event-stream')
  c.header('Cache-Control', 'no-cache')
  const away = new AbortController()
  return stream(c, async (out) => {
    out.onAbort(() => {
      received.outcome = 'left'
      away.abort()
    })
    try {
      if (wire.start) await out.write(wire.start)
      for await (const step of perform(pieces, { fault, pace: world.pace, released: world.released, signal: away.signal })) {
        if (step.do === 'say') {
          await out.write(wire.say(step.text, step.last))
          received.pieces++
        } else if (step.do === 'malformed') await out.write(wire.malformed)
        else if (step.do === 'error') await out.write(wire.error)
        else if (step.do === 'end' && step.marked && wire.end) await out.write(wire.end)
        else if (step.do === 'drop') {
          received.outcome = 'dropped'
          await turn() // the words before it leave first
          c.env.outgoing.destroy()
          return
        }
      }
      if (received.outcome === 'open') received.outcome = 'answered'
    } catch (error) {
      if (!away.signal.aborted) throw error
    }
  })
}
