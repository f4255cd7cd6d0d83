import { Socket } from 'node:net'

/**
 * Bytes into a TCP line past its stream: for each frame that would make a request, a callback and a turn of its own, which nobody needs
 * who is told at once that the system took everything.
 */

/** What Node's streams write with (`lib/internal/stream_base_commons.js`). */
interface Handle {
  /** Bytes that the system has not taken yet. */
  readonly writeQueueSize?: number
  /** 0, or an error's number; what the system does not take at once waits, under this request. */
  writeBuffer?(request: Request, bytes: Uint8Array): number
}

interface Request {
  oncomplete?: (status: number) => void
}

type Line = Socket & { readonly _handle?: Handle | null }

const MakeRequest = requestOf()
/** Used up only by a write that waits. */
let spare = MakeRequest && new MakeRequest()

/**
 * - taken: the system has all of it.
 * - waits: the bytes must stay as they are until the line has sent them.
 * - elsewhere: nothing was written, it has to go by the stream: something waits there already, or this is no plain TCP line.
 */
export function writeStraight(line: Socket, bytes: Uint8Array): 'taken' | 'waits' | 'elsewhere' {
  const { _handle: handle } = line as Line
  if (!spare || !handle?.writeBuffer || line.writableLength > 0 || handle.constructor.name !== 'TCP') return 'elsewhere'
  const error = handle.writeBuffer(spare, bytes)
  if (error !== 0) {
    fail(line, error)
    return 'taken'
  }
  if (handle.writeQueueSize === 0) return 'taken'
  spare.oncomplete = (status) => {
    if (status < 0) fail(line, status)
  }
  spare = MakeRequest && new MakeRequest()
  return 'waits'
}

/** As the stream does: `ws` hears of it by `close`. */
function fail(line: Socket, error: number) {
  line.destroy(new Error(`a write failed (${error})`))
}

/** The kind of request that Node's own streams make, seen by a stream over nothing; undefined where they do otherwise. */
function requestOf(): (new () => Request) | undefined {
  let made: (new () => Request) | undefined
  const nothing = {
    getAsyncId: () => 1,
    readStart: () => 0,
    readStop: () => 0,
    close: (done?: () => void) => done?.(),
    writeBuffer(request: Request) {
      made = request.constructor as new () => Request
      return 0
    },
  }
  const line = new Socket({ handle: nothing, manualStart: true } as object)
  line.on('error', () => undefined)
  line.write(Buffer.alloc(1))
  line.destroy()
  return made
}
