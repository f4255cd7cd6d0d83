import { expect } from '@esm-bundle/chai'
import { openKeys } from './keys.ts'

/** The browser's timers, moved by hand. */
class Timers {
  readonly #real = [globalThis.setTimeout, globalThis.clearTimeout] as const
  #due: { id: number; atMs: number; run: () => void }[] = []
  nowMs = 0
  #id = 0

  constructor() {
    const set = (run: () => void, ms: number) => {
      this.#id += 1
      this.#due.push({ id: this.#id, atMs: this.nowMs + ms, run })
      return this.#id
    }
    const clear = (id: number) => {
      this.#due = this.#due.filter((each) => each.id !== id)
    }
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear })
  }
  /** Until nothing is due any more. */
  run(): void {
    for (let next = this.#due.shift(); next; next = this.#due.shift()) {
      this.nowMs = next.atMs
      next.run()
    }
  }
  restore(): void {
    Object.assign(globalThis, { setTimeout: this.#real[0], clearTimeout: this.#real[1] })
  }
}

describe('keys', () => {
  let timers: Timers
  let played: [atMs: number, tones: string][]
  let keys: ReturnType<typeof openKeys>
  beforeEach(() => {
    timers = new Timers()
    played = []
    keys = openKeys((tones) => played.push([timers.nowMs, tones]))
  })
  afterEach(() => timers.restore())

  it('sound at once when nothing else does', () => {
    keys.press('12')
    expect(played).to.deep.equal([[0, '12']])
    timers.run()
    keys.press('3')
    expect(played.at(-1)).to.deep.equal([460, '3'])
  })

  it('wait until those before were played, however fast they are pressed', () => {
    keys.press('1234')
    keys.press('5')
    keys.press('6')
    timers.run()
    expect(played).to.deep.equal([
      [0, '1234'],
      [920, '56'],
    ])
  })

  it('pause after the tones before a pause, not over them', () => {
    keys.press('1234w5ww6')
    timers.run()
    expect(played).to.deep.equal([
      [0, '1234'],
      [1_420, '5'],
      [2_650, '6'],
    ])
  })

  it('are silent once stopped', () => {
    keys.press('1w2')
    keys.stop()
    timers.run()
    expect(played).to.deep.equal([[0, '1']])
  })
})
