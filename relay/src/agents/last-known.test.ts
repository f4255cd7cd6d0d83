import { expect, it } from 'vitest'
import { TestClock } from '../clock.test-kit.ts'
import { lastKnown } from './last-known.ts'

function world() {
  const clock = new TestClock()
  const source = { says: (name: string): Promise<string | undefined> => Promise.resolve(`${name} 1`) }
  const known = lastKnown((name: string) => source.says(name), clock)
  const away = () => Promise.reject<string>(new Error('away'))
  return { away, clock, known, source }
}

it('gives what is so while it can be asked', async () => {
  const { known, source } = world()
  expect(await known.ask('a')).toBe('a 1')
  source.says = async () => 'a 2'
  expect(await known.ask('a')).toBe('a 2')
  source.says = async () => undefined
  expect(await known.ask('a')).toBeUndefined()
})

it('gives what was so last while nobody answers or only slowly, and knows nothing of others', async () => {
  const { away, clock, known, source } = world()
  await known.ask('a')
  source.says = away
  expect(await known.ask('a')).toBe('a 1')
  await expect(known.ask('b')).rejects.toThrow('away')
  source.says = () => new Promise(() => undefined)
  const asked = known.ask('a')
  await clock.advance(500)
  expect(await asked).toBe('a 1')
})

it('knows no longer what has changed, is gone, or is old', async () => {
  const { away, clock, known, source } = world()
  await known.ask('a')
  known.forget()
  source.says = away
  await expect(known.ask('a')).rejects.toThrow('away')

  const slow = Promise.withResolvers<string>()
  source.says = () => slow.promise
  const before = known.ask('a')
  known.forget()
  slow.resolve('old')
  expect(await before).toBe('old')
  source.says = away
  await expect(known.ask('a')).rejects.toThrow('away')

  source.says = async () => 'a 3'
  await known.ask('a')
  await clock.advance(4 * 3_600_000 + 1)
  source.says = away
  await expect(known.ask('a')).rejects.toThrow('away')

  source.says = async () => 'a 4'
  await known.ask('a')
  source.says = async () => undefined
  await known.ask('a')
  source.says = away
  expect(await known.ask('a')).toBeUndefined()
})

it('learns by another way what it does not know yet', async () => {
  const { away, known, source } = world()
  known.learn('b learnt', 'b')
  await known.ask('a')
  known.learn('a learnt', 'a')
  source.says = away
  expect([await known.ask('a'), await known.ask('b')]).toEqual(['a 1', 'b learnt'])
})

it('does not grow with what is asked', async () => {
  const { away, known, source } = world()
  for (let asked = 0; asked < 1500; asked++) await known.ask(`n${asked}`)
  source.says = away
  await expect(known.ask('n0')).rejects.toThrow('away')
  expect(await known.ask('n1499')).toBe('n1499 1')
})
