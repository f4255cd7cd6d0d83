import { expect, test } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { createDesks } from './desks.ts'

/** Socket.IO's words between relays, as its cluster adapter passes them: an answer to all is there once every relay has given its own. */

type Listener = (...given: never[]) => void
type Io = Parameters<typeof createDesks>[0]['io']

function house(...watched: ('yes' | 'no' | 'hangs')[]) {
  const clock = new TestClock()
  const relays = watched.map((is) => ({ is, listeners: new Map<string, Listener>() }))
  const asked: string[] = []
  const desks = relays.map((self) => {
    const tell = (event: string, ...given: unknown[]) => {
      const living = relays.filter((each) => each !== self && each.is !== 'hangs')
      for (const { listeners } of living) listeners.get(event)?.(...(given as never[]))
    }
    const io = {
      on: (event: string, listener: Listener) => void self.listeners.set(event, listener),
      serverSideEmit: tell,
      serverSideEmitWithAck(event: string, ...given: unknown[]) {
        asked.push(event)
        const answers: unknown[] = []
        const all = Promise.withResolvers<unknown[]>()
        tell(event, ...given, (answer: unknown) => {
          if (answers.push(answer) === relays.length - 1) all.resolve(answers)
        })
        if (relays.length === 1) all.resolve([])
        clock.after(5000, () => all.reject(new Error('timeout reached')))
        return all.promise
      },
    }
    return createDesks({ io: io as unknown as Io, isWatchedHere: () => self.is === 'yes', hasOthers: () => relays.length > 1, clock })
  })
  const [ask = async () => false] = desks
  return { ask: () => ask('org'), asked, clock }
}

test('somebody who looks on at another relay is found at once, though a third one hangs', async () => {
  const { ask } = house('no', 'hangs', 'yes')
  expect(await ask()).toBe(true)
})

test('nobody asks elsewhere where somebody looks on', async () => {
  const { ask, asked } = house('yes', 'hangs', 'no')
  expect([await ask(), asked]).toEqual([true, []])
})

test('nobody is there as soon as all have said so, or in time where one hangs', async () => {
  expect(await house('no').ask()).toBe(false)
  expect(await house('no', 'no', 'no').ask()).toBe(false)
  const { ask, clock } = house('no', 'hangs', 'no')
  const answer = ask()
  await clock.advance(800)
  expect(await answer).toBe(false)
  // What Socket.IO says of it later breaks nothing.
  await clock.advance(5000)
})
