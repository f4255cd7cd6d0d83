import { setTimeout as wait } from 'node:timers/promises'
import { askForCall, many } from '../ask-for-call.ts'
import { callIn, startTwilioRest } from '../twilio-line.ts'
import { type Caller, type Delayed, joinCall } from './caller.ts'
import { joinExotel, streamUrlOf } from './exotel-line.ts'
import { KINDS, type Shape } from './kinds.ts'
import type { Near, NearEvents } from './near.ts'
import { startOptima } from './optima-line.ts'
import { joinPage } from './page.ts'
import { CHUNK_MS, FRAME_MS } from './shape.ts'
import { Delays } from './tally.ts'
import { joinTelephone } from './telephone.ts'
import { startVendor } from './vendor.ts'
import { startWheel } from './wheel.ts'

/** The load: every visitor and the vendor, in one process. It feeds one measured process at a time. */

export type LoadWish =
  /** More calls of a process, up to `calls`; `calls`: opened as a page does, or Twilio; `sockets`: joined at once. */
  | { do: 'join'; name: string; url: string; by: 'calls' | 'sockets'; calls: number }
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
  jitter: [p50: number, p95: number, p99: number]
  fill: [p50: number, p95: number, p99: number]
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

/** A phone speaks until it is heard at the other end; one that is not by then never will be. */
const CONNECT_MS = 5000

/** The relay's token at Optima. */
const RELAY_TOKEN = 'relay'
const kind = KINDS[(process.env.SHAPE ?? 'browser') as Shape]
const callers = new Map<number, Caller>()
const groups = new Map<string, Caller[]>()
const rows = new Map<string, Delayed>()
const idle: Caller[] = []
let fed = idle
let fedIds = new Set<number>()
let counting: Delayed | undefined
const vendor = await startVendor(callers, kind)
const optima = kind.near === 'optima' ? await startOptima() : undefined

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

const nearOf =
  (id: number, { by, url }: { by: 'calls' | 'sockets'; url: string }) =>
  async (events: NearEvents): Promise<Near> => {
    if (kind.near === 'page') return joinPage({ id, mediaUrl: by === 'sockets' ? url : (await askForCall(url)).mediaUrl, ...events })
    if (kind.near === 'exotel') {
      return joinExotel({ id, url: by === 'sockets' ? url : streamUrlOf(url), read: (pcm) => kind.readDown(pcm, id), ...events })
    }
    // A floor says as whom it is connected, and the relay is connected as what it was given.
    if (optima) return optima.join({ id, token: by === 'sockets' ? url : RELAY_TOKEN, read: (pcm) => kind.readDown(pcm, id), ...events })
    const line = by === 'sockets' ? { mediaUrl: url, headers: {}, callSid: 'CA0' } : await callIn(url, id)
    return joinTelephone({ id, line, read: (coded) => kind.readDown(coded, id), ...events })
  }

/** Nobody says on such a line that the call stands: what comes of its sound does. */
async function connect(caller: Caller) {
  const until = performance.now() + CONNECT_MS
  const stands = () => (kind.comesBack ? caller.down.came > 0 : caller.vendor !== undefined)
  while (!stands()) {
    if (performance.now() > until) throw new Error(`call ${caller.id} was not heard at the other end`)
    caller.speak()
    await wait(FRAME_MS)
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
          const id = callers.size + 1
          const caller = await joinCall({
            id,
            kind,
            near: nearOf(id, wish),
            delayed: (of) => (fedIds.has(of) ? counting : undefined),
          })
          callers.set(id, caller)
          if (kind.near !== 'page') await connect(caller)
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
      counting = rows.get(wish.row) ?? { up: new Delays(), down: new Delays(), jitter: new Delays(), fill: new Delays() }
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
      return { up: of(row?.up), down: of(row?.down), jitter: of(row?.jitter), fill: of(row?.fill) }
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
  take(wish).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(1))
const twilioUrl = kind.near === 'telephone' ? await startTwilioRest() : undefined
process.send?.({ vendorUrl: `http://127.0.0.1:${vendor.port}`, twilioUrl, optimaUrl: optima?.url })
