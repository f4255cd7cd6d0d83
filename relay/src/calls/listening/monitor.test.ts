import { describe, expect, test } from 'vitest'
import { TestClock } from '../../clock.test-kit.ts'
import { createBeat } from '../beat.ts'
import { Passage } from '../passage.ts'
import { createMonitor } from './monitor.ts'

describe('listening', () => {
  test('costs nothing while nobody does: no tap, no timer', () => {
    const clock = new TestClock()
    const taps = new Passage()
    const beat = createBeat({ clock, everyMs: 20, onFault: () => undefined })
    const monitor = createMonitor({ taps, beat, clock })
    expect([taps, beat.members]).toEqual([{ visitor: undefined, agent: undefined, operator: undefined }, 0])
    const nobody = { hearsOperator: true, frame: () => undefined, levels: () => undefined }
    const [leave, leaveToo] = [monitor.add(nobody), monitor.add(nobody)]
    expect([taps.visitor, taps.agent, taps.operator].every(Boolean) && beat.members === 1).toBe(true)
    leave()
    leave()
    expect(monitor.size).toBe(1)
    leaveToo()
    expect([taps, beat.members, clock.waiting]).toEqual([{ visitor: undefined, agent: undefined, operator: undefined }, 0, 0])
  })

  test('gives both sides in step, drops what the far end dropped, and says how loud each is', async () => {
    const clock = new TestClock()
    const taps = new Passage()
    const monitor = createMonitor({ taps, clock, beat: createBeat({ clock, everyMs: 20, onFault: () => undefined }) })
    const heard = { all: [] as number[], others: [] as number[], levels: [] as object[] }
    const first = (bytes: Uint8Array) => new Int16Array(bytes.slice().buffer)[100] as number
    monitor.add({ hearsOperator: true, frame: (bytes) => heard.all.push(first(bytes)), levels: (levels) => heard.levels.push(levels) })
    monitor.add({ hearsOperator: false, frame: (bytes) => heard.others.push(first(bytes)), levels: () => undefined })
    const frame = (value: number) => new Uint8Array(new Int16Array(480).fill(value).buffer)
    for (let n = 0; n < 10; n++) taps.agent?.sound(frame(1000), 24_000)
    taps.visitor?.sound(frame(200), 24_000)
    taps.operator?.sound(frame(30), 24_000)
    await clock.advance(40)
    taps.agent?.dropped()
    await clock.advance(60)
    expect(heard.all).toEqual([1230, 1000, 0, 0, 0])
    expect(heard.others).toEqual([1200, 1000, 0, 0, 0])
    expect(heard.levels).toEqual([{ visitor: 200 / 32_768, agent: 1000 / 32_768 }])
    monitor.close()
    expect(taps.agent).toBeUndefined()
  })
})
