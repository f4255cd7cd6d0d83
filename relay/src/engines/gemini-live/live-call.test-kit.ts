import { afterEach } from 'vitest'
import type { EngineContext, EngineEvent } from '../../calls/ports.ts'
import { TestClock } from '../../clock.test-kit.ts'
import { silent, type Talk, talkWith } from '../conformance.test-kit.ts'
import { createLiveFarEnd, type FarSocket } from './far-end.test-kit.ts'
import { geminiLive } from './index.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close()
})

interface How {
  model?: string
  context?: Partial<EngineContext>
  refuse?: Parameters<typeof createLiveFarEnd>[0]
  status?: number
}

/** An engine that talks with a far end of the test's own; both are closed after the test. */
export async function call(how: How = {}) {
  const far = await createLiveFarEnd(how.refuse)
  cleanUp.push(() => far.close())
  if (how.status) far.refuseWith(how.status)
  const clock = new TestClock()
  const engine = geminiLive({
    apiKey: 'k',
    model: how.model ?? 'gemini-3.8-live',
    baseUrl: far.url,
    apiVersion: 'v1beta',
    textRoute: 'auto',
    logger: silent,
  })
  const talk = await talkWith(engine, { clock, ...how.context })
  cleanUp.push(() => talk.session.close())
  const failed = () => talk.until((event) => event.type === 'failed').then((event) => (event.type === 'failed' ? event.fault : undefined))
  return { far, clock, talk, failed }
}

/** 20 ms at 16 kHz. */
export const LOUD = new Uint8Array(640).fill(0x20)
export const isType = (type: EngineEvent['type']) => (event: EngineEvent) => event.type === type
export const typesOf = (talk: Talk) => talk.events.map((event) => event.type)
export const audioFrames = (socket: FarSocket) => socket.sent.filter((frame) => frame.realtimeInput?.audio).length
