import { describe, expect, test } from 'vitest'
import { handle, voice } from './far-end.test-kit.ts'
import { call, isType } from './live-call.test-kit.ts'

describe('what cannot be helped is a fault', () => {
  test.each([
    ['a wrong key', { code: 1007, reason: 'API key not valid. Please pass a valid API key.' }, 'unauthorized'],
    ['a quota', { code: 1011, reason: 'You exceeded your current quota, please check your plan and billing details.' }, 'quota'],
  ])('%s at once', async (_, refusal, code) => {
    const { failed, far } = await call({ refuse: () => refusal })
    expect(await failed()).toMatchObject({ code })
    expect(far.sockets).toHaveLength(1)
  })

  test.each([
    [401, 'unauthorized'],
    [429, 'quota'],
  ])('an upgrade answered with %i', async (status, code) => {
    const { failed } = await call({ status })
    expect(await failed()).toMatchObject({ code })
  })

  test('a server that refuses is tried three times, one that is silent not for ever', async () => {
    const { failed, far, clock } = await call({ refuse: (_, nth) => (nth < 3 ? { code: 1011, reason: 'Internal error' } : 'silence') })
    for (const nth of [1, 2]) {
      await (await far.socket(nth)).closed
      while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(600)
    }
    const three = await far.socket(3)
    await three.until(({ setup }) => setup !== undefined)
    await clock.advance(6000)
    expect(await failed()).toMatchObject({ code: 'stalled' })
    expect(clock.waiting).toBe(0)
    await three.closed
  })

  test('the call ends while the server is silent: its socket is not kept', async () => {
    const { far, talk, clock } = await call({ refuse: () => 'silence' })
    const one = await far.socket(1)
    await one.until(({ setup }) => setup !== undefined)
    talk.abort.abort()
    await one.closed
    expect(clock.waiting).toBe(0)
    expect(talk.events).toEqual([])
  })

  test('quota in the middle of the talk', async () => {
    const { failed, far } = await call()
    const one = await far.socket(1)
    await one.until(({ setup }) => setup !== undefined)
    one.close(1011, 'RESOURCE_EXHAUSTED: quota')
    expect(await failed()).toMatchObject({ code: 'quota' })
  })

  test('frames that cannot be read before the session stands', async () => {
    const { failed } = await call({ refuse: () => 'garbage' })
    expect(await failed()).toMatchObject({ code: 'malformed' })
  })

  test('one frame that cannot be read is nothing, five in a row are', async () => {
    const { failed, far, talk } = await call()
    const one = await far.socket(1)
    await one.until(({ setup }) => setup !== undefined)
    one.say(handle('h'))
    for (let at = 0; at < 4; at++) one.raw('{"serverContent')
    one.say(voice('Still here'))
    await talk.until(isType('said'))
    for (let at = 0; at < 5; at++) one.raw('[')
    expect(await failed()).toMatchObject({ code: 'malformed' })
  })

  test('when the call ends nothing stays open', async () => {
    const { far, talk, clock } = await call()
    const one = await far.socket(1)
    talk.turn('u1', 'Hi')
    one.say({ goAway: { timeLeft: '50s' } })
    one.say(voice('Hello'))
    await talk.until(isType('said'))
    talk.abort.abort()
    await one.closed
    const before = talk.events.length
    expect(clock.waiting).toBe(0)
    expect(talk.events).toHaveLength(before)
  })
})
