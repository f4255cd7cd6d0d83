import { stringify } from 'csv-stringify/sync'
import type { HistoryPage } from '../calls/log/history.ts'
import { maskNumber } from '../gate/reading.ts'
import type { CallRow } from '../protocol/index.ts'

/** Calls as a table for spreadsheets. */

const COLUMNS = [
  'id',
  'sessionId',
  'agentId',
  'kind',
  'direction',
  'carrier',
  'from',
  'to',
  'status',
  'endReason',
  'startedAt',
  'connectedAt',
  'endedAt',
  'durationMs',
  'ai',
  'cost',
] as const
/** Excel takes bytes without it for another alphabet. */
const BYTE_ORDER_MARK = '\uFEFF'

/** Page after page, each read when the one before was taken. `numbers`: masked for those who may not see them. */
export async function* callsCsv(
  pages: (cursor: string | undefined) => Promise<HistoryPage>,
  numbers: 'shown' | 'masked',
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + tableOf([], true)
  let cursor: string | undefined
  do {
    const { calls, nextCursor } = await pages(cursor)
    if (calls.length > 0)
      yield tableOf(
        calls.map((call) => lineOf(call, numbers)),
        false,
      )
    cursor = nextCursor
  } while (cursor !== undefined)
}

function lineOf(call: CallRow, numbers: 'shown' | 'masked') {
  const number = (text: string | undefined) => (text === undefined || numbers === 'shown' ? text : maskNumber(text))
  return { ...call, from: number(call.from), to: number(call.to), cost: call.cost?.amount }
}

/** What a spreadsheet would take for a formula gets an apostrophe before it. */
function tableOf(lines: ReturnType<typeof lineOf>[], header: boolean): string {
  return stringify(lines, { columns: [...COLUMNS], header, escape_formulas: true, record_delimiter: 'windows' })
}
