import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Engine, EngineEvent } from '../calls/ports.ts'
import { rounds, type Talk, talkWith } from './conformance.test-kit.ts'
import { createFarEnd, type FarEnd, type Step, type Wire } from './far-end.test-kit.ts'

/** What goes wrong, how the server does it, and the code it becomes. */
export type FailureRow = [what: string, script: Step[], code: string]

const SENTENCES: Step[] = [{ say: 'Send it back ' }, { say: 'within 30 days.' }]

/** Every way a language model's server fails, over its real wire; `inStream` are the vendor's own. */
export function failsRightly(o: {
  name: string
  wire: Wire
  apiKey: string
  create(far: { url: string; apiKey: string | undefined }): Engine
  inStream: FailureRow[]
}): void {
  const { apiKey } = o

  describe(`${o.name} when its server fails`, () => {
    let far: FarEnd
    let engine: Engine
    const talks: Talk[] = []
    beforeEach(async () => {
      far = await createFarEnd(o.wire)
      engine = o.create({ url: far.url, apiKey })
    })
    afterEach(async () => {
      for (const { session } of talks.splice(0)) await session.close()
      await far.close()
    })
    const talk = async () => {
      const one = await talkWith(engine)
      talks.push(one)
      return one
    }

    const failures: FailureRow[] = [
      ['a wrong key', [{ status: 401, body: { error: { message: `Incorrect API key provided: ${apiKey}`, code: 401 } } }], 'unauthorized'],
      ['a forbidden key', [{ status: 403, body: { error: { message: 'No access', code: 403 } } }], 'unauthorized'],
      ['an empty quota', [{ status: 429, body: { error: { message: 'Too many', code: 429 } } }], 'quota'],
      ['a server error', [{ status: 500, body: { error: { message: 'Oops', code: 500 } } }], 'unavailable'],
      ['an overloaded server that answers HTML', [{ status: 503, body: '<html>busy</html>' }], 'unavailable'],
      ['a bad request', [{ status: 400, body: { error: { message: 'No such model', code: 400 } } }], 'refused'],
      ['a connection cut before the answer', [{ cut: true }], 'dropped'],
      ['a connection cut in the middle', [{ say: 'Send it' }, { cut: true }], 'dropped'],
      ['a stream that just ends', [{ say: 'Send it' }, { end: true }], 'dropped'],
      ['garbage', [{ raw: 'data: {"oh\n\n' }], 'malformed'],
      ['an endless event', [{ raw: `data: ${'x'.repeat(5 << 20)}` }, { end: true }], 'malformed'],
      ['an answer without a word', [{ say: '' }], 'malformed'],
      ...o.inStream,
    ]

    it.each(failures)('%s becomes one failure, and nothing comes after it', async (_, script, code) => {
      far.next(script, SENTENCES)
      const one = await talk()
      one.turn('u1', 'How?')
      const failed = (await one.until((event) => event.type === 'failed')) as Extract<EngineEvent, { type: 'failed' }>
      expect(failed.fault.code).toBe(code)
      expect(failed.fault.message).toContain(engine.name)
      expect(failed.fault.message).not.toContain(apiKey)
      one.turn('u2', 'And now?')
      await far.quiet()
      await rounds()
      expect(one.events.at(-1)).toBe(failed)
      expect(one.events.filter((event) => event.type === 'done')).toEqual([])
      expect(far.asked.length).toBe(1)
    })

    it('a server that is not there is a dropped connection', async () => {
      await far.close()
      const one = await talk()
      one.turn('u1', 'How?')
      expect(await one.until((event) => event.type === 'failed')).toMatchObject({
        fault: { code: 'dropped', message: expect.stringContaining('ECONNREFUSED') },
      })
    })

    it('a redirect is not followed: the key would go along', async () => {
      far.next([{ status: 307, body: {}, location: `${far.url}/elsewhere` }], SENTENCES)
      const one = await talk()
      one.turn('u1', 'How?')
      await one.until((event) => event.type === 'failed')
      expect(far.asked.length).toBe(1)
    })
  })
}
