import { and, eq, lt, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

/** Lists are read page by page, by where the last page ended and never by counting, so that rows which come meanwhile neither repeat nor hide any. */

export interface Page<Row> {
  rows: Row[]
  /** Where the next page begins; missing on the last one. */
  nextCursor?: string
}

/** What came back for one row more than the page holds. */
export function pageOf<Row>(found: readonly Row[], limit: number, cursorOf: (last: Row) => string): Page<Row> {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return found.length > limit && last !== undefined ? { rows, nextCursor: cursorOf(last) } : { rows }
}

/** Of lists that are ordered by time and, within a millisecond, by id. */
export const timeCursor = (at: Date, id: string) => `${at.getTime()}.${id}`

/** What is older than where a cursor points; a cursor of somebody's own making finds nothing. */
export function olderThan(cursor: string | undefined, columns: { at: PgColumn; id: PgColumn }): SQL | undefined {
  if (cursor === undefined) return undefined
  const [, ms, id] = /^(\d{1,15})\.(.{1,128})$/.exec(cursor) ?? []
  if (ms === undefined || id === undefined) return sql`false`
  const at = new Date(Number(ms))
  return or(lt(columns.at, at), and(eq(columns.at, at), lt(columns.id, id)))
}
