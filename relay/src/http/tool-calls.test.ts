import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createFarEnd, type FarEnd } from '../engines/far-end.test-kit.ts'
import { createOpenAiWire } from '../engines/openai/wire.test-kit.ts'
import { createLogger } from '../logger.ts'
import type { FromRelay, WebCall } from '../protocol/index.ts'
import { ownPage, startTestRelay, type TestRelay } from '../relay.test-kit.ts'

/** A typed call from the page to an owner's service and back, through everything that stands between them. */
const SECRET = 's3cret-of-the-shop'
let house: TestRelay
let far: FarEnd
let service: Server
let asked: { url: string | undefined; key: unknown }[]
const logged: string[] = []

beforeAll(async () => {
  asked = []
  service = createServer((request, response) => {
    asked.push({ url: request.url, key: request.headers['x-key'] })
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ships: 'today', sent: request.headers }))
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  far = await createFarEnd(createOpenAiWire())
  house = await startTestRelay({
    env: {
      OPENAI_API_KEY: 'key-for-tests-0123456789',
      OPENAI_BASE_URL: `${far.url}/v1`,
      OPENAI_MODEL: 'm',
      TOOL_PRIVATE_HOSTS: `127.0.0.1:${(service.address() as AddressInfo).port}`,
    },
    extras: { logger: createLogger({ level: 'trace', destination: { write: (line) => void logged.push(line) } }) },
  })
})
afterAll(async () => {
  await house.close()
  await far.close()
  service.closeAllConnections()
  await new Promise((resolve) => service.close(resolve))
})

/** A typed call with an agent that has a model, and nothing to say of itself. */
async function typedCall(more: { name: string; tools?: object[] }): Promise<WebCall> {
  const json = { engine: 'openai', fallbacks: [], disclosure: '', ...more }
  const made = await house.ask('/api/agents', { method: 'POST', token: await house.token('admin'), json })
  expect(made.status).toBe(201)
  const { agent } = (await made.json()) as { agent: { id: string } }
  const opened = await house.ask('/api/web-calls', {
    method: 'POST',
    headers: ownPage(house.relay),
    json: { agentId: agent.id, modality: 'text' },
  })
  return (await opened.json()) as WebCall
}

test('a service is asked with its secret; model, page, log and operators never see it', async () => {
  const token = await house.token('admin')
  const tool = {
    name: 'get_order',
    description: 'Looks an order up.',
    kind: 'http',
    parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
    http: { url: `http://127.0.0.1:${(service.address() as AddressInfo).port}/orders/{id}`, headers: { 'X-Key': SECRET } },
  }
  const call = await typedCall({ name: 'Shop', tools: [tool] })

  far.next(
    [{ use: { id: 'c1', name: 'get_order', arguments: { id: 'lamp-order-x7' } } }],
    [{ use: { id: 'c2', name: 'ask_for_human', arguments: { reason: 'wants-a-refund' } } }],
    [{ say: 'It ships today, and nobody else is here.' }, { use: { id: 'c3', name: 'end_call', arguments: {} } }],
  )
  const said: FromRelay[] = []
  const ws = new WebSocket(call.mediaUrl.replace('localhost', '127.0.0.1'))
  ws.on('message', (data) => said.push(JSON.parse(String(data)) as FromRelay))
  ws.on('open', () => ws.send(JSON.stringify({ type: 'text', text: 'Where is my order?' })))
  await new Promise((resolve) => ws.once('close', resolve))

  expect(asked).toEqual([{ url: '/orders/lamp-order-x7', key: SECRET }])
  expect(said.at(-1)).toMatchObject({ type: 'ended', reason: 'agent' })
  const model = JSON.stringify(far.asked)
  expect(model).toContain('ships')
  expect(model).toContain('Nobody is watching calls now')
  expect(model).not.toContain(SECRET)
  expect(model).not.toContain('/orders/{id}')

  const page = JSON.stringify(said)
  for (const words of [SECRET, 'wants-a-refund', 'lamp-order-x7', 'human-requested']) expect(page).not.toContain(words)
  const read = async () => (await house.ask(`/api/calls/${call.callId}/events`, { token })).text()
  // The log writes behind the call.
  let events = await read()
  while (!events.includes('call.ended')) events = await read()
  for (const type of ['tool.called', 'tool.finished', 'human.requested']) expect(events).toContain(type)
  expect(events).not.toContain(SECRET)
  await expect((await house.ask(`/api/calls/${call.callId}/evidence`, { token })).text()).resolves.not.toContain(SECRET)

  const lines = logged.join('')
  expect(lines).toContain(call.callId)
  for (const words of [SECRET, 'wants-a-refund', 'lamp-order-x7', 'ships']) expect(lines).not.toContain(words)
})

test.each([
  ['viewer', 'Nobody is watching calls now'],
  ['operator', 'The people who watch calls were told'],
] as const)('who asks for a human while a %s watches hears: %s', async (role, told) => {
  const page = io(house.url, { auth: { token: await house.token(role) }, transports: ['websocket'], reconnection: false, forceNew: true })
  try {
    await new Promise<void>((resolve) => page.once('connect', resolve))
    const call = await typedCall({ name: 'Desk' })
    far.next(
      [{ use: { id: 'h1', name: 'ask_for_human', arguments: { reason: 'a refund' } } }],
      [{ say: 'Goodbye.' }, { use: { id: 'h2', name: 'end_call', arguments: {} } }],
    )
    const ws = new WebSocket(call.mediaUrl.replace('localhost', '127.0.0.1'))
    ws.on('open', () => ws.send(JSON.stringify({ type: 'text', text: 'A person, please.' })))
    await new Promise((resolve) => ws.once('close', resolve))
    expect(JSON.stringify(far.asked.at(-1))).toContain(told)
  } finally {
    page.disconnect()
  }
})
