import { setImmediate as nextRound } from 'node:timers/promises'
import { and, desc, eq, inArray } from 'drizzle-orm'
import { type Keyring, openJson } from '../../access/encryption.ts'
import { openHouseKeys } from '../../access/house-keys.ts'
import type { CallRow } from '../../protocol/index.ts'
import type { Store } from '../../store/open.ts'
import { olderThan, type Page, pageOf, timeCursor } from '../../store/page.ts'
import { callKeys, calls, entries } from '../../store/schema.ts'
import { sealName } from './call-record.ts'
import { type Capabilities, viewOf } from './call-view.ts'
import { type CallFilters, matching } from './filters.ts'
import { detailsOf, keyOf, type RowWithKey, tryTo, WITH_KEY } from './opened.ts'
import { hasWords, wordsOf } from './words.ts'

/** The list of calls, newest first, however it is filtered. */

export interface HistoryQuery extends CallFilters {
  cursor?: string | undefined
  limit?: number | undefined
  /** All of these words were said in the call. */
  words?: string | undefined
}

export interface HistoryPage {
  calls: CallRow[]
  /** Where it goes on; a page of a search may be short, or empty, and the search not be over. */
  nextCursor?: string
  /** Of a search that is not over: when the last call began that was looked into. */
  searchedTo?: string
}

export interface History {
  list(organisationId: string, q: HistoryQuery): Promise<HistoryPage>
}

const PAGE = 50
const MAX_PAGE = 200
/** Words are sealed, so that a search opens call after call: so many a request. */
const MOST_SEARCHED = 500
const SEARCHED_AT_ONCE = 25

export function createHistory(o: {
  store: Store
  keyring: Keyring
  capabilities?: Capabilities
  /** Calls that one search opens. */
  mostSearched?: number
}): History {
  const { db } = o.store
  const mostSearched = o.mostSearched ?? MOST_SEARCHED
  const cursorOf = ({ row }: RowWithKey) => timeCursor(row.startedAt, row.id)
  const shown = (found: RowWithKey) => viewOf(found.row, detailsOf(found.row, keyOf(o.keyring, found)), o.capabilities)

  async function read(organisationId: string, q: CallFilters, cursor: string | undefined, limit: number): Promise<Page<RowWithKey>> {
    const house = await openHouseKeys(o.store, o.keyring)
    const rows = await db
      .select(WITH_KEY)
      .from(calls)
      .leftJoin(callKeys, eq(callKeys.callId, calls.id))
      .where(and(matching(organisationId, q, house.numberHash), olderThan(cursor, { at: calls.startedAt, id: calls.id })))
      .orderBy(desc(calls.startedAt), desc(calls.id))
      .limit(limit + 1)
    return pageOf(rows, limit, cursorOf)
  }

  async function search(organisationId: string, q: HistoryQuery, words: readonly string[], limit: number): Promise<HistoryPage> {
    const found: RowWithKey[] = []
    let { cursor } = q
    for (let searched = 0; searched < mostSearched; ) {
      const page = await read(organisationId, q, cursor, Math.min(SEARCHED_AT_ONCE, mostSearched - searched))
      const texts = await textsOf(page.rows)
      for (const row of page.rows) {
        searched += 1
        if (!hasWords(texts.get(row.row.id) ?? [], words)) continue
        found.push(row)
        // The rest of what was read is looked into again by the next page.
        if (found.length === limit && (row !== page.rows.at(-1) || page.nextCursor !== undefined)) return goingOn(found, row)
      }
      cursor = page.nextCursor
      const last = page.rows.at(-1)
      if (cursor === undefined || !last) return { calls: found.map(shown) }
      if (searched >= mostSearched) return goingOn(found, last)
      // Sound of live calls goes before.
      await nextRound()
    }
    return { calls: found.map(shown) }
  }

  const goingOn = (found: readonly RowWithKey[], last: RowWithKey): HistoryPage => ({
    calls: found.map(shown),
    nextCursor: cursorOf(last),
    searchedTo: last.row.startedAt.toISOString(),
  })

  /** What was said in each, in clear; a call without its key has nothing to find. */
  async function textsOf(rows: readonly RowWithKey[]): Promise<Map<string, string[]>> {
    const keys = new Map(rows.map((row) => [row.row.id, keyOf(o.keyring, row).key]))
    const texts = new Map<string, string[]>()
    if (rows.length === 0) return texts
    const said = await db
      .select({ callId: entries.callId, entryId: entries.entryId, text: entries.text })
      .from(entries)
      .where(inArray(entries.callId, [...keys.keys()]))
      .orderBy(entries.callId, entries.place)
    for (const { callId, entryId, text } of said) {
      const key = keys.get(callId)
      const opened = key && text ? tryTo(() => openJson(key, sealName.entry(callId, entryId), text)) : undefined
      if (typeof opened !== 'string') continue
      const known = texts.get(callId)
      if (known) known.push(opened)
      else texts.set(callId, [opened])
    }
    return texts
  }

  return {
    async list(organisationId, q) {
      const limit = Math.min(Math.max(1, q.limit ?? PAGE), MAX_PAGE)
      const words = wordsOf(q.words ?? '')
      if (words.length > 0) return search(organisationId, q, words, limit)
      const { rows, ...next } = await read(organisationId, q, q.cursor, limit)
      return { calls: rows.map(shown), ...next }
    },
  }
}
