import { expect, test } from 'vitest'
import { byPieces } from './by-pieces.ts'

test('goes on until nothing is left, or until it is told to stop', async () => {
  const table = { rows: 2500 }
  const take = async (rows: number) => {
    const gone = Math.min(rows, table.rows)
    table.rows -= gone
    return gone
  }
  expect([await byPieces(take, new AbortController().signal), table.rows]).toEqual([2500, 0])
  table.rows = 2500
  expect([await byPieces(take, AbortSignal.abort()), table.rows]).toEqual([1000, 1500])
})
