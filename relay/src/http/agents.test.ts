import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProblemBody } from '../protocol/index.ts'
import { type Answer, read, startTestRelay, type TestRelay } from '../relay.test-kit.ts'

let house: TestRelay
let admin: string
beforeAll(async () => {
  house = await startTestRelay()
  admin = await house.token('admin')
})
afterAll(() => house.close())

const send = (method: string, path: string, json?: unknown, token = admin) =>
  house.ask(path, { method, token, ...(json === undefined ? {} : { json }) })

describe('agents', () => {
  it('are made with defaults, changed field by field, and deleted', async () => {
    const { agent } = await read(await send('POST', '/api/agents', { name: 'Lamps', languages: ['en', 'hi-IN'], terms: { text: 'Yes?' } }))
    expect(agent).toMatchObject({ name: 'Lamps', greeting: expect.any(String), engine: 'offline' })
    const path = `/api/agents/${agent.id}`
    expect((await read(await send('GET', path))).agent).toEqual(agent)
    const changed = await read(await send('PATCH', path, { greeting: 'Good day.', voice: { speed: 1.2 }, terms: null }))
    expect(changed.agent).toMatchObject({
      name: 'Lamps',
      greeting: 'Good day.',
      languages: ['en', 'hi-IN'],
      voice: { name: 'slt', speed: 1.2 },
    })
    expect(changed.agent.terms).toBeUndefined()
    const seen = await house.ask(`${path}/public`)
    expect(seen.headers.get('access-control-allow-origin')).toBe('*')
    expect(Object.keys((await seen.json()) as object).sort()).toEqual([
      'browserRecognition',
      'callbackCountries',
      'disclosure',
      'greeting',
      'id',
      'keyMenu',
      'languages',
      'modes',
      'name',
      'understandsSpeech',
    ])
    expect((await send('DELETE', path)).status).toBe(204)
    for (const answer of [
      await send('GET', path),
      await send('PATCH', path, {}),
      await send('DELETE', path),
      await house.ask(`${path}/public`),
    ])
      expect(answer.status).toBe(404)
  })

  it('are refused with the field that does not fit', async () => {
    const cases: [object, string][] = [
      [{}, 'name'],
      [{ name: 'x', limits: { silenceMs: 1 } }, 'limits.silenceMs'],
      [{ name: 'x', allowedOrigins: ['https://ok.example', 'https://shop.example/path'] }, 'allowedOrigins.1'],
      [{ name: 'x', languages: ['not a language'] }, 'languages.0'],
      [{ name: 'x', phone: { carrier: 'Exotel' } }, 'phone.carrier'],
      [{ name: 'x', phone: { carriers: ['twilio', 'twillio'] } }, 'phone.carriers.1'],
    ]
    for (const [json, path] of cases) {
      const problem = (await (await send('POST', '/api/agents', json)).json()) as ProblemBody
      expect(problem).toMatchObject({ status: 400, code: 'invalid_request' })
      expect(problem.errors?.map((each) => each.path)).toContain(path)
    }
    expect((await send('PATCH', '/api/agents/demo', { engine: 7 })).status).toBe(400)
  })

  it('are listed page by page, each once', async () => {
    for (let n = 0; n < 5; n++) await send('POST', '/api/agents', { name: `Page ${n}` })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Answer = await read(await send('GET', `/api/agents?limit=2${cursor ? `&cursor=${cursor}` : ''}`))
      seen.push(...page.agents.map((each) => each.id))
      cursor = page.nextCursor
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toContain('demo')
    for (const query of ['limit=0', 'limit=x', 'cursor=%00', `cursor=${'x'.repeat(300)}`])
      expect((await send('GET', `/api/agents?${query}`)).status).toBe(400)
  })

  it('survive any body: never a fault, and what is stored reads back', async () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 })
    const body = fc.record(
      {
        name,
        prompt: fc.string({ unit: 'binary' }),
        knowledge: fc.oneof(fc.json(), fc.constant({ questions: [] })),
        __proto__: fc.anything(),
      },
      { requiredKeys: ['name'] },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(body, fc.jsonValue(), fc.record({ name, greeting: name })),
        fc.jsonValue(),
        async (first: unknown, second: unknown) => {
          const made = await send('POST', '/api/agents', first)
          expect([201, 400]).toContain(made.status)
          if (made.status !== 201) return
          const path = `/api/agents/${(await read(made)).agent.id}`
          const changed = await send('PATCH', path, second)
          expect([200, 400]).toContain(changed.status)
          expect((await send('GET', path)).status).toBe(200)
          expect((await send('DELETE', path)).status).toBe(204)
        },
      ),
      { numRuns: 60 },
    )
  })
})
