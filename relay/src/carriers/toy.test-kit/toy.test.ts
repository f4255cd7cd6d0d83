import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examine } from '../../doctor/findings.ts'
import { CARRIER_TABLE } from '../index.ts'
import { CALLEE, HEARD, loudest, OURS, startTincanHouse, type TincanHouse, type TinString } from './far-end.test-kit.ts'
import { tincanWith } from './index.ts'

/** A fifth carrier is one folder and one line: everything else of the house takes it as it is. */

let house: TincanHouse
beforeAll(async () => {
  house = await startTincanHouse()
})
afterAll(() => house.close())

const TONE = new Uint8Array(new Int16Array(160).map((_, n) => 8000 * Math.sin((2 * Math.PI * 440 * n) / 8000)).buffer)

async function pulled(url: string): Promise<TinString> {
  const string = await house.pull(url)
  if (typeof string === 'number') throw new Error(`refused with ${string}`)
  return string
}
const transcript = async (callId: string) => (await house.ask(`/api/calls/${callId}/transcript`, { token: house.admin })).text()
/** The agent is heard at this end, and what this end says by the agent. */
async function bothHear(string: TinString, callId: string): Promise<void> {
  await expect.poll(() => string.sound.some((bytes) => loudest(bytes) > 1000)).toBe(true)
  await expect
    .poll(() => {
      string.say(TONE)
      return transcript(callId)
    })
    .toContain(HEARD)
}
async function wished() {
  const before = house.placed.length
  const response = await house.wish({ phoneNumber: CALLEE })
  expect(response.status).toBe(202)
  const { callId } = (await response.json()) as { callId: string }
  await expect.poll(() => house.placed.length).toBe(before + 1)
  const placed = house.placed.at(-1)
  if (!placed) throw new Error('nothing was placed')
  return { callId, ...placed }
}
const idOf = async (sessionId: string) => {
  const { calls } = (await (await house.ask('/api/calls', { token: house.admin })).json()) as { calls: { id: string; sessionId: string }[] }
  return calls.find((each) => each.sessionId === sessionId)?.id ?? ''
}
const incoming = (url: string, call: string, headers: Record<string, string> = {}) =>
  fetch(url.replace(/^http:\/\/[^/]+/, house.url), {
    method: 'POST',
    headers,
    body: JSON.stringify({ call, from: CALLEE, to: OURS }),
  })

describe('a carrier that was added by one line', () => {
  it('has its numbers in the API, with what they can do and the addresses to paste', async () => {
    const { number } = house
    expect(number.credentialsSet).toEqual(['key'])
    expect(number.tincanConfig).toEqual({ apiBaseUrl: house.vendor.origin.replace('127.0.0.1', 'localhost') })
    expect(number.abilities).toMatchObject({ places: true, streams: true, transfers: false })
    expect(number.websocketUrl).toMatch(/^ws:\/\/.*\/api\/telephony\/ws\/pn_/)
    const bad = { phoneNumber: '+12025550133', provider: 'tincan', tincanConfig: { key: 'k', apiBaseUrl: 'https://elsewhere.example' } }
    const refused = await house.ask('/api/phone-numbers', { method: 'POST', token: house.admin, json: bad })
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('tincanConfig.apiBaseUrl')])
    const openApi = JSON.stringify(await (await house.ask('/openapi.json')).json())
    expect(openApi).toContain('tincanConfig')
  })

  it('rings, is answered, brings sound both ways and keys, and is hung up by us', async () => {
    const { callId, from, sound, status, to } = await wished()
    expect([from, to]).toEqual([OURS, CALLEE])
    expect(await house.tell(status, 'ringing')).toBe(204)
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'connecting' })
    expect(await house.tell(status, 'talking')).toBe(204)
    const string = await pulled(sound)
    string.say(`call ${house.newest()}`)
    await bothHear(string, callId)
    expect(await house.view(callId)).toMatchObject({ status: 'connected', direction: 'outbound' })
    string.say('key 7')
    await expect.poll(() => transcript(callId)).toContain('"text":"7"')
    const { call } = (await (await house.ask(`/api/calls/${callId}`, { token: house.admin })).json()) as {
      call: { capabilities: string[]; carrier: string }
    }
    expect(call).toMatchObject({ carrier: 'tincan', capabilities: ['hangup', 'say', 'context', 'whisper', 'listen', 'takeover'] })
    expect((await house.ask(`/api/calls/${callId}/hangup`, { method: 'POST', token: house.admin })).status).toBeLessThan(300)
    expect(await string.closed).toBe(1000)
    await expect.poll(() => house.ended).toContain(house.newest())
    await house.tell(status, 'over')
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'operator', ends: 1 })
  })

  it('is made ready before each placement, told of its names, and not asked while it is not ready', async () => {
    const { string } = house
    expect(string.did[0]).toBe('start')
    const { callId, status } = await wished()
    await expect.poll(() => string.did.slice(-2)).toEqual(['tighten', `named ${callId}`])
    await house.tell(status, 'busy')
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed' })
    string.slack = true
    const before = house.placed.length
    const response = await house.wish({ phoneNumber: CALLEE })
    const slack = (await response.json()) as { callId: string }
    await expect.poll(() => house.view(slack.callId)).toMatchObject({ status: 'failed', endReason: 'error', ends: 1 })
    expect([response.status, house.placed.length]).toEqual([202, before])
    string.slack = false
  })

  it.each([
    ['busy', 'busy'],
    ['silent', 'no-answer'],
  ])('%s ends it', async (state, endReason) => {
    const { callId, status } = await wished()
    expect(await house.tell(status, state)).toBe(204)
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'failed', endReason, ends: 1 })
  })

  it('is hung up by the far end', async () => {
    const { callId, sound, status } = await wished()
    const string = await pulled(sound)
    string.say(`call ${house.newest()}`)
    await bothHear(string, callId)
    await house.tell(status, 'over')
    await expect.poll(() => house.view(callId)).toMatchObject({ status: 'completed', endReason: 'callee', ends: 1 })
  })

  it('comes in, by the number’s own address or by its key', async () => {
    const { webhookUrl } = house.number
    const answers = [await incoming(webhookUrl, 'tin-700')]
    answers.push(await incoming(webhookUrl.replace(/\/[^/]+$/, ''), 'tin-701', { 'x-tincan': 'scratched-into-it' }))
    for (const [at, answer] of answers.entries()) {
      const { sound } = (await answer.json()) as { sound: string }
      const string = await pulled(sound)
      string.say(`call tin-70${at}`)
      await bothHear(string, await idOf(`tin-70${at}`))
      // The right worked once.
      expect(await house.pull(sound)).not.toHaveProperty('sound')
      string.say('mark nonsense')
      await house.tell(house.number.statusUrl, 'over', `tin-70${at}`)
      expect(await string.closed).toBe(1000)
    }
    const { calls } = (await (await house.ask('/api/calls', { token: house.admin })).json()) as {
      calls: { sessionId: string; direction: string; status: string; endReason: string }[]
    }
    for (const sessionId of ['tin-700', 'tin-701']) {
      expect(calls.find((each) => each.sessionId === sessionId)).toMatchObject({
        direction: 'inbound',
        status: 'completed',
        endReason: 'visitor',
      })
    }
  })

  it('is not believed without proof, and nothing comes of it', async () => {
    const { statusUrl, webhookUrl, websocketUrl } = house.number
    const wrong = (url: string) => url.replace(/[^/]+$/, 'x'.repeat(43))
    const bare = webhookUrl.replace(/\/[^/]+$/, '')
    expect((await incoming(wrong(webhookUrl), 'tin-800')).status).toBe(403)
    expect((await incoming(bare, 'tin-800')).status).toBe(403)
    expect((await incoming(bare, 'tin-800', { 'x-tincan': 'rust' })).status).toBe(403)
    expect(await house.tell(wrong(statusUrl), 'over', 'tin-1')).toBe(403)
    expect(await house.pull(wrong(websocketUrl))).toBe(403)
    const all = await (await house.ask('/api/calls', { token: house.admin })).text()
    expect(all).not.toContain('tin-800')
  })

  it('has the doctor and a guide', async () => {
    const findings = await examine(
      { DATA_DIR: house.dataDir },
      { widgetDir: house.dataDir, carriers: [...CARRIER_TABLE, tincanWith(house.string)] },
    )
    expect(findings.find(({ about }) => about === 'carrier tincan')?.text).toContain('pull the string')
    expect(await (await house.ask('/docs/carriers')).text()).toContain('href="/docs/carriers/tincan"')
    expect(await (await house.ask('/docs/carriers/tincan')).text()).toContain('the string hangs')
  })
})

it('is closed with the house', async () => {
  const other = await startTincanHouse()
  await other.close()
  expect(other.string.did).toEqual(['start', 'close'])
})
