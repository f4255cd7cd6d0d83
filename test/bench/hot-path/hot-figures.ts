import { loadavg } from 'node:os'
import { canPin } from '../child.ts'
import { type Figure, mean, median, standardError } from '../figures.ts'
import type { HeldBytes } from '../measured.ts'
import type { Kind } from './kinds.ts'
import type { Row, Slice } from './rounds.ts'

/** What the rows of one shape say, beside what is promised. */

/** The load may be the bottleneck beyond this share of its core: then a row says nothing. */
const VOID_ABOVE = 0.7
/** A bare bridge that takes this long had to wait for other processes. */
const BUSY_ABOVE_MS = 5
const RESIDENCE_ABOVE_FLOOR_MS = 1
/** At so many calls a phone's frames come as evenly as the floor's, but for this. */
const JITTER_ABOVE_FLOOR_MS = 1
const JITTER_CALLS = 50
const LEAST_CAPACITY = 85
const MOST_KB_A_CALL = 120

export interface Held {
  calls: number
  relay: HeldBytes[]
  floor: number
}

/** By what each more call adds. */
export function memory(before: Held, held: Held): Figure {
  const more = held.calls - before.calls
  const kB = (bytes: number) => bytes / more / 1000
  const beforeBytes = median(before.relay.map(({ heldBytes }) => heldBytes))
  const all = held.relay.map(({ heldBytes }) => kB(heldBytes - beforeBytes))
  const compiled = ({ relay }: Held) => median(relay.map(({ compiledBytes }) => compiledBytes))
  return {
    name: `${held.calls} calls: memory of a speaking call`,
    value: median(all),
    unit: 'kB',
    limit: MOST_KB_A_CALL,
    note: `heap and external after collection, ${range(all)}, by ${before.calls} calls against ${held.calls}; floor ${kB(held.floor - before.floor).toFixed(0)} kB; compiled meanwhile, once for all calls: ${((compiled(held) - compiled(before)) / 1000).toFixed(0)} kB`,
  }
}

export function figuresOf(kind: Kind, calls: number, rows: readonly Row[]): Figure[] {
  const row = (name: string) => {
    const found = rows.find((each) => each.row === name)
    if (!found) throw new Error(`no row ${name}`)
    return found
  }
  const [relay, floor, again] = [row('relay'), row('floor'), row('floor again')]
  const load = Math.max(...rows.flatMap(({ slices }) => slices.map((slice) => slice.load)))
  const isBusy =
    floor.delays[kind.comesBack ? 'down' : 'up'][1] > BUSY_ABOVE_MS
      ? `THE MACHINE WAS BUSY (${loadavg()[0]?.toFixed(1)} processes waited): measure again; `
      : ''
  const isVoid = isBusy + (load > VOID_ABOVE ? `VOID: the load took ${percent(load)} of its core; ` : '')
  const floors = { slices: floor.slices.map((slice, at) => between(slice, again.slices[at] ?? slice)) }
  const above = inPairs(relay, floors, ({ cpuUs }) => cpuUs)
  const aboveByThread = inPairs(relay, floors, ({ threadUs }) => threadUs)
  const noise = inPairs(again, floor, ({ cpuUs }) => cpuUs)
  const cpu = (of: Slices) => median(of.slices.map(({ cpuUs }) => cpuUs))
  const name = (what: string) => `${calls} calls: ${what}`
  const figures: Figure[] = [
    {
      name: name('CPU per frame above the floor'),
      value: median(above),
      unit: 'µs',
      limit: kind.cpuAboveFloorUs,
      note: `${isVoid}${spread(above)}; floor ${cpu(floors).toFixed(1)}, against itself ${spread(noise)}; load at most ${percent(load)} of its core${canPin ? '' : '; not pinned'}`,
    },
    {
      name: name('… of it on the thread of the sound'),
      value: median(aboveByThread),
      unit: 'µs',
      note: `${spread(aboveByThread)}; the rest is the collector and, with PGlite, the log’s database`,
    },
  ]
  if (kind.canMute) {
    const listening = inPairs(relay, row('relay, muted'), ({ cpuUs }) => cpuUs)
    figures.push({
      name: name('… of it listening for a voice'),
      value: median(listening),
      unit: 'µs',
      note: `${spread(listening)}; against muted microphones`,
    })
  }
  const ms = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(' / ')
  const beside = (of: 'up' | 'down' | 'jitter' | 'fill') =>
    `p50 / p95 / p99: ${ms(relay.delays[of])}, floor ${ms(floor.delays[of])}, again ${ms(again.delays[of])}`
  for (const way of kind.comesBack ? (['down'] as const) : (['up', 'down'] as const)) {
    const [, , p99] = relay.delays[way]
    figures.push({
      name: name(`residence ${kind.comesBack ? 'there and back' : way} above the floor, p95`),
      value: relay.delays[way][1] - floor.delays[way][1],
      unit: 'ms',
      limit: RESIDENCE_ABOVE_FLOOR_MS,
      note: `${isVoid}${beside(way)}${p99 > 20 ? '; beyond 20 ms' : ''}`,
    })
  }
  if (kind.framesAMessage !== undefined) {
    figures.push({
      name: name('chunk fill, p95'),
      value: relay.delays.fill[1],
      unit: 'ms',
      note: `how long a frame waits for its chunk to be full, which the line asks for; ${beside('fill')}`,
    })
  }
  const isPromised = kind.near !== 'page' && calls <= JITTER_CALLS
  figures.push({
    name: name('pacing jitter above the floor, p95'),
    value: relay.delays.jitter[1] - floor.delays.jitter[1],
    unit: 'ms',
    ...(isPromised ? { limit: JITTER_ABOVE_FLOOR_MS } : {}),
    note: `${isVoid}${kind.framesAMessage === undefined ? 'by how much a frame’s way differs from that of the one before' : 'how far chunks are from evenly spaced'}; ${beside('jitter')}`,
  })
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
      value: (100 * cpu(floors)) / cpu(relay),
      unit: '%',
      least: LEAST_CAPACITY,
      note: `estimated: floor’s CPU for a call ÷ ours; ${spread(shares(floors, relay))}; floor against itself ${spread(shares(floor, again))}`,
    },
  )
  return figures
}

type Slices = Pick<Row, 'slices'>

/** Both floors of a round as one: chance moves it less. */
const between = (one: Slice, other: Slice): Slice => ({
  cpuUs: (one.cpuUs + other.cpuUs) / 2,
  threadUs: (one.threadUs + other.threadUs) / 2,
  load: Math.max(one.load, other.load),
})

/** Of one round each, in per cent. */
const shares = (one: Slices, other: Slices) => one.slices.map(({ cpuUs }, at) => (100 * cpuUs) / (other.slices[at]?.cpuUs ?? Number.NaN))

/** Differences of slices of one round. */
function inPairs(one: Slices, other: Slices, of: (slice: Slice) => number): number[] {
  return one.slices.flatMap((slice, at) => {
    const beside = other.slices[at]
    return beside ? [of(slice) - of(beside)] : []
  })
}

const percent = (share: number) => `${Math.round(share * 100)} %`
/** The mean, how far chance moves it, and how far it goes. */
const spread = (values: readonly number[]) =>
  values.length === 1
    ? range(values)
    : `mean ${mean(values).toFixed(1)} ± ${standardError(values).toFixed(1)} of ${values.length} (${range(values)})`
const range = (values: readonly number[]) => `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`
