import { setTimeout as wait } from 'node:timers/promises'
import type { Child } from '../child.ts'
import type { Used } from '../measured.ts'
import type { Counted, LoadWish, Lost, RowDelays } from './load-child.ts'

/** One thing that is measured in turn with others. */
export interface Entrant {
  /** Its row in the table. */
  row: string
  /** Whose calls it feeds: two rows may be of one process. */
  name: string
  process: Child
  before?(): Promise<unknown>
  after?(): Promise<unknown>
}

export interface Slice {
  /** µs of the whole process, and of its main thread, for each frame of either way. */
  cpuUs: number
  threadUs: number
  /** Of one core. */
  load: number
}

export interface Row {
  row: string
  slices: Slice[]
  delays: RowDelays
  lost: Lost
}

export interface Times {
  /** Rounds before the first one that counts. */
  warmUps: number
  rounds: number
  /** Fed, and not counted yet. */
  leadMs: number
  sliceMs: number
  /** What is on its way arrives. */
  settleMs: number
}

/**
 * Feeds every entrant in turn, round after round, there and back, so that nobody always follows the same one. Turns go on where they stood.
 */
export async function measureInTurn(load: Child, entrants: readonly Entrant[], times: Times): Promise<Row[]> {
  const wish = <T>(what: LoadWish) => load.ask<T>(what)
  const slices = new Map(entrants.map(({ row }) => [row, [] as Slice[]]))
  for (let round = -times.warmUps; round < times.rounds; round++) {
    for (const entrant of round % 2 === 0 ? entrants : entrants.toReversed()) {
      await entrant.before?.()
      await wish({ do: 'feed', name: entrant.name })
      await wait(times.leadMs)
      const from = await wish<Counted>({ do: 'count', row: round < 0 ? 'warming up' : entrant.row })
      const usedBefore = await entrant.process.ask<Used>('cpu')
      await wait(times.sliceMs)
      const to = await wish<Counted>({ do: 'rest' })
      const used = await entrant.process.ask<Used>('cpu')
      await wait(times.settleMs)
      await entrant.after?.()
      const frames = to.frames - from.frames
      if (round < 0) continue
      slices.get(entrant.row)?.push({
        cpuUs: (used.processUs - usedBefore.processUs) / frames,
        threadUs: (used.threadUs - usedBefore.threadUs) / frames,
        load: (to.cpuUs - from.cpuUs) / 1000 / (to.atMs - from.atMs),
      })
    }
  }
  for (const { name } of entrants) await wish({ do: 'end', name })
  await wait(times.settleMs)
  const rows: Row[] = []
  for (const { row, name } of entrants) {
    const delays = await wish<RowDelays>({ do: 'row', row })
    const lost = await wish<Lost>({ do: 'lost', name })
    rows.push({ row, slices: slices.get(row) ?? [], delays, lost })
  }
  return rows
}
