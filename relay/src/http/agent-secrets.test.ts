import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeyring } from '../access/encryption.ts'
import { openHouseKeys } from '../access/house-keys.ts'
import { rewrapAll } from '../access/rewrap.ts'
import { Persona } from '../agents/persona.ts'
import { openToolSecrets } from '../agents/tool-secrets.ts'
import { startTestRelay, type TestRelay } from '../relay.test-kit.ts'
import { agents, houseKeys } from '../store/schema.ts'

const ENCRYPTION_KEY = Buffer.alloc(32, 1).toString('base64')
const tool = (headers: Record<string, string | null>, url = 'https://shop.example/orders') => ({
  name: 'get_order',
  description: 'Looks an order up.',
  kind: 'http',
  http: { url, headers },
})

let house: TestRelay
let token: string
beforeAll(async () => {
  house = await startTestRelay({ env: { ENCRYPTION_KEY } })
  token = await house.token('admin')
})
afterAll(() => house.close())

const patch = (json: unknown) => house.ask('/api/agents/demo', { method: 'PATCH', token, json })
const stored = async () => Persona.parse((await house.relay.store.db.select().from(agents).where(eq(agents.id, 'demo')))[0]?.persona)

test('header values go in and never come out: not in the answer, the list, the page’s view or the database', async () => {
  const made = await house.ask('/api/agents', {
    method: 'POST',
    token,
    json: { name: 'Lamps', tools: [tool({ 'X-Key': 's3cret-of-lamps' })] },
  })
  expect(made.status).toBe(201)
  const { agent } = (await made.json()) as { agent: { id: string } }
  expect(agent).toMatchObject({ tools: [{ http: { headers: { 'X-Key': null } } }] })
  for (const path of ['/api/agents', `/api/agents/${agent.id}`, `/api/agents/${agent.id}/public`]) {
    const text = await (await house.ask(path, { token })).text()
    expect(text).not.toContain('s3cret-of-lamps')
    expect(text).not.toContain('sealed')
  }
  const rows = JSON.stringify(await house.relay.store.db.select().from(agents))
  expect(rows).toContain('sealed')
  expect(rows).not.toContain('s3cret-of-lamps')
  expect(rows).not.toContain(Buffer.from('s3cret-of-lamps').toString('base64').slice(0, 16))
})

test('what was read can be written back, and the secret still opens, also under a new ENCRYPTION_KEY', async () => {
  expect((await patch({ tools: [tool({ 'X-Key': 's3cret' })] })).status).toBe(200)
  const { agent } = (await (await house.ask('/api/agents/demo', { token })).json()) as { agent: { tools: unknown[] } }
  expect((await patch({ tools: agent.tools })).status).toBe(200)
  expect((await patch({ greeting: 'Hello again.' })).status).toBe(200)

  const rotated = createKeyring({ current: Buffer.alloc(32, 2).toString('base64'), old: [ENCRYPTION_KEY] })
  await rewrapAll(house.relay.store, rotated)
  const rows = await house.relay.store.db.select().from(houseKeys)
  expect(rows.map(({ name, keyId }) => [name, keyId])).toContainEqual(['secrets', rotated.currentId])
  const onlyNew = createKeyring({ current: Buffer.alloc(32, 2).toString('base64'), old: [] })
  const [kept] = (await stored()).tools
  // A store object of its own: the keys that were opened before the change must not help.
  const secrets = await openHouseKeys({ ...house.relay.store }, onlyNew)
  expect(kept && openToolSecrets('demo', kept, secrets)).toEqual({ 'X-Key': 's3cret' })
})

test('a secret does not follow to another server, and nobody can bring sealed bytes along', async () => {
  await patch({ tools: [tool({ 'X-Key': 's3cret' })] })
  const before = await stored()
  const moved = await patch({ tools: [tool({ 'X-Key': null }, 'https://evil.example/')] })
  expect(moved.status).toBe(400)
  expect(await moved.json()).toMatchObject({ errors: [{ path: 'tools.0.http.headers.X-Key' }] })
  const sealed = before.tools[0]?.http?.headers?.['X-Key']
  const brought = { ...tool({}), http: { url: 'https://evil.example/', headers: { 'X-Key': sealed } } }
  expect((await patch({ tools: [brought] })).status).toBe(400)
  expect((await house.ask('/api/agents', { method: 'POST', token, json: { name: 'Other', tools: [brought] } })).status).toBe(400)
  expect(await stored()).toEqual(before)
})

test('a refusal names the place and never the value', async () => {
  const answer = await patch({ tools: [tool({ 'X-Key': 's3cret\r\nX-Other: 1' }, 'http://shop.example/')] })
  expect(answer.status).toBe(400)
  const text = await answer.text()
  expect(text).toContain('tools.0.http.url')
  expect(text).toContain('tools.0.http.headers.X-Key')
  expect(text).not.toContain('s3cret')
})

test('the API page says that headers are text or null', async () => {
  const page = await (await house.ask('/openapi.json')).text()
  expect(page).toContain('allowedHosts')
  expect(page).not.toContain('sealed')
})
