import { askForCall, many } from '../ask-for-call.ts'
import { type Caller, type Delayed, joinCall } from './caller.ts'
import { CHUNK_MS, FRAME_MS } from './shape.ts'
import { Delays } from './tally.ts'
import { startVendor } from './vendor.ts'
import { startWheel } from './wheel.ts'

/** The load: every page and the vendor, in one process. It feeds one measured process at a time. */

export type LoadWish =
  /** More calls of a process, up to `calls`; `web-calls`: opened as a page does, `sockets`: joined at once. */
  | { do: 'join'; name: string; url: string; by: 'web-calls' | 'sockets'; calls: number }
  | { do: 'feed'; name: string }
  /** From now on frames count, under this row's name. */
  | { do: 'count'; row: string }
  /** Nobody says anything more, in the middle of a turn. */
  | { do: 'rest' }
  /** The turns are over. */
  | { do: 'end'; name: string }
  | { do: 'mute'; name: string; muted: boolean }
  | { do: 'row'; row: string }
  | { do: 'lost'; name: string }

export interface Counted {
  frames: number
  /** Of the load itself, µs. */
  cpuUs: number
  atMs: number
}
export interface RowDelays {
  up: [p50: number, p95: number, p99: number]
  down: [p50: number, p95: number, p99: number]
}
export interface Lost {
  up: number
  down: number
  /** Came again, or out of turn. */
  oddUp: number
  oddDown: number
  /** Calls that ended meanwhile. */
  calls: number
}

/** Rounds of the wheel: two seconds. */
const GO_ON_EVERY = 50

const callers = new Map<number, Caller>()
const groups = new Map<string, Caller[]>()
const rows = new Map<string, Delayed>()
const idle: Caller[] = []
let fed = idle
let fedIds = new Set<number>()
let counting: Delayed | undefined
const vendor = await startVendor(callers)

// The next call's place in the round is far from this one's, however many there are.
const upSlot = (id: number) => (id * 7) % FRAME_MS
const downSlot = (id: number) => (id * 23 + 11) % CHUNK_MS
const slots: { up: Caller[]; down: Caller[]; all: Caller[] }[] = Array.from({ length: CHUNK_MS }, () => ({ up: [], down: [], all: [] }))
let round = 0
startWheel(CHUNK_MS, (at) => {
  const slot = slots[at]
  for (const caller of slot?.up ?? []) caller.speak()
  for (const caller of slot?.down ?? []) caller.answer()
  for (const caller of slot?.all ?? []) caller.tellMarks()
  if (at === 0) round += 1
  if (round % GO_ON_EVERY === 0) for (const caller of slot?.all ?? []) if (!fedIds.has(caller.id)) caller.goOn()
})

function place(group: readonly Caller[]) {
  for (const [at, slot] of slots.entries()) {
    slot.up = group.filter(({ id }) => upSlot(id) === at % FRAME_MS)
    slot.down = group.filter(({ id }) => downSlot(id) === at)
  }
}

const sum = (numbers: number[]) => numbers.reduce((all, each) => all + each, 0)

async function take(wish: LoadWish): Promise<unknown> {
  switch (wish.do) {
    case 'join': {
      const group = groups.get(wish.name) ?? []
      groups.set(wish.name, group)
      await many(
        wish.calls - group.length,
        async () => {
          const mediaUrl = wish.by === 'sockets' ? wish.url : (await askForCall(wish.url)).mediaUrl
          const id = callers.size + 1
          const joining = joinCall({ id, mediaUrl, delayed: (of) => (fedIds.has(of) ? counting : undefined) })
          callers.set(id, await joining)
          const caller = await joining
          group.push(caller)
          slots[upSlot(id)]?.all.push(caller)
        },
        1,
      )
      return {}
    }
    case 'feed':
      fed = groups.get(wish.name) ?? idle
      fedIds = new Set(fed.map(({ id }) => id))
      place(fed)
      return {}
    case 'count': {
      counting = rows.get(wish.row) ?? { up: new Delays(), down: new Delays() }
      rows.set(wish.row, counting)
      return counted()
    }
    case 'rest': {
      const now = counted()
      counting = undefined
      place(idle)
      return now
    }
    case 'end':
      for (const caller of groups.get(wish.name) ?? []) caller.fallSilent()
      return {}
    case 'mute':
      for (const caller of groups.get(wish.name) ?? []) caller.mute(wish.muted)
      return {}
    case 'row': {
      const row = rows.get(wish.row)
      const of = (delays: Delays | undefined) => [0.5, 0.95, 0.99].map((share) => delays?.percentile(share) ?? Number.NaN)
      return { up: of(row?.up), down: of(row?.down) }
    }
    case 'lost': {
      const group = groups.get(wish.name) ?? []
      const gone = (course: 'up' | 'down') => sum(group.map((caller) => caller[course].lost + caller[course].missing))
      const odd = (course: 'up' | 'down') => sum(group.map((caller) => caller[course].odd))
      return {
        up: gone('up'),
        down: gone('down'),
        oddUp: odd('up'),
        oddDown: odd('down'),
        calls: group.filter(({ isOver }) => isOver).length,
      } satisfies Lost
    }
  }
}

function counted(): Counted {
  const { user, system } = process.cpuUsage()
  return { frames: sum(fed.map(({ up, down }) => up.came + down.came)), cpuUs: user + system, atMs: performance.now() }
}

process.on('message', (wish: LoadWish | 'stop') => {
  if (wish === 'stop') return process.exit(0)
  void take(wish).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(1))
process.send?.({ vendorUrl: `http://127.0.0.1:${vendor.port}` })
