import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newOperator, type Operator, signIn } from '../kit/operator.ts'
import { OperatorEnd, OperatorHand } from '../kit/operator-end.ts'
import { type RelayProcess, startDemo } from '../kit/relay-process.ts'
import { type Visitor, visit } from '../kit/visitor.ts'

/** Who may hear and hold a call, asked from outside: an address is for one call, one person and one purpose, and cannot be guessed. */

const BAD_TOKEN = 4401

let demo: RelayProcess
let admin: Operator
let visitor: Visitor
let hand: OperatorHand
beforeAll(async () => {
  demo = await startDemo()
  admin = await signIn(demo)
  visitor = await visit(demo.url)
  hand = new OperatorHand(admin, visitor.opened.callId)
})
afterAll(async () => {
  visitor?.leave()
  await demo?.[Symbol.asyncDispose]()
})

const listenUrl = async () => {
  const { body, status } = await admin.ask<{ url: string }>('POST', `/api/calls/${visitor.opened.callId}/listen`)
  expect(status).toBe(200)
  return body.url
}
/** How a socket at this address ends, when it is not let in. */
const ends = async (url: string) => {
  const end = new OperatorEnd(url)
  const { code } = await end.closed
  expect(end.messages).toEqual([])
  return code
}

describe('an address to listen at', () => {
  it('works once', async () => {
    const url = await listenUrl()
    const ear = await OperatorEnd.join(url)
    expect(ear.messages[0]).toMatchObject({ type: 'ready', callId: visitor.opened.callId, role: 'listen' })
    expect(await ends(url)).toBe(BAD_TOKEN)
    ear.die()
  })

  it('is not to be guessed, nor made from another', async () => {
    const url = await listenUrl()
    const token = url.slice(url.lastIndexOf('/') + 1)
    const base = url.slice(0, -token.length)
    const changed = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
    const { callId, mediaUrl } = visitor.opened
    const visitors = new URL(mediaUrl).pathname.split('/').at(-1) ?? ''
    for (const guess of [changed, token.slice(1), callId, `${callId}_${'A'.repeat(43)}`, visitors, 'x'])
      expect([guess, await ends(base + guess)]).toEqual([guess, BAD_TOKEN])
    // Nor does it open the visitor's own door.
    const asVisitor = new OperatorEnd(mediaUrl.replace(visitors, token))
    expect((await asVisitor.closed).code).toBe(BAD_TOKEN)
    ;(await OperatorEnd.join(url)).die()
  })

  it('lets nobody speak', async () => {
    const ear = await hand.listen()
    ear.ws.send(new Uint8Array(640))
    await ear.seen('error')
    ear.send({ type: 'text', text: 'I am not here.' })
    await ear.seen('error', ({ message }) => message.includes('write'))
    expect([...visitor.entries.values()].map(({ role }) => role)).not.toContain('operator')
    ear.die()
  })
})

describe('a takeover', () => {
  it('is one operator’s at a time, and its address ends with it', async () => {
    const other = new OperatorHand(await newOperator(demo, admin), visitor.opened.callId)
    const taken = await hand.takeOver({ reason: 'to try' })
    expect([taken.status, taken.body.call.ai]).toEqual([200, 'off'])
    expect((await other.takeOver()).status).toBe(409)
    expect((await other.handBack()).status).toBe(409)
    const operator = await OperatorEnd.join(taken.body.mediaUrl)
    expect((await hand.handBack()).status).toBe(200)
    expect((await operator.closed).code).toBe(1000)
    expect(await ends(taken.body.mediaUrl)).toBe(BAD_TOKEN)
    expect((await hand.handBack()).status).toBe(409)
  })

  it('is not a viewer’s', async () => {
    const viewer = new OperatorHand(await newOperator(demo, admin, 'viewer'), visitor.opened.callId)
    expect((await viewer.takeOver()).status).toBe(403)
    await expect(viewer.listen()).rejects.toThrow('403')
    expect((await viewer.takeovers()).length).toBeGreaterThan(0)
  })
})
