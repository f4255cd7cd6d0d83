import { setTimeout as wait } from 'node:timers/promises'
import type { Figure } from '../figures.ts'
import type { HeldBytes } from '../measured.ts'
import { figuresOf, type Held, memory } from './hot-figures.ts'
import { KINDS, type Kind, type Shape } from './kinds.ts'
import type { LoadWish } from './load-child.ts'
import { type Entrant, measureInTurn, type Times } from './rounds.ts'
import { type Stage, type StoreKind, setStage } from './stage.ts'

/**
 * `readings`: how often memory is looked at, so far from each other. `warmMs`: spoken in before anything is, so that what is compiled is compiled;
 * `moreWarmMs`: by more calls, which come more often to what is seldom.
 */
type Thoroughness = Times & { readings: number; readingMs: number; warmMs: number; moreWarmMs: number }

const FULL: Thoroughness = {
  // Short and many: the machine's pace drifts within minutes, and slices differ by more than is promised.
  ...{ warmUps: 2, rounds: 24, leadMs: 400, sliceMs: 1200, settleMs: 250 },
  ...{ readings: 3, readingMs: 700, warmMs: 60_000, moreWarmMs: 30_000 },
}
/** A smoke run says that all is counted, and not how much it is. */
const QUICK: Thoroughness = {
  warmUps: 0,
  rounds: 1,
  leadMs: 200,
  sliceMs: 300,
  settleMs: 300,
  readings: 1,
  readingMs: 200,
  warmMs: 0,
  moreWarmMs: 0,
}

/**
 * Calls of one shape, at 50 and at 200, beside a bare bridge (DESIGN, "How it is measured"). `profileTo`: a folder for
 * a profile of each of the relay's threads; its figures are worth nothing.
 */
export async function hotPath(o: {
  shape: Shape
  quick: boolean
  calls?: number[] | undefined
  rounds?: number | undefined
  store: StoreKind
  profileTo?: string | undefined
}): Promise<Figure[]> {
  const profile = o.profileTo === undefined ? {} : { execArgv: ['--cpu-prof', `--cpu-prof-dir=${o.profileTo}`] }
  await using stage = await setStage({ shape: o.shape, store: o.store, ...profile })
  const kind = KINDS[o.shape]
  const figures: Figure[] = []
  const usual = o.quick ? QUICK : FULL
  const times = { ...usual, rounds: o.rounds ?? usual.rounds }
  // What is made once is made by these few.
  await speakIn(stage, 10, times.warmMs)
  let before: Held = await heldBy(stage, 10, times)
  for (const calls of o.calls ?? (o.quick ? [14] : [50, 200])) {
    await speakIn(stage, calls, times.moreWarmMs)
    const rows = await measureInTurn(stage.load, entrantsOf(stage, kind), times)
    const held = await heldBy(stage, calls, times)
    figures.push(...figuresOf(kind, calls, rows), memory(before, held))
    before = held
  }
  return figures
}

function entrantsOf({ relay, floor, floorAgain, load }: Stage, { canMute }: Kind): Entrant[] {
  const mute = (muted: boolean) => () => load.ask({ do: 'mute', name: 'relay', muted } satisfies LoadWish)
  return [
    { row: 'relay', name: 'relay', process: relay },
    // A muted microphone is not listened to; everything else goes on.
    ...(canMute ? [{ row: 'relay, muted', name: 'relay', process: relay, before: mute(true), after: mute(false) }] : []),
    { row: 'floor', name: 'floor', process: floor },
    { row: 'floor again', name: 'floor again', process: floorAgain },
  ]
}

async function speakIn({ join, load }: Stage, calls: number, ms: number) {
  await join(calls)
  await load.ask({ do: 'feed', name: 'relay' } satisfies LoadWish)
  await wait(ms)
  await load.ask({ do: 'rest' } satisfies LoadWish)
  await load.ask({ do: 'end', name: 'relay' } satisfies LoadWish)
}

/** Bytes held while so many calls are spoken in. */
async function heldBy(stage: Stage, calls: number, { readings: times, readingMs }: Thoroughness): Promise<Held> {
  const { load, relay, floor } = stage
  await stage.join(calls)
  await load.ask({ do: 'feed', name: 'relay' } satisfies LoadWish)
  const readings: HeldBytes[] = []
  for (let reading = 0; reading < times; reading++) {
    await wait(readingMs)
    readings.push(await relay.held())
  }
  await load.ask({ do: 'rest' } satisfies LoadWish)
  await load.ask({ do: 'end', name: 'relay' } satisfies LoadWish)
  await wait(readingMs)
  const { heldBytes } = await floor.ask<HeldBytes>('memory')
  return { calls, relay: readings, floor: heldBytes }
}
