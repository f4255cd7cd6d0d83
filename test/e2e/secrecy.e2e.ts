import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '@voice-agent/relay/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesHolding, filesWith } from '../kit/needles.ts'
import { ask, type Operator, signIn } from '../kit/operator.ts'
import { type Postgres, startPostgres } from '../kit/postgres.ts'
import { type Env, type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { type Visitor, visit } from '../kit/visitor.ts'

/** No word of a call stands readable in any file at any time; erasing leaves a chain that verifies; keys rotate. */

const newKey = () => randomBytes(32).toString('base64')
const LOGIN = { ADMIN_EMAIL: 'admin@shop.example', ADMIN_PASSWORD: 'correct horse battery' }
const operator = (demo: RelayProcess) => signIn(demo, { email: LOGIN.ADMIN_EMAIL, password: LOGIN.ADMIN_PASSWORD })

/** Words that nothing but this call can have written. */
const secret = {
  name: 'Zorblaxia',
  typed: 'quokkamarmalade',
  context: 'fjordpumpernickel',
  variable: 'gnocchizeppelin',
  user: 'user-walrusbeacon',
  page: 'pagetitle-ocelotlantern',
  feedback: 'commentvicunaharbour',
}
const needles = Object.values(secret)

async function speakOfSecrets(demo: RelayProcess): Promise<Visitor> {
  const visitor = await visit(demo.url, {
    variables: { favourite: secret.variable },
    userId: secret.user,
    page: { url: `${demo.url}/${secret.page}`, title: secret.page },
  })
  visitor.send({ type: 'context', text: secret.context })
  visitor.send({ type: 'feedback', score: 3, comment: secret.feedback })
  // The agent says the name back, so its words hold it too.
  const answer = await visitor.question(`My name is ${secret.name}.`)
  expect(answer.text).toContain(secret.name)
  visitor.send({ type: 'text', text: `Tell me about ${secret.typed}` })
  await visitor.entry('the typed word', ({ text }) => text.includes(secret.typed))
  return visitor
}

const settled = (admin: Operator, callId: string) =>
  until('the call is settled', async () => {
    const { body } = await admin.ask<{ call?: { status: string } }>('GET', `/api/calls/${callId}`)
    return body.call?.status === 'completed'
  })

const transcript = async (admin: Operator, callId: string) =>
  (await admin.ask<{ entries?: Entry[] }>('GET', `/api/calls/${callId}/transcript`)).body.entries ?? []

const said = (entries: Entry[]) => entries.map(({ text }) => text).join('\n')

describe.each(['embedded', 'Postgres'] as const)('a call stored in %s', (storage) => {
  let database: Postgres | undefined
  let demo: RelayProcess
  let admin: Operator
  let callId = ''
  let keys = { ENCRYPTION_KEY: newKey(), AUTH_SECRET: 'a'.repeat(48) }
  const places = () => [demo.dataDir, ...(database ? [database.dir] : [])]
  const leaks = () => [
    ...places().flatMap((dir) => filesWith(dir, needles)),
    ...needles.filter((needle) => demo.output().includes(needle)).map((needle) => `output: ${needle}`),
  ]

  beforeAll(async () => {
    if (storage === 'Postgres') database = await startPostgres()
    const env: Env = database ? { DATABASE_URL: database.url } : {}
    demo = await startDemo({ SANDBOX_AI: '1', LOG_LEVEL: 'trace', ...env, ...keys, ...LOGIN })
    admin = await operator(demo)
    expect((await admin.ask('PATCH', '/api/agents/demo', { engine: 'gemini', fallbacks: ['offline'] })).status).toBe(200)
  })
  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  it('the search itself finds words', () => {
    const dir = mkdtempSync(join(tmpdir(), 'voice-agent-needles-'))
    const sentence = `well, ${secret.typed} it is`
    const written = [
      sentence,
      Buffer.from(sentence).toString('base64'),
      Buffer.from(` ${sentence}`).toString('base64'),
      Buffer.from(sentence).toString('hex'),
      Buffer.from(sentence, 'utf16le'),
    ]
    for (const [at, text] of written.entries()) writeFileSync(join(dir, String(at)), text)
    const found = filesWith(dir, [secret.typed]).map((line) => line.split(':')[0])
    expect(new Set(found).size).toBe(written.length)
    rmSync(dir, { recursive: true })
  })

  it('is readable for operators, and nowhere in a file while it goes on, after it, or after the relay has stopped', async () => {
    const visitor = await speakOfSecrets(demo)
    callId = visitor.opened.callId
    expect(leaks()).toEqual([])
    await visitor.hangUp()
    await settled(admin, callId)
    expect(said(await transcript(admin, callId))).toContain(secret.typed)
    expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject({ verified: true })
    expect(leaks()).toEqual([])
    if (database) await database.sql`checkpoint`
    expect(await demo.stop()).toBe(0)
    expect(leaks()).toEqual([])
    expect(demo.output()).toContain(callId)
  })

  it('keys rotate: the old call is read under a new key, and then without the old one', async () => {
    const old = keys.ENCRYPTION_KEY
    keys = { ...keys, ENCRYPTION_KEY: newKey() }
    demo = await demo.restart({ ...keys, ENCRYPTION_KEYS_OLD: old })
    admin = await operator(demo)
    expect(said(await transcript(admin, callId))).toContain(secret.typed)
    expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject({ verified: true })
    await until('the log says that all keys are wrapped anew', () =>
      demo.output().includes('keys wrapped under the current ENCRYPTION_KEY'),
    )
    expect(await demo.stop()).toBe(0)
    demo = await demo.restart({ ...keys, ENCRYPTION_KEYS_OLD: '' })
    admin = await operator(demo)
    expect(said(await transcript(admin, callId))).toContain(secret.typed)
    expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject({ verified: true })
  })

  it('erasing it leaves a chain that verifies, and its wrapped key in no table file', async () => {
    const wrapped = database
      ? ((await database.sql`select wrapped from call_keys where call_id = ${callId}`)[0]?.wrapped as Buffer)
      : undefined
    // All but the write-ahead log, of which SECURITY.md tells.
    const keyFiles = () => (database && wrapped ? filesHolding(join(database.dir, 'base'), [wrapped]) : [])
    if (database) {
      await database.sql`checkpoint`
      expect(keyFiles().length, 'the search finds the key while it is there').toBeGreaterThan(0)
    }
    const refused = await ask(demo.url, 'DELETE', `/api/calls/${callId}`)
    expect(refused.status).toBe(401)
    expect((await admin.ask('DELETE', `/api/calls/${callId}`)).status).toBe(204)
    const erased = { callId, verified: true, problems: [], erased: true }
    expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject(erased)
    expect(said(await transcript(admin, callId))).not.toContain(secret.typed)
    const events = (await admin.ask<{ events: { payload?: object }[] }>('GET', `/api/calls/${callId}/events`)).body.events
    expect(events.length).toBeGreaterThan(2)
    expect(events.every(({ payload }) => payload === undefined)).toBe(true)
    if (database && wrapped) {
      const { sql } = database
      await until('the key left the table files', async () => {
        await sql`checkpoint`
        return keyFiles().length === 0
      })
    }
    expect(await demo.stop()).toBe(0)
    demo = await demo.restart()
    admin = await operator(demo)
    expect((await admin.ask('GET', `/api/calls/${callId}/evidence`)).body).toMatchObject(erased)
    expect((await admin.ask('GET', `/api/calls/${callId}`)).body).toMatchObject({ call: { id: callId, status: 'completed' } })
    expect(leaks()).toEqual([])
  })
})
