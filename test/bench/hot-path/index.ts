import { loadavg } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { canPin } from '../child.ts'
import { type Figure, median } from '../figures.ts'
import type { LoadWish } from './load-child.ts'
import { type Entrant, measureInTurn, type Row, type Slice, type Times } from './rounds.ts'
import { type Stage, type StoreKind, setStage } from './stage.ts'

/** The load may be the bottleneck beyond this share of its core: then a row says nothing. */
const VOID_ABOVE = 0.7
/** A bare bridge that takes this long had to wait for other processes. */
const BUSY_ABOVE_MS = 5
const CPU_ABOVE_FLOOR_US = 4
const RESIDENCE_ABOVE_FLOOR_MS = 1
const LEAST_CAPACITY = 85
const MOST_KB_A_CALL = 120
const READING_MS = 700

const FULL: Times = { rounds: 4, leadMs: 600, sliceMs: 2500, settleMs: 300 }
const QUICK: Times = { rounds: 1, leadMs: 300, sliceMs: 500, settleMs: 400 }

/**
 * Browser calls through Gemini's shape, at 50 and at 200, beside a bare bridge (DESIGN, "How it is measured"). `profileTo`: a folder for
 * a profile of each of the relay's threads; its figures are worth nothing.
 */
export async function hotPath(o: {
  quick: boolean
  calls?: number[] | undefined
  rounds?: number | undefined
  store: StoreKind
  profileTo?: string | undefined
}): Promise<Figure[]> {
  const profile = o.profileTo === undefined ? {} : { execArgv: ['--cpu-prof', `--cpu-prof-dir=${o.profileTo}`] }
  await using stage = await setStage({ store: o.store, ...profile })
  const figures: Figure[] = []
  const usual = o.quick ? QUICK : FULL
  const times = { ...usual, rounds: o.rounds ?? usual.rounds }
  // What is made once is made by these few.
  let before: Held = await heldBy(stage, 10)
  for (const calls of o.calls ?? (o.quick ? [14] : [50, 200])) {
    await stage.join(calls)
    const rows = await measureInTurn(stage.load, entrantsOf(stage), times)
    const held = await heldBy(stage, calls)
    figures.push(...figuresOf(calls, rows), memory(before, held))
    before = held
  }
  return figures
}

function entrantsOf({ relay, floor, floorAgain, load }: Stage): Entrant[] {
  const mute = (muted: boolean) => () => load.ask({ do: 'mute', name: 'relay', muted } satisfies LoadWish)
  return [
    { row: 'relay', name: 'relay', process: relay },
    // A muted microphone is not listened to; everything else goes on.
    { row: 'relay, muted', name: 'relay', process: relay, before: mute(true), after: mute(false) },
    { row: 'floor', name: 'floor', process: floor },
    { row: 'floor again', name: 'floor again', process: floorAgain },
  ]
}

interface Held {
  calls: number
  relay: number[]
  floor: number
}

/** Bytes held while so many calls are spoken in. */
async function heldBy(stage: Stage, calls: number): Promise<Held> {
  const { load, relay, floor } = stage
  await stage.join(calls)
  await load.ask({ do: 'feed', name: 'relay' } satisfies LoadWish)
  const readings: number[] = []
  for (let reading = 0; reading < 3; reading++) {
    await wait(READING_MS)
    readings.push(await relay.heldBytes())
  }
  await load.ask({ do: 'rest' } satisfies LoadWish)
  await load.ask({ do: 'end', name: 'relay' } satisfies LoadWish)
  await wait(READING_MS)
  const { heldBytes } = await floor.ask<{ heldBytes: number }>('memory')
  return { calls, relay: readings, floor: heldBytes }
}

/** By what each more call adds. */
function memory(before: Held, held: Held): Figure {
  const more = held.calls - before.calls
  const kB = (bytes: number) => bytes / more / 1000
  const all = held.relay.map((bytes) => kB(bytes - median(before.relay)))
  return {
    name: `${held.calls} calls: memory of a speaking call`,
    value: median(all),
    unit: 'kB',
    limit: MOST_KB_A_CALL,
    note: `heap and external after collection, ${range(all)}, by ${before.calls} calls against ${held.calls}; floor ${kB(held.floor - before.floor).toFixed(0)} kB`,
  }
}

function figuresOf(calls: number, rows: readonly Row[]): Figure[] {
  const row = (name: string) => {
    const found = rows.find((each) => each.row === name)
    if (!found) throw new Error(`no row ${name}`)
    return found
  }
  const [relay, floor, again, muted] = [row('relay'), row('floor'), row('floor again'), row('relay, muted')]
  const load = Math.max(...rows.flatMap(({ slices }) => slices.map((slice) => slice.load)))
  const isBusy =
    floor.delays.up[1] > BUSY_ABOVE_MS ? `THE MACHINE WAS BUSY (${loadavg()[0]?.toFixed(1)} processes waited): measure again; ` : ''
  const isVoid = isBusy + (load > VOID_ABOVE ? `VOID: the load took ${percent(load)} of its core; ` : '')
  const above = inPairs(relay, floor, ({ cpuUs }) => cpuUs)
  const aboveByThread = inPairs(relay, floor, ({ threadUs }) => threadUs)
  const noise = inPairs(again, floor, ({ cpuUs }) => cpuUs)
  const cpu = (of: Row) => median(of.slices.map(({ cpuUs }) => cpuUs))
  const name = (what: string) => `${calls} calls: ${what}`
  const figures: Figure[] = [
    {
      name: name('CPU per frame above the floor'),
      value: median(above),
      unit: 'µs',
      limit: CPU_ABOVE_FLOOR_US,
      note: `${isVoid}${range(above)}; floor ${cpu(floor).toFixed(1)}, floor against itself ${range(noise)}; load at most ${percent(load)} of its core${canPin ? '' : '; not pinned'}`,
    },
    {
      name: name('… of it on the thread of the sound'),
      value: median(aboveByThread),
      unit: 'µs',
      note: `${range(aboveByThread)}; the rest is the collector and, with PGlite, the log’s database`,
    },
    {
      name: name('… of it listening for a voice'),
      value: median(inPairs(relay, muted, ({ cpuUs }) => cpuUs)),
      unit: 'µs',
      note: `${range(inPairs(relay, muted, ({ cpuUs }) => cpuUs))}; against muted microphones`,
    },
  ]
  for (const way of ['up', 'down'] as const) {
    const [, , p99] = relay.delays[way]
    const ms = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(' / ')
    figures.push({
      name: name(`residence ${way} above the floor, p95`),
      value: relay.delays[way][1] - floor.delays[way][1],
      unit: 'ms',
      limit: RESIDENCE_ABOVE_FLOOR_MS,
      note: `${isVoid}p50 / p95 / p99: ${ms(relay.delays[way])}, floor ${ms(floor.delays[way])}, again ${ms(again.delays[way])}${p99 > 20 ? '; beyond 20 ms' : ''}`,
    })
  }
  const gone = ({ lost }: Row) => lost.up + lost.down + lost.oddUp + lost.oddDown + lost.calls
  figures.push(
    {
      name: name('frames lost or out of turn'),
      value: gone(relay),
      unit: '',
      limit: 0,
      note: `up ${relay.lost.up}, down ${relay.lost.down}, out of turn up ${relay.lost.oddUp}, down ${relay.lost.oddDown}; calls lost ${relay.lost.calls}; floor ${gone(floor)}`,
    },
    {
      name: name('capacity, share of the floor’s'),
      value: (100 * cpu(floor)) / cpu(relay),
      unit: '%',
      least: LEAST_CAPACITY,
      note: `estimated: floor’s CPU for a call ÷ ours; floor against itself ${range(again.slices.map((slice, at) => (100 * (floor.slices[at]?.cpuUs ?? Number.NaN)) / slice.cpuUs))}`,
    },
  )
  return figures
}

/** Differences of slices that followed each other. */
function inPairs(one: Row, other: Row, of: (slice: Slice) => number): number[] {
  return one.slices.flatMap((slice, at) => {
    const beside = other.slices[at]
    return beside ? [of(slice) - of(beside)] : []
  })
}

const percent = (share: number) => `${Math.round(share * 100)} %`
const range = (values: readonly number[]) => `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`
