/** Room that pieces of sound are read into, one after the other. Pieces of a stream are of one length, and a new view costs more than a short one of them. */
export class Place {
  readonly #room: Buffer
  #view: Buffer

  constructor(bytes: number) {
    this.#room = Buffer.alloc(bytes)
    this.#view = this.#room
  }

  /** The beginning of it, good until the next. */
  of(bytes: number): Buffer {
    if (this.#view.length !== bytes) this.#view = this.#room.subarray(0, bytes)
    return this.#view
  }

  /** Base64 that is so many bytes; undefined when it is not. */
  ofBase64(letters: string, bytes: number): Buffer | undefined {
    // Buffers skip what is no base64, and stop when they are full.
    return this.#room.write(letters, 0, 'base64') === bytes ? this.of(bytes) : undefined
  }
}
