import type { Transcript } from '../transcript.ts'

/** The visitor's lines as an engine that hears tells them: under its own ids, growing, sometimes after it has begun to answer. */
export interface HeardLines {
  /** The engine answers: what it answers stands before, though it may be told later. */
  keepPlace(): void
  /** All of a line as far as known. */
  put(id: string, text: string, final: boolean): void
}

export function createHeardLines(transcript: Transcript): HeardLines {
  return new ToldLines(transcript)
}

class ToldLines implements HeardLines {
  readonly #transcript: Transcript
  #lines: Map<string, string> | undefined = undefined
  #current: string | undefined = undefined
  #kept: string | undefined = undefined

  constructor(transcript: Transcript) {
    this.#transcript = transcript
  }

  keepPlace() {
    // Told already: the line stands where it began.
    if (this.#current === undefined) this.#kept ??= this.#transcript.begin('visitor')
    this.#current = undefined
  }
  put(id: string, text: string, final: boolean) {
    this.#lines ??= new Map()
    let line = this.#lines.get(id)
    if (line === undefined) {
      if (this.#kept === undefined) this.#current = id
      line = this.#kept ?? this.#transcript.begin('visitor')
      this.#kept = undefined
      this.#lines.set(id, line)
    }
    if (final) this.#transcript.finish(line, text)
    else this.#transcript.update(line, text)
  }
}
