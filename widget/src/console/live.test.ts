import { expect } from '@esm-bundle/chai'
import fc from 'fast-check'
import { anEntry } from '../testing/calls.test-kit.ts'
import type { TranscriptUpdate } from './call.ts'
import { type Connect, createLive } from './live.ts'
import { ConsoleProblem } from './problem.ts'
import type { Session } from './session.ts'

type Listener = (...told: never[]) => void

/** The rooms as CONTRACT section 6 has them, in this page: who subscribes is told what changed after `after`, then everything. */
class Rooms {
  readonly told: TranscriptUpdate[] = []
  readonly auths: string[] = []
  readonly socket = {
    connected: false,
    active: true,
    on: (event: string, listener: Listener) => this.#listeners.push({ event, listener, once: false }),
    once: (event: string, listener: Listener) => this.#listeners.push({ event, listener, once: true }),
    emit: (event: string, given: unknown, acknowledge?: (answer: unknown) => void) => this.#asked(event, given, acknowledge),
    connect: () => this.connect(),
    close: () => this.drop('io client disconnect'),
  }
  #listeners: { event: string; listener: Listener; once: boolean }[] = []
  #joined = new Set<string>()
  #auth: (give: (data: { token: string }) => void) => void = () => undefined

  readonly connectTo: Connect = (_relay, auth) => {
    this.#auth = auth
    return this.socket as unknown as ReturnType<Connect>
  }

  connect(): void {
    this.#auth(({ token }) => {
      this.auths.push(token)
      this.socket.connected = true
      this.#fire('connect')
    })
  }

  drop(reason = 'transport close'): void {
    if (!this.socket.connected) return
    this.socket.connected = false
    this.#joined.clear()
    this.#fire('disconnect', reason)
  }

  say(update: TranscriptUpdate): void {
    this.told.push(update)
    if (this.#joined.has(update.callId)) this.#fire('transcript:update', update)
  }

  fire = (event: string, given: unknown) => this.#fire(event, given)

  #asked(event: string, given: unknown, acknowledge?: (answer: unknown) => void): void {
    if (event === 'transcript:unsubscribe') this.#joined.delete(given as string)
    if (event === 'transcript:subscribe') {
      const { after, callId } = given as { callId: string; after: number }
      this.#joined.add(callId)
      const newest = new Map(this.told.filter((each) => each.callId === callId && each.seq > after).map((each) => [each.id, each]))
      for (const update of [...newest.values()].sort((a, b) => a.seq - b.seq)) this.#fire('transcript:update', update)
    }
    acknowledge?.({ ok: true })
  }

  #fire(event: string, ...told: unknown[]): void {
    for (const each of [...this.#listeners]) {
      if (each.event !== event) continue
      if (each.once) this.#listeners.splice(this.#listeners.indexOf(each), 1)
      each.listener(...(told as never[]))
    }
  }
}

const session = (renew: (than: string) => Promise<string>): Session => ({ token: async () => 'first', renew }) as unknown as Session
const turn = () => new Promise((resolve) => setTimeout(resolve))

describe('the live line', () => {
  it('tells each entry’s newest state in order, however often the line breaks', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ is: fc.constant('say' as const), entry: fc.integer({ min: 0, max: 6 }) }) },
      { weight: 1, arbitrary: fc.constant({ is: 'drop' as const }) },
      { weight: 1, arbitrary: fc.constant({ is: 'connect' as const }) },
      { weight: 1, arbitrary: fc.constant({ is: 'look away' as const }) },
      { weight: 1, arbitrary: fc.constant({ is: 'look' as const }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const rooms = new Rooms()
        const live = createLive({ relay: '', session: session(async () => 'next'), connect: rooms.connectTo })
        let seen: TranscriptUpdate[] = []
        let stop: (() => void) | undefined
        const look = () => {
          seen = []
          stop = live.transcript('c1', (update) => seen.push(update))
        }
        let seq = 0
        for (const each of steps) {
          seq += 1
          if (each.is === 'say') rooms.say(anEntry(`e${each.entry}`, seq))
          else if (each.is === 'drop') rooms.drop()
          else if (each.is === 'connect' && !rooms.socket.connected) {
            rooms.connect()
            await turn()
          } else if (each.is === 'look' && !stop) {
            look()
            await turn()
          } else if (each.is === 'look away') {
            stop?.()
            stop = undefined
          }
        }
        if (!stop) look()
        if (!rooms.socket.connected) rooms.connect()
        await turn()
        const seqs = seen.map((update) => update.seq)
        expect(seqs).to.deep.equal([...seqs].sort((a, b) => a - b))
        const newest = (all: readonly TranscriptUpdate[]) => Object.fromEntries(all.map((update) => [update.id, update.text]))
        expect(newest(seen)).to.deep.equal(newest(rooms.told))
        live.close()
      }),
      { numRuns: 150 },
    )
  })

  it('gives who comes later what was told already, without asking again', async () => {
    const rooms = new Rooms()
    const live = createLive({ relay: '', session: session(async () => 'next'), connect: rooms.connectTo })
    rooms.connect()
    await turn()
    live.transcript('c1', () => undefined)
    await turn()
    rooms.say(anEntry('a', 1))
    rooms.say(anEntry('b', 2))
    rooms.say(anEntry('a', 3, { text: 'changed' }))
    const late: string[] = []
    live.transcript('c1', ({ text }) => late.push(text))
    expect(late).to.deep.equal(['words 2', 'changed'])
    live.close()
  })

  it('comes back with a new token when the relay ends it, and tells lists to read anew', async () => {
    const rooms = new Rooms()
    const renewed: string[] = []
    const live = createLive({
      relay: '',
      connect: rooms.connectTo,
      session: session(async (than) => {
        renewed.push(than)
        return 'next'
      }),
    })
    let back = 0
    live.onBack(() => {
      back += 1
    })
    rooms.connect()
    await turn()
    rooms.drop('io server disconnect')
    expect(live.state).to.equal('lost')
    await turn()
    expect([renewed, live.state, back]).to.deep.equal([['first'], 'connected', 1])
    live.close()
  })

  it('stays away from a relay that signed the operator out', async () => {
    const rooms = new Rooms()
    const out = new ConsoleProblem({ code: 'unauthorized', status: 401, message: '' })
    const live = createLive({ relay: '', session: session(() => Promise.reject(out)), connect: rooms.connectTo })
    rooms.connect()
    await turn()
    rooms.drop('io server disconnect')
    await turn()
    expect(rooms.auths).to.deep.equal(['first'])
    live.close()
  })
})
