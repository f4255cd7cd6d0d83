import type { Clock } from '../calls/ports.ts'
import type { Logger } from '../logger.ts'
import { Problem } from '../protocol/index.ts'
import type { Journal } from '../store/journal.ts'

/** Carriers want their answer within two seconds, and their proof takes its part of it. */
const ANSWER_WITHIN_MS = 1000
const ALIVE_WITHIN_MS = 500
const AGAIN_AFTER_MS = 1000
/** Some minutes of a busy house; beyond it carriers are told that it failed, and may say it again. */
const MOST_KEPT = 10_000

/** What a carrier has told is written down when the database is back: carriers repeat little or nothing, so nobody would say it again. */
export interface Afterwards {
  /**
   * Does it, more than once if need be. Resolves when it is done, or when the carrier has waited long enough for something that goes on
   * or is kept. Rejects as `act` does while the database is there. `words`: what a later run of the relay needs to do it, should this one die first.
   */
  now(act: () => Promise<unknown>, words?: () => Promise<string>): Promise<void>
  /** How much is kept. */
  readonly size: number
  close(): void
}

interface Deed {
  readonly act: () => Promise<unknown>
  readonly words: (() => Promise<string>) | undefined
  /** Its number in the journal, once it is to be there. */
  id: Promise<number | undefined> | undefined
}

export function createAfterwards(o: {
  clock: Clock
  logger: Logger
  alive: (withinMs: number) => Promise<boolean>
  journal: Pick<Journal, 'keep' | 'done'>
}): Afterwards {
  const { alive, clock, journal, logger } = o
  const kept: Deed[] = []
  let cancel: (() => void) | undefined
  let closed = false

  async function attempt(deed: Deed) {
    try {
      await deed.act()
    } catch (error) {
      if (error instanceof Problem) throw error
      // It may have come back in this moment.
      if (!(await alive(ALIVE_WITHIN_MS))) return keep(deed, error)
      await deed.act()
    }
    await finished(deed)
  }

  async function keep(deed: Deed, error: unknown) {
    if (closed || kept.length >= MOST_KEPT) throw error
    kept.push(deed)
    if (kept.length === 1) logger.warn({ err: error }, 'the database is away: what carriers tell is kept until it is back')
    again()
    await inJournal(deed)
  }

  /** Once. A disk that takes nothing leaves it to the memory. */
  function inJournal(deed: Deed): Promise<number | undefined> {
    const { words } = deed
    deed.id ??= words
      ? words()
          .then((text) => journal.keep(text))
          .then(
            ({ id }) => id,
            (error: unknown) => {
              logger.error({ err: error }, 'what a carrier told is kept in memory only')
              return undefined
            },
          )
      : Promise.resolve(undefined)
    return deed.id
  }

  async function finished(deed: Deed) {
    const id = await deed.id
    if (id !== undefined) await journal.done(id).catch((error: unknown) => logger.error({ err: error }, 'the journal could not be written'))
  }

  function again() {
    if (closed) return
    cancel ??= clock.after(AGAIN_AFTER_MS, () => {
      void catchUp().finally(() => {
        cancel = undefined
        if (kept.length > 0) again()
      })
    })
  }

  async function catchUp() {
    for (let [first] = kept; first && !closed && (await alive(ALIVE_WITHIN_MS)); [first] = kept) {
      try {
        await first.act()
      } catch (error) {
        // Away again: it stays the first.
        if (!(await alive(ALIVE_WITHIN_MS))) return
        logger.error({ err: error }, 'what a carrier told could not be written down')
      }
      kept.shift()
      await finished(first)
    }
  }

  return {
    async now(act, words) {
      const deed: Deed = { act, words, id: undefined }
      const waited = Promise.withResolvers<'waited'>()
      const stop = clock.after(ANSWER_WITHIN_MS, () => waited.resolve('waited'))
      const tried = attempt(deed)
      const which = await Promise.race([tried, waited.promise]).finally(stop)
      if (which !== 'waited') return
      tried.catch((error: unknown) => {
        logger.error({ err: error }, 'what a carrier told could not be written down')
        if (error instanceof Problem) return finished(deed)
      })
      // Whoever is thanked now says it to nobody else.
      await inJournal(deed)
    },
    get size() {
      return kept.length
    },
    close() {
      closed = true
      cancel?.()
      if (kept.length > 0)
        logger.warn({ kept: kept.length }, 'the database did not come back: what carriers told is in the journal, for the next start')
    },
  }
}
