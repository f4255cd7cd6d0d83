import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGuardedFetch } from '../access/guarded-fetch.ts'
import { ToolSpec } from '../agents/persona.ts'
import type { Engine, EngineContext } from '../calls/ports.ts'
import { createAskService } from '../calls/tools/http.ts'
import { createTools } from '../calls/tools/index.ts'
import { TestClock } from '../clock.test-kit.ts'
import { isDone, rounds, type Talk, talkWith } from './conformance.test-kit.ts'
import { createFarEnd, type FarEnd, type Step, type Wire } from './far-end.test-kit.ts'

/** An owner's service on loopback that answers when the test lets it. */
async function createService() {
  const reached: string[] = []
  const waiting = new Set<() => void>()
  let arrived = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`)
    waiting.add(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ships":"today"}'))
    arrived.resolve()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    reached,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async asked() {
      await arrived.promise
      arrived = Promise.withResolvers()
    },
    answer() {
      for (const go of waiting) go()
      waiting.clear()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The tools of a call under an engine with a language model: over its wire, with a real service behind an http tool. */
export function usesToolsOnce(o: { name: string; wire: Wire; create(far: { url: string; apiKey: string }): Engine }): void {
  describe(`${o.name} and the tools of a call`, () => {
    const get: Step[] = [{ use: { id: 'c1', name: 'get_order', arguments: { id: 7 } } }]
    let far: FarEnd
    let service: Awaited<ReturnType<typeof createService>>
    let talk: Talk
    let finished: string[]
    let uses: { results: unknown[]; asked: number }

    beforeEach(async () => {
      far = await createFarEnd(o.wire)
      service = await createService()
      finished = []
      uses = { results: [], asked: 0 }
      const clock = new TestClock()
      const spec = ToolSpec.parse({
        name: 'get_order',
        description: 'Looks an order up.',
        kind: 'http',
        parameters: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
        http: { url: `http://${service.host}/orders/{id}`, method: 'POST' },
      })
      const ask = createAskService({ fetch: createGuardedFetch({ clock, privateHosts: [service.host] }), openHeaders: () => ({}) })
      const tools = createTools({
        specs: [spec],
        feed: { tell: () => undefined },
        note: (type) => type === 'tool.finished' && finished.push(type),
        clock,
        onEndCall: () => undefined,
        askService: (tool, values, signal) => ask({ agentId: 'a_1', tool, arguments: values }, signal),
      })
      const useTool: EngineContext['useTool'] = async (use, signal) => {
        uses.asked += 1
        const result = await tools.use(use, signal)
        uses.results.push(result)
        return result
      }
      talk = await talkWith(o.create({ url: far.url, apiKey: 'key-for-tests-0123456789' }), { tools: tools.specs, useTool })
    })
    afterEach(async () => {
      await talk.session.close()
      await far.close()
      await service.close()
    })
    const until = async (done: () => boolean) => {
      while (!done()) await rounds()
    }
    const interrupt = async (utterance: string) => {
      talk.session.take({ type: 'interrupted', utterance, heard: '' })
      await rounds()
    }

    it('cut while a service is asked, the model asks again and meets the one request', async () => {
      far.next(get, get, [{ say: 'It ships today.' }])
      talk.turn('u1', 'Where is order 7?')
      await service.asked()
      await interrupt('u1')
      talk.turn('u2', 'I mean the lamp. Where is it?')
      await until(() => uses.asked === 2)
      service.answer()
      await talk.until(isDone('u2'))
      expect(service.reached).toEqual(['POST /orders/7'])
      expect(talk.textOf('u2')).toBe('It ships today.')
      expect(uses.results).toEqual([{ error: expect.stringContaining('will not run twice') }, { ships: 'today' }])
      expect(JSON.stringify(far.asked.at(-1)?.messages.at(-1))).toContain('ships')
    })

    it('an answer of the service that came while nobody waited is kept for the next turn; after that the service is asked anew', async () => {
      far.next(get, get, [{ say: 'Today.' }], get, [{ say: 'Still today.' }])
      talk.turn('u1', 'Where is order 7?')
      await service.asked()
      await interrupt('u1')
      service.answer()
      await until(() => finished.length === 1)
      talk.turn('u2', 'Well?')
      await talk.until(isDone('u2'))
      expect(service.reached).toHaveLength(1)
      talk.turn('u3', 'And now?')
      await service.asked()
      service.answer()
      await talk.until(isDone('u3'))
      expect(service.reached).toHaveLength(2)
      expect(talk.textOf('u3')).toBe('Still today.')
    })

    it('wrong arguments come back to the model, which mends them', async () => {
      far.next([{ use: { id: 'c1', name: 'get_order', arguments: { id: 'seven' } } }], get, [{ say: 'Today.' }])
      talk.turn('u1', 'Where is order seven?')
      await service.asked()
      service.answer()
      await talk.until(isDone('u1'))
      expect(JSON.stringify(far.asked[1]?.messages.at(-1))).toContain('do not fit')
      expect(service.reached).toEqual(['POST /orders/7'])
    })

    it('what the call says of a human is told by the model, also when it said something before', async () => {
      far.next(
        [{ say: 'One moment.' }, { use: { id: 'c1', name: 'ask_for_human', arguments: { reason: 'a refund' } } }],
        [{ say: 'Nobody is here now.' }],
      )
      talk.turn('u1', 'A human, please')
      await talk.until(isDone('u1'))
      expect(talk.textOf('u1')).toBe('One moment. Nobody is here now.')
      expect(JSON.stringify(far.asked[1]?.messages.at(-1))).toContain('Nobody is watching calls now')
    })
  })
}
