import { pastCount, pastDigits, pastText, pastWords } from './as-written.ts'

const NAME = Buffer.from('","mark":{"name":"m')
const END = Buffer.from('"}}')
/** Of our marks' numbers (`hearing.ts`). */
const MOST_DIGITS = 15

/**
 * Marks come back twice a second and call, and read as JSON one costs as much as ten frames. A carrier says what its counts and its streams are called;
 * the reader gives the name of a mark of ours on a stream whose id is plain, undefined for whatever is to be read as JSON.
 */
export function readsMarks(names: { sequence: string; stream: string }) {
  const start = Buffer.from(`{"event":"mark","${names.sequence}":`)
  const stream = Buffer.from(`,"${names.stream}":"`)
  return (bytes: Buffer, from: number, to: number, streamSid: string): string | undefined => {
    const sequence = pastCount(bytes, pastText(bytes, from, to, start), to)
    const sid = pastWords(bytes, pastText(bytes, sequence, to, stream), to, streamSid)
    const number = pastText(bytes, sid, to, NAME)
    const last = pastDigits(bytes, number, to, MOST_DIGITS)
    return last >= 0 && pastText(bytes, last, to, END) === to ? bytes.toString('latin1', number - 1, last) : undefined
  }
}
