import { expect, it } from 'vitest'
import { jiocx } from '../kit/carriers/jiocx.ts'
import { houseOf } from '../kit/carriers/subject.ts'

/** A bridge whose two ends are one number: both its phones ring, are joined, and it ends like any other. */

it('a visitor whose number is the person’s is joined with them', async () => {
  const number = '+12025556400'
  const house = await houseOf(jiocx, { phone: { person: number, ringMs: 5000 } })
  try {
    await house.phones.script(number, { every: true, afterMs: 400, says: [{ pauseMs: 2500 }], hangsUpAfterMs: 0 })
    const callback = await house.ring(number)
    await callback.over
    expect(callback.statuses).toEqual(['initiated', 'connecting', 'connected', 'completed'])
    await house.settled(callback.callId, number, { status: 'completed', endReason: 'callee' })
    expect((await house.phones.calls(number)).map(({ end }) => end)).toEqual(['hung-up', 'hung-up'])
    expect(await house.phones.placements(number)).toBe(1)
  } finally {
    await house.close()
  }
})
