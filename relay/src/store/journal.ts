import { type FileHandle, open } from 'node:fs/promises'

/** One line of the journal that is not done. */
export interface Kept {
  readonly id: number
  readonly text: string
}

/** What must not be lost while the database is away: a file of sealed lines, each on the disk before it counts as kept. */
export interface Journal {
  /** What earlier runs kept and did not finish, oldest first. */
  readonly left: readonly Kept[]
  /** On the disk when it resolves. @throws when it is full, or the disk is */
  keep(text: string): Promise<Kept>
  /** It need not be kept any longer. */
  done(id: number): Promise<void>
  close(): Promise<void>
}

const MOST_BYTES = 64 * 1024 * 1024

/**
 * `+id sealed` keeps, `-id` is done; a last line that was torn by a crash never counted. With nothing left the file is empty.
 * @param o.seal, o.open of one line, bound to its `place`; `open` throws for a line that was changed
 * @throws when the file cannot be opened
 */
export async function openJournal(
  path: string,
  o: {
    seal: (text: string, place: string) => string
    open: (sealed: string, place: string) => string
    onUnreadable: (error: unknown) => void
  },
): Promise<Journal> {
  const file = await open(path, 'a+', 0o600)
  const waiting = new Map<number, string>()
  let last = 0
  const lines = (await file.readFile('utf8')).split('\n')
  // What follows the last line end was never finished.
  for (const line of lines.slice(0, -1)) {
    const [, sign, number, sealed] = /^([+-])(\d{1,15})(?: (\S+))?$/.exec(line) ?? []
    const id = Number(number)
    if (sign === undefined) continue
    last = Math.max(last, id)
    if (sign === '-') waiting.delete(id)
    else if (sealed !== undefined) {
      try {
        waiting.set(id, o.open(sealed, placeOf(id)))
      } catch (error) {
        o.onUnreadable(error)
      }
    }
  }
  const left = [...waiting].map(([id, text]) => ({ id, text }))
  const unfinished = new Set(waiting.keys())
  if (unfinished.size === 0) await empty(file)
  let bytes = (await file.stat()).size
  if (bytes > 0 && lines.at(-1) !== '') bytes += await append(file, '\n')
  let acts: Promise<unknown> = Promise.resolve()

  /** One after the other, so that no two lines mix. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = acts.then(act)
    acts = done.catch(() => undefined)
    return done
  }

  return {
    left,
    keep: (text) =>
      inTurn(async () => {
        const id = last + 1
        const line = `+${id} ${o.seal(text, placeOf(id))}\n`
        if (bytes + line.length > MOST_BYTES) throw new Error('the journal is full')
        last = id
        bytes += await append(file, line)
        unfinished.add(id)
        return { id, text }
      }),
    done: (id) =>
      inTurn(async () => {
        if (!unfinished.delete(id)) return
        if (unfinished.size > 0) bytes += await append(file, `-${id}\n`)
        else {
          await empty(file)
          bytes = 0
        }
      }),
    close: () => inTurn(() => file.close()),
  }
}

const placeOf = (id: number) => `journal ${id}`

async function append(file: FileHandle, line: string): Promise<number> {
  await file.appendFile(line)
  await file.datasync()
  return Buffer.byteLength(line)
}

async function empty(file: FileHandle): Promise<void> {
  await file.truncate(0)
  await file.datasync()
}
