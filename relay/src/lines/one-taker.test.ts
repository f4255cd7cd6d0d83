import { expect, it } from 'vitest'
import { createKeyring } from '../access/encryption.ts'
import { createIdempotency } from '../access/idempotency.ts'
import { TestClock } from '../clock.test-kit.ts'
import { createLogger } from '../logger.ts'
import { eachStore } from '../store/store.test-kit.ts'
import { createOneTaker } from './one-taker.ts'

eachStore('a call that several relays hear of', (room) => {
  const keyring = createKeyring({ current: Buffer.alloc(32, 5).toString('base64'), old: [] })
  const logger = createLogger({ level: 'silent' })
  const clock = new TestClock()
  const taker = (owner: string, its = clock) => createOneTaker(createIdempotency({ store: room.store, keyring, clock: its, owner, logger }))

  it('is passed on in silence where there is no room, and where another relay took it', async () => {
    const taken: string[] = []
    const take = (relay: string, answer: 'done' | 'no-room') =>
      taker(relay).of('toy', 's1', async () => {
        taken.push(relay)
        return answer
      })
    await take('relay_1', 'no-room')
    await take('relay_2', 'done')
    await take('relay_1', 'done')
    expect(taken).toEqual(['relay_1', 'relay_2'])
  })

  it('is told of as lost where whoever took it died on the way', async () => {
    const begun = Promise.withResolvers<void>()
    const died = () => {
      begun.resolve()
      return new Promise<never>(() => undefined)
    }
    // Its clock stands still: it renews nothing.
    void taker('relay_dead', new TestClock()).of('toy', 's2', died)
    await begun.promise
    await clock.advance(31_000)
    let runs = 0
    const taking = taker('relay_1').of('toy', 's2', async () => {
      runs += 1
      return 'done'
    })
    await expect(taking).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('cut off') })
    expect(runs).toBe(0)
  })
})
