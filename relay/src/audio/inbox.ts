import { isUtf8 } from 'node:buffer'
import { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { arrivalComes, arrivalRead } from './outbox.ts'

/**
 * Frames out of a WebSocket (RFC 6455), for sound: a stream of events and a reader of parts stand between `ws` and its socket. What nearly
 * all sockets bring at a time, whole messages in one frame each, is read here where it arrives; everything else goes the way it always went.
 */

/** What came over a socket. A binary message is nobody else's; the bytes of a text are good until the call returns. */
type OnMessage = (data: Buffer, isBinary: boolean) => void

/**
 * Who reads a socket. One object, and what is asked before each read stands in it: between two frames of a call two hundred others come, and
 * every further object has to be fetched from far away again.
 */
export interface Reader {
  take(data: Buffer, isBinary: boolean): void
  /** A whole text may be taken where it lies, good until the call returns and not yet known to be UTF-8; false has it read the usual way. */
  takeText(bytes: Buffer, from: number, to: number): boolean
  /** The inbox's own, false in the beginning: `ws` waits for the beginning of a message, and nothing waits before it. */
  isBetween: boolean
}

/** The parts of `ws` that say whether it stands between two messages. Where they are missing, it reads everything itself. */
interface Inside {
  readonly _socket?: Line | null
  readonly _receiver?: { readonly _state?: number; readonly _bufferedBytes?: number; readonly _fragmented?: number }
}

const INBOX = Symbol('inbox')
const READER = Symbol('reader')
/** The socket beneath, and what is kept in it. */
type Line = Socket & { [INBOX]?: Inbox; [READER]?: Reader }

const TEXT = 0x81
const BINARY = 0x82
const MASKED = 0x80
const SHORT = 125
const LONG = 126
const HEAD_BYTES = 2
const LENGTH_BYTES = 2
const MASK_BYTES = 4

/** Gives every message to a reader, or to a function, in order. `side` is ours: what clients send is masked. */
export function readMessages(ws: WebSocket, side: 'client' | 'server', to: Reader | OnMessage): void {
  const reader = typeof to === 'function' ? { isBetween: false, take: to, takeText: () => false } : to
  ws.on('message', (data, isBinary) => reader.take(asBuffer(data), isBinary))
  const shorten = () => takeShortWay(ws, side === 'server', reader)
  if (ws.readyState === WebSocket.OPEN) shorten()
  else ws.once('open', shorten)
}

function takeShortWay(ws: WebSocket, masked: boolean, reader: Reader): void {
  const { _socket: line, _receiver: parts } = ws as Inside
  if (!line || !parts) return
  const inbox = new Inbox(ws, line, parts)
  if (readsIntoPlace(line, masked ? arrivedMasked : arrivedPlain)) {
    line[INBOX] = inbox
    line[READER] = reader
    return
  }
  const push = line.push
  line.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk === null) return push.call(line, chunk, encoding)
    const at = read(line, inbox, reader, chunk, chunk.length, masked)
    return at === chunk.length || push.call(line, at === 0 ? chunk : chunk.subarray(at))
  }
}

/** Says where `ws` stands; asked only after something was left to it. */
class Inbox {
  readonly #ws: WebSocket
  readonly #line: Line
  readonly #parts: NonNullable<Inside['_receiver']>

  constructor(ws: WebSocket, line: Line, parts: NonNullable<Inside['_receiver']>) {
    this.#ws = ws
    this.#line = line
    this.#parts = parts
  }

  /** Bytes that wait, or a message that has begun, come first; behind a close there is none. */
  isBetween(): boolean {
    const parts = this.#parts
    return (
      this.#ws.readyState === WebSocket.OPEN &&
      parts._state === 0 &&
      parts._bufferedBytes === 0 &&
      parts._fragmented === 0 &&
      this.#line.readableLength === 0
    )
  }
}

/** Reads the whole messages; returns where what is left for `ws` begins. */
function read(line: Line, inbox: Inbox, reader: Reader, bytes: Buffer, length: number, masked: boolean): number {
  // A paused line may be paused by anybody.
  let at = 0
  if (line.readableFlowing === true && (reader.isBetween || inbox.isBetween())) {
    while (at < length) {
      const next = readOne(bytes, at, length, masked, reader)
      if (next === at) break
      at = next
    }
  }
  // `ws` goes on from what it was left, until it is asked.
  reader.isBetween = at === length
  return at
}

/** Node calls these as methods of the socket: no socket needs a function of its own. */
function arrivedMasked(this: Line, length: number): boolean {
  return arrived(this, length, true)
}

function arrivedPlain(this: Line, length: number): boolean {
  return arrived(this, length, false)
}

/** So many bytes stand in the place. */
function arrived(line: Line, length: number, masked: boolean): boolean {
  arrivalComes()
  let at: number
  try {
    at = read(line, line[INBOX] as Inbox, line[READER] as Reader, place, length, masked)
  } finally {
    arrivalRead()
  }
  return at === length || line.push(Buffer.from(place.subarray(at, length)))
}

/** Where everything arrives, for all sockets: Node would make 64 kB of its own for each read, and give most of them back. */
const place = Buffer.allocUnsafeSlow(64 * 1024)

/** Where a socket keeps what its option `onread` says; one that a server accepted cannot be given it. */
const ONREAD = symbolsOf(new Socket({ onread: { buffer: new Uint8Array(1), callback: () => true } }), [
  'kBuffer',
  'kBufferCb',
  'kBufferGen',
])

/** Has `take` called with the number of bytes that came, as the socket's method; false where Node has no such way. */
function readsIntoPlace(line: Socket, take: (this: Line, length: number) => boolean): boolean {
  const { _handle: handle } = line as { _handle?: { useUserBuffer?: (into: Uint8Array) => void } | null }
  const [buffer, callback, generator] = ONREAD
  if (!(line instanceof Socket) || !buffer || !callback || !generator || !handle?.useUserBuffer) return false
  Object.assign(line, { [buffer]: place, [callback]: take, [generator]: null })
  handle.useUserBuffer(place)
  return true
}

function symbolsOf(of: object, names: readonly string[]): (symbol | undefined)[] {
  const symbols = Object.getOwnPropertySymbols(of)
  return names.map((name) => symbols.find(({ description }) => description === name))
}

/** Gives the message that begins here, if it is a whole one in a single frame; returns where the next begins, `from` when it is not. */
function readOne(chunk: Buffer, from: number, last: number, masked: boolean, reader: Reader): number {
  const kind = chunk[from]
  if ((kind !== BINARY && kind !== TEXT) || from + HEAD_BYTES + LENGTH_BYTES > last) return from
  const second = chunk[from + 1] as number
  if (second >= MASKED !== masked) return from
  let length = second & ~MASKED
  let at = from + HEAD_BYTES
  if (length > LONG) return from
  if (length === LONG) {
    length = ((chunk[at] as number) << 8) | (chunk[at + 1] as number)
    at += LENGTH_BYTES
    if (length <= SHORT) return from
  }
  const body = masked ? at + MASK_BYTES : at
  const end = body + length
  if (end > last) return from
  if (masked) unmask(chunk, at, body, end)
  if (kind === TEXT && reader.takeText(chunk, body, end)) return end
  const data = chunk.subarray(body, end)
  if (kind === TEXT && !isUtf8(data)) {
    // It is told so in its own words: put back what was read.
    if (masked) unmask(chunk, at, body, end)
    return from
  }
  reader.take(kind === BINARY && chunk === place ? Buffer.from(data) : data, kind === BINARY)
  return end
}

/** Four bytes at once, where they stand right. */
function unmask(chunk: Buffer, mask: number, from: number, to: number): void {
  const [one, two, three, four] = [chunk[mask] as number, chunk[mask + 1] as number, chunk[mask + 2] as number, chunk[mask + 3] as number]
  let at = from
  if ((chunk.byteOffset + from) % 4 === 0) {
    const words = new Uint32Array(chunk.buffer, chunk.byteOffset + from, (to - from) >> 2)
    const word = isLittleEndian ? one | (two << 8) | (three << 16) | (four << 24) : (one << 24) | (two << 16) | (three << 8) | four
    for (let place = 0; place < words.length; place++) words[place] = (words[place] as number) ^ word
    at += words.length * 4
  }
  for (; at < to; at++) chunk[at] = (chunk[at] as number) ^ (chunk[mask + ((at - from) & 3)] as number)
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

function asBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? Buffer.from(data) : data
}
