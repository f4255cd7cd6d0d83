import type { Entry } from '../protocol/index.ts'

/** One line of a transcript, with its place among the call's messages. */
export interface FarLine {
  seq: number
  entry: Entry
}

/** A transcript that is told elsewhere, as it stands here: each line once, in order, however often its teller begins anew. */
export interface FarFeed {
  /** Every entry changed after `seq`, newest state, in the order of its last change. */
  since(seq: number): FarLine[]
  readonly lastSeq: number
  /** What was told; true when it is new. What comes late or twice is dropped: an entry is told whole, so nothing is lost. */
  take(line: FarLine): boolean
}

export function createFarFeed(): FarFeed {
  const newest = new Map<string, FarLine>()
  let lastSeq = 0
  return {
    since: (after) => [...newest.values()].filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq),
    get lastSeq() {
      return lastSeq
    },
    take(line) {
      if (line.seq <= lastSeq) return false
      lastSeq = line.seq
      newest.set(line.entry.id, line)
      return true
    },
  }
}
