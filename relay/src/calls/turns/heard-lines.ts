import type { Transcript } from '../transcript.ts'

/** The visitor's lines as an engine that hears tells them: under its own ids, growing, sometimes after it has begun to answer. */
export interface HeardLines {
  /** The engine answers: what it answers stands before, though it may be told later. */
  keepPlace(): void
  /** All of a line as far as known. */
  put(id: string, text: string, final: boolean): void
}

export function createHeardLines(transcript: Transcript): HeardLines {
  const lines = new Map<string, string>()
  let current: string | undefined
  let kept: string | undefined
  const lineOf = (id: string) => {
    const line = lines.get(id) ?? kept ?? transcript.begin('visitor')
    if (!lines.has(id)) {
      kept = undefined
      lines.set(id, line)
    }
    return line
  }
  return {
    keepPlace() {
      // Told already: the line stands where it began.
      if (current === undefined) kept ??= transcript.begin('visitor')
      current = undefined
    },
    put(id, text, final) {
      const isNew = !lines.has(id)
      if (isNew && kept === undefined) current = id
      const line = lineOf(id)
      if (final) transcript.finish(line, text)
      else transcript.update(line, text)
    },
  }
}
