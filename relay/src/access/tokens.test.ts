import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../calls/ports.ts'
import { createCallTokens } from './call-tokens.ts'
import { ACCESS_TOKEN_MS, createOperatorTokens } from './operator-tokens.ts'
import { deriveKey } from './secrets.ts'
import { createVisitorTokens } from './visitor-tokens.ts'

const authSecret = 'a-secret-of-at-least-thirty-two-characters'
const time = { now: Date.UTC(2026, 10, 21) }
const clock: Clock = { nowMs: () => time.now, monotonicMs: () => time.now, after: () => () => {} }
const user = { id: 'u_1', organisationId: 'o_1', role: 'operator' as const }
const agent = { id: 'a_1', organisationId: 'o_1' }
const unauthorized = expect.objectContaining({ code: 'unauthorized' })

describe('media tokens', () => {
  const tokens = createCallTokens({ purpose: 'media', authSecret, clock, firstConnectMs: 60_000 })

  it('opens the call it was made for and says until when', () => {
    const { token, expiresAtMs } = tokens.issue('c_Ab-9')
    expect(tokens.read(token)).toEqual({ callId: 'c_Ab-9', expiresAtMs })
    expect(expiresAtMs).toBe(time.now + 60_000)
  })

  it('is refused after any change, and from another secret', () => {
    const { token } = tokens.issue('c_1')
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AaZz09-_.'), (place, letter) => {
        const changed = token.slice(0, place) + letter + token.slice(place + 1)
        fc.pre(changed !== token)
        expect(tokens.read(changed)).toBeUndefined()
      }),
    )
    const other = createCallTokens({ purpose: 'media', authSecret: `${authSecret}!`, clock, firstConnectMs: 60_000 })
    expect(other.read(token)).toBeUndefined()
  })

  it('reads nothing from noise', () => {
    fc.assert(fc.property(fc.string(), (noise) => tokens.read(noise) === undefined))
  })
})

describe('operators’ tokens', () => {
  const tokens = createOperatorTokens({ authSecret, clock })
  const key = deriveKey(authSecret, 'operators')

  it('says who it is for 15 minutes', async () => {
    const { token, expiresAtMs } = await tokens.issue(user)
    expect(expiresAtMs - time.now).toBe(ACCESS_TOKEN_MS)
    expect(await tokens.read(token)).toEqual({ kind: 'user', organisationId: 'o_1', userId: 'u_1', role: 'operator' })
    time.now += ACCESS_TOKEN_MS
    await expect(tokens.read(token)).rejects.toEqual(unauthorized)
  })

  it('refuses other algorithms, issuers, audiences, keys and unsigned tokens', async () => {
    const { token } = await tokens.issue(user)
    const [head = '', payload = ''] = token.split('.')
    const header = JSON.parse(Buffer.from(head, 'base64url').toString())
    expect(header).toMatchObject({ alg: 'HS256', kid: expect.any(String) })
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const sign = (change: object, with_: object = header) =>
      new SignJWT({ ...claims, ...change }).setProtectedHeader({ ...header, ...with_ }).sign(key)
    await expect(tokens.read(await sign({}))).resolves.toBeTruthy()
    const forged = [
      await sign({ iss: 'somebody' }),
      await sign({ aud: 'voice-agent:visitors' }),
      await sign({ role: 'owner' }),
      await sign({ exp: undefined }),
      await sign({}, { kid: 'other' }),
      new UnsecuredJWT(claims).encode(),
    ]
    const head512 = Buffer.from(JSON.stringify({ ...header, alg: 'HS512' })).toString('base64url')
    forged.push(`${head512}.${payload}.${createHmac('sha512', key).update(`${head512}.${payload}`).digest('base64url')}`)
    for (const each of forged) await expect(tokens.read(each)).rejects.toEqual(unauthorized)
  })

  it('is refused after any change', async () => {
    const { token } = await tokens.issue(user)
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'AaZz09-_.'), async (place, letter) => {
        const changed = token.slice(0, place) + letter + token.slice(place + 1)
        fc.pre(changed !== token)
        await expect(tokens.read(changed)).rejects.toEqual(unauthorized)
      }),
    )
  })

  it('is no visitor token, and a visitor token is none of ours', async () => {
    const visitors = createVisitorTokens({ authSecret, clock })
    const { token } = await tokens.issue(user)
    await expect(visitors.check(token, agent)).rejects.toEqual(unauthorized)
    const given = await visitors.issue({ agentId: 'a_1', organisationId: 'o_1', ttlMs: 60_000 })
    await expect(tokens.read(given.token)).rejects.toEqual(unauthorized)
  })
})

describe('visitor tokens', () => {
  const visitors = createVisitorTokens({ authSecret, clock })

  it('opens its own agent only, and only for a while', async () => {
    const { token } = await visitors.issue({ agentId: 'a_1', organisationId: 'o_1', userId: 'u-77', ttlMs: 60_000 })
    expect(await visitors.check(token, agent)).toEqual({ userId: 'u-77', trial: false })
    await expect(visitors.check(token, { ...agent, id: 'a_2' })).rejects.toEqual(unauthorized)
    await expect(visitors.check(token, { ...agent, organisationId: 'o_2' })).rejects.toEqual(unauthorized)
    time.now += 60_001
    await expect(visitors.check(token, agent)).rejects.toEqual(unauthorized)
  })
})
