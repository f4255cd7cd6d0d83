/** More at once would hold up those who count meanwhile. */
const ROWS_AT_ONCE = 1000

/** Deletes a piece at a time, until there is nothing left or the signal says stop. Resolves with how many rows are gone. */
export async function byPieces(deletePiece: (rows: number) => Promise<number>, signal: AbortSignal): Promise<number> {
  for (let gone = 0; ; ) {
    const rows = await deletePiece(ROWS_AT_ONCE)
    gone += rows
    if (rows === 0 || signal.aborted) return gone
  }
}
