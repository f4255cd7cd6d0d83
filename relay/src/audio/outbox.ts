import { randomFillSync } from 'node:crypto'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { base64Length, writeBase64 } from './base64.ts'
import { writeStraight } from './straight-write.ts'

/**
 * Frames on their way into a WebSocket (RFC 6455), for sound: `ws` makes five objects and two strings of each. Here they are put together
 * in one place that all sockets share, and leave together: what an arrival brings about when it is read, all else at the end of the turn,
 * what is for one socket in one write. Only for sockets that are open.
 */
export interface Outbox {
  binary(bytes: Uint8Array): void
  /** Any text; it leaves with the sound of its moment, in its turn. */
  text(text: string): void
  /** A text of ASCII: `before`, the sound in base64, `after`. */
  sound(before: string, sound: Uint8Array, after: string): void
  /** The system had not taken all of the last write: how much waits is to be asked. */
  readonly isBehind: boolean
  /** Before anything is written past it. */
  flush(): void
}

const ROOM = 16 * 1024
/** What is larger goes past. */
const MOST_BYTES = 8192
const MOST_HEAD = 8
/** Bytes of sound from which on Node's own base64 is quicker than ours. */
const MUCH = 400
const LONG = 126
const MASKED = 0x80
const TEXT = 0x81
const BINARY = 0x82
/** `WebSocket.OPEN`, without asking each socket for it. */
const OPEN = 1

let place = newPlace()
let filled = 0
/** Whose bytes wait, run after run, and where each run ends. */
const owners: WebSocketOutbox[] = []
const ends: number[] = []
/** An arrival is being read. */
let reading = false

/** What a client sends is masked, so that nobody can foretell its bytes (RFC 6455 5.3). */
const masks = new Uint8Array(4096)
let masksUsed = masks.length
const mask = new Uint8Array(4)
const aligned = new Uint8Array(4)
const alignedWord = new Uint32Array(aligned.buffer)

export function createOutbox(ws: WebSocket, side: 'client' | 'server'): Outbox {
  return new WebSocketOutbox(ws, side)
}

/** A socket of sound is one: a frame's way touches one object then, and not two. */
export class WebSocketOutbox implements Outbox {
  isBehind = false
  readonly ws: WebSocket
  readonly #masks: boolean

  constructor(ws: WebSocket, side: 'client' | 'server') {
    this.ws = ws
    this.#masks = side === 'client'
  }

  binary(bytes: Uint8Array): void {
    const { length } = bytes
    if (!this.#makesRoom(length)) this.#sendPast(bytes)
    else {
      const at = this.#head(BINARY, length)
      place.bytes.set(bytes, at)
      if (this.#masks) hide(at, at + length)
    }
  }

  text(text: string): void {
    const length = Buffer.byteLength(text)
    if (!this.#makesRoom(length)) this.#sendPast(text)
    else {
      const at = this.#head(TEXT, length)
      place.bytes.write(text, at)
      if (this.#masks) hide(at, at + length)
    }
  }

  sound(before: string, sound: Uint8Array, after: string): void {
    const length = before.length + base64Length(sound.length) + after.length
    if (!this.#makesRoom(length)) this.#sendPast(before + base64(sound) + after)
    else {
      const { bytes } = place
      const at = this.#head(TEXT, length)
      const from = writeAscii(before, at)
      const to = sound.length < MUCH ? writeBase64(sound, bytes, from) : from + bytes.write(base64(sound), from, 'latin1')
      writeAscii(after, to)
      if (this.#masks) hide(at, at + length)
    }
  }

  flush(): void {
    if (owners.includes(this)) leave()
  }

  /** Whether a frame of so many bytes fits, once others have left. */
  #makesRoom(bytes: number): boolean {
    if (bytes > MOST_BYTES) return false
    if (filled + MOST_HEAD + bytes > ROOM) leave()
    return true
  }

  #sendPast(data: Uint8Array | string): void {
    this.flush()
    this.isBehind = true
    this.ws.send(data)
  }

  /** Begins a frame; returns where its bytes go. */
  #head(kind: number, length: number): number {
    const { bytes } = place
    if (owners.length === 0 && !reading) setImmediate(leave)
    if (owners.at(-1) !== this) {
      owners.push(this)
      ends.push(filled)
    }
    const masked = this.#masks ? MASKED : 0
    bytes[filled++] = kind
    if (length < LONG) bytes[filled++] = masked | length
    else {
      bytes[filled++] = masked | LONG
      bytes[filled++] = length >> 8
      bytes[filled++] = length
    }
    if (this.#masks) {
      if (masksUsed === masks.length) {
        randomFillSync(masks)
        masksUsed = 0
      }
      for (let at = 0; at < 4; at++) bytes[filled++] = mask[at] = masks[masksUsed++] as number
    }
    const from = filled
    filled += length
    ends[ends.length - 1] = filled
    return from
  }

  /** False while the system has not taken all of it. */
  write(bytes: Buffer): boolean {
    const { _socket: line } = this.ws as unknown as { _socket: Socket | null }
    // Behind a close nothing may follow.
    if (this.ws.readyState !== OPEN || !line?.writable) return true
    const how = this.isBehind ? 'elsewhere' : writeStraight(line, bytes)
    if (how === 'elsewhere') {
      // A slow line's frames are not to hold a whole place each.
      line.write(this.isBehind && line.writableLength > 0 ? Buffer.from(bytes) : bytes)
      this.isBehind = line.writableLength > 0
    } else this.isBehind = how === 'waits'
    return !this.isBehind
  }
}

/** An arrival is read: what it brings about waits for `arrivalRead`, which has to follow. */
export function arrivalComes(): void {
  reading = true
}

export function arrivalRead(): void {
  reading = false
  if (owners.length > 0) leave()
}

function leave(): void {
  let from = 0
  let taken = true
  for (let at = 0; at < owners.length; at++) {
    const to = ends[at] as number
    if (owners[at]?.write(place.bytes.subarray(from, to)) === false) taken = false
    from = to
  }
  owners.length = 0
  ends.length = 0
  filled = 0
  if (!taken) place = newPlace()
}

/** Writes it into the place; returns where it ends. */
function writeAscii(text: string, at: number): number {
  const { bytes } = place
  for (let letter = 0; letter < text.length; letter++) bytes[at + letter] = text.charCodeAt(letter)
  return at + text.length
}

const base64 = (sound: Uint8Array) =>
  (Buffer.isBuffer(sound) ? sound : Buffer.from(sound.buffer, sound.byteOffset, sound.length)).toString('base64')

/** Masks these bytes of the place, four at once. */
function hide(from: number, to: number): void {
  const { bytes, words } = place
  let at = from
  for (; at < to && at % 4 !== 0; at++) bytes[at] = (bytes[at] as number) ^ (mask[(at - from) & 3] as number)
  for (let each = 0; each < 4; each++) aligned[each] = mask[(at - from + each) & 3] as number
  const word = alignedWord[0] as number
  for (const last = to - 3; at < last; at += 4) words[at >> 2] = (words[at >> 2] as number) ^ word
  for (; at < to; at++) bytes[at] = (bytes[at] as number) ^ (mask[(at - from) & 3] as number)
}

function newPlace() {
  const bytes = Buffer.allocUnsafeSlow(ROOM)
  return { bytes, words: new Uint32Array(bytes.buffer) }
}
