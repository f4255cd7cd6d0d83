import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'

/** What /openapi.json says of every route of the real relay. */

interface Media {
  schema?: object
  example?: unknown
}
interface Operation {
  summary?: string
  tags?: string[]
  security?: unknown[]
  'x-access'?: string
  'x-role'?: string
  parameters?: { in: string; name: string; required?: boolean }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
}
type Document = { paths: Record<string, Record<string, Operation>>; components?: { schemas?: Record<string, object> } }

let house: TestRelay
let document: Document
let operations: { named: string; operation: Operation }[]
beforeAll(async () => {
  house = await startTestRelay()
  document = (await (await house.ask('/openapi.json')).json()) as Document
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ named: `${method.toUpperCase()} ${path}`, operation })),
  )
})
afterAll(() => house.close())

/** Pages and their files are for browsers. */
const FOR_BROWSERS = /^(\/console|\/docs|\/ai-calls|\/assets|\/voice-(agent|console))/

describe('the description', () => {
  it('has every route but pages and their files, each with a summary and a group', () => {
    const routes = house.relay.routes.filter(({ path }) => !FOR_BROWSERS.test(path))
    expect(operations.map(({ named }) => named).toSorted()).toEqual(
      routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`).toSorted(),
    )
    for (const { named, operation } of operations) {
      expect([named, operation.summary]).toEqual([named, expect.stringMatching(/^\S.{6,}[^.]$/)])
      expect([named, operation.tags]).toEqual([named, [expect.any(String)]])
    }
  })

  it('says who may use each, as the route table does', () => {
    for (const { access, method, path } of house.relay.routes.filter(({ path: each }) => !FOR_BROWSERS.test(each))) {
      const operation = document.paths[path]?.[method]
      const named = `${method} ${path}`
      expect([named, operation?.['x-access'], operation?.['x-role']]).toEqual([
        named,
        access.who,
        access.who === 'operator' ? access.role : undefined,
      ])
      expect([named, operation?.security !== undefined]).toEqual([named, access.who === 'operator'])
    }
  })

  it('names every variable of a path, what it takes and what it answers, refusals included', () => {
    for (const { named, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => `{${name}}`)
      expect([named, inPath.toSorted()]).toEqual([named, (named.match(/\{[^}]+\}/g) ?? []).toSorted()])
      const answers = Object.entries(operation.responses)
      expect([named, answers.some(([status]) => /^[23]\d\d$/.test(status))]).toEqual([named, true])
      for (const [status, { description }] of answers)
        expect([named, status, description]).toEqual([named, status, expect.stringMatching(/\w{3}/)])
      expect([named, operation.responses.default?.content?.['application/problem+json']?.schema]).toEqual([named, expect.any(Object)])
      const refusals = operation['x-access'] === 'operator' ? ['401', '403'] : operation['x-access'] === 'carrier' ? ['403'] : []
      for (const status of refusals)
        expect([named, status, operation.responses[status]?.content]).toEqual([
          named,
          status,
          { 'application/problem+json': expect.any(Object) },
        ])
    }
  })

  it('tells of Idempotency-Key wherever a request makes a phone ring', () => {
    const told = operations.filter(({ operation }) =>
      operation.parameters?.some((each) => each.in === 'header' && each.name === 'Idempotency-Key'),
    )
    expect(told.map(({ named }) => named).toSorted()).toEqual([
      'POST /api/agents/management/{id}/calling/test',
      'POST /api/calls/initiate',
      'POST /api/calls/{id}/takeover',
      'POST /api/calls/{id}/transfer',
      'POST /api/click-to-call',
    ])
  })

  it('gives an example of every body and answer in JSON, which fits its schema', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    const wrong: string[] = []
    let checked = 0
    for (const { named, operation } of operations) {
      const bodies = Object.entries(operation.requestBody?.content ?? {}).map(([type, media]) => ['body', type, media] as const)
      const answers = Object.entries(operation.responses).flatMap(([status, { content }]) =>
        Object.entries(content ?? {}).map(([type, media]) => [status, type, media] as const),
      )
      for (const [what, type, media] of [...bodies, ...answers]) {
        if (!/json$/.test(type)) continue
        checked += 1
        const fits = ajv.compile({ ...media.schema, components: document.components })
        if (!fits(media.example))
          wrong.push(`${named} ${what}: ${ajv.errorsText(fits.errors).slice(0, 300)} in ${JSON.stringify(media.example)?.slice(0, 200)}`)
      }
    }
    expect(wrong).toEqual([])
    expect(checked).toBeGreaterThan(100)
  })
})
