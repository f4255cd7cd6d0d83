import { randomUUID } from 'node:crypto'
import type { Server } from 'socket.io'
import type { Clock } from '../calls/ports.ts'
import type { BetweenRelays, FromPage, ToPage } from './events.ts'

/** A visitor waits for the answer; Socket.IO by itself would give a relay that hangs five seconds. */
const ANSWER_WITHIN_MS = 800

/** Whether anybody who may step in looks on, at whatever relay: the first yes counts, so one that hangs changes no answer but a no, and that by its time. */
export function createDesks(o: {
  io: Pick<Server<FromPage, ToPage, BetweenRelays>, 'on' | 'serverSideEmit' | 'serverSideEmitWithAck'>
  isWatchedHere: (organisationId: string) => boolean
  /** Whether there are other relays, and they can be asked. */
  hasOthers: () => boolean
  clock: Clock
}): (organisationId: string) => Promise<boolean> {
  const { clock, io, isWatchedHere } = o
  /** By question: hears of a yes. */
  const waiting = new Map<string, () => void>()
  io.on('desk:asked', (organisationId, question, answer) => {
    const isWatched = isWatchedHere(organisationId)
    if (isWatched) io.serverSideEmit('desk:watched', question)
    answer(isWatched)
  })
  io.on('desk:watched', (question) => waiting.get(question)?.())

  return async (organisationId) => {
    if (isWatchedHere(organisationId)) return true
    if (!o.hasOthers()) return false
    const question = randomUUID()
    const answer = Promise.withResolvers<boolean>()
    waiting.set(question, () => answer.resolve(true))
    const cancel = clock.after(ANSWER_WITHIN_MS, () => answer.resolve(false))
    // Where one hangs this rejects, after the time.
    const all = io.serverSideEmitWithAck('desk:asked', organisationId, question)
    all.then((answers) => answer.resolve(answers.includes(true))).catch(() => undefined)
    return answer.promise.finally(() => {
      cancel()
      waiting.delete(question)
    })
  }
}
