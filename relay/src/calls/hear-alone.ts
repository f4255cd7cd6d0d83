import type { Persona } from '../agents/persona.ts'
import type { Recorded } from '../audio/recorded.ts'
import { createResampler } from '../audio/resample.ts'
import type { Clock, Engine, EngineEvent } from './ports.ts'

const PIECE_MS = 100
/** A voice has no more, and what is given at once has to fit onto a line. */
const MOST_HZ = 16_000
/** Tells an engine's own ear that the speaker is through. */
const SILENCE_MS = 2000
const WITHIN_MS = 120_000
/** So much of a long one is listened to: all of it waits for the engine's connection, which keeps no more. */
const LONGEST_MS = 140_000
/** After the last word that was understood nothing more comes for so long. */
const QUIET_MS = 5000

/**
 * What somebody said in a recording, by an engine that hears, which is given all of it at once (of a long one the beginning) and whose answer is thrown away.
 * Undefined when it understood nothing. @throws Error when the engine failed
 */
export async function hearAlone(
  engine: Engine,
  sound: Recorded,
  o: { callId: string; persona: Persona; language: string; clock: Clock; signal: AbortSignal },
): Promise<string | undefined> {
  const { clock } = o
  const turns = new Map<string, string>()
  const done = Promise.withResolvers<void>()
  const stop = new AbortController()
  let cancelQuiet: (() => void) | undefined
  const over = () => done.resolve()
  const cancelLate = clock.after(WITHIN_MS, over)

  function emit(event: EngineEvent) {
    if (event.type === 'heard') {
      turns.set(event.id, event.text)
      cancelQuiet?.()
      cancelQuiet = clock.after(QUIET_MS, over)
    } else if (event.type === 'done' && turns.size > 0) over()
    else if (event.type === 'failed') done.reject(new Error(event.fault.message))
  }
  const given = { ...o, signal: AbortSignal.any([o.signal, stop.signal]) }
  given.signal.addEventListener('abort', over, { once: true })
  const session = await engine.start({
    ...given,
    variables: {},
    history: [],
    tools: [],
    emit,
    useTool: () => Promise.resolve({ error: 'There are no tools here.' }),
  })
  try {
    const { bytes, sampleRateHz } = atMost(MOST_HZ, beginningOf(sound))
    const piece = 2 * Math.round((sampleRateHz * PIECE_MS) / 1000)
    for (let at = 0; at < bytes.length; at += piece) session.take({ type: 'audio', bytes: bytes.slice(at, at + piece), sampleRateHz })
    for (let ms = 0; ms < SILENCE_MS; ms += PIECE_MS) session.take({ type: 'audio', bytes: new Uint8Array(piece), sampleRateHz })
    await done.promise
  } finally {
    cancelLate()
    cancelQuiet?.()
    stop.abort()
    await session.close()
  }
  o.signal.throwIfAborted()
  const said = [...turns.values()].map((text) => text.trim()).join(' ')
  return said === '' ? undefined : said
}

function beginningOf({ bytes, sampleRateHz }: Recorded): Recorded {
  return { sampleRateHz, bytes: bytes.subarray(0, 2 * Math.round((sampleRateHz * LONGEST_MS) / 1000)) }
}

function atMost(mostHz: number, sound: Recorded): Recorded {
  if (sound.sampleRateHz <= mostHz) return sound
  const resampler = createResampler(sound.sampleRateHz, mostHz)
  try {
    return { sampleRateHz: mostHz, bytes: Buffer.concat([resampler.push(sound.bytes), resampler.flush()]) }
  } finally {
    resampler.close()
  }
}
