import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openJournal } from './journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newPath = () => join(folder, `${++files}`)

/** A seal that knows its place, as the real one does. */
const kind = (unreadable: unknown[] = []) => ({
  seal: (text: string, place: string) => Buffer.from(`${place}|${text}`).toString('base64url'),
  open(sealed: string, place: string) {
    const [of, ...text] = Buffer.from(sealed, 'base64url').toString().split('|')
    if (of !== place) throw new Error(`sealed for ${of}`)
    return text.join('|')
  },
  onUnreadable: (error: unknown) => void unreadable.push(error),
})
const textsOf = (left: readonly { text: string }[]) => left.map(({ text }) => text)

describe('the journal', () => {
  it('gives back what was kept and not done, in order, after any end of the process', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string(), fc.record({ done: fc.nat(9) }), fc.constant('restart' as const)), { maxLength: 30 }),
        async (steps) => {
          const path = newPath()
          let journal = await openJournal(path, kind())
          let open: { id: number; text: string }[] = []
          for (const step of steps) {
            if (step === 'restart') {
              // Nobody says goodbye: the file is as the last line left it.
              const again = await openJournal(path, kind())
              await journal.close()
              journal = again
              expect(textsOf(journal.left)).toEqual(textsOf(open))
              open = [...journal.left]
            } else if (typeof step === 'string') open.push(await journal.keep(step))
            else {
              const [gone] = open.splice(step.done % Math.max(1, open.length), 1)
              if (gone) await journal.done(gone.id)
            }
          }
          await journal.close()
          const last = await openJournal(path, kind())
          expect(textsOf(last.left)).toEqual(textsOf(open))
          await last.close()
          if (open.length === 0) expect(statSync(path).size).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('forgets a line that was torn, and goes on behind it', async () => {
    const path = newPath()
    const journal = await openJournal(path, kind())
    await journal.keep('whole')
    await journal.keep('torn')
    await journal.close()
    truncateSync(path, statSync(path).size - 3)
    const again = await openJournal(path, kind())
    expect(textsOf(again.left)).toEqual(['whole'])
    await again.keep('next')
    await again.close()
    const last = await openJournal(path, kind())
    expect(textsOf(last.left)).toEqual(['whole', 'next'])
    await last.close()
  })

  it('opens no line that was moved or made by others, and says so', async () => {
    const path = newPath()
    const journal = await openJournal(path, kind())
    await journal.keep('one')
    await journal.keep('two')
    await journal.close()
    writeFileSync(path, `${readFileSync(path, 'utf8').replace('+2 ', '+3 ')}noise\n+9\n`)
    const unreadable: unknown[] = []
    const again = await openJournal(path, kind(unreadable))
    expect(textsOf(again.left)).toEqual(['one'])
    expect(unreadable).toHaveLength(1)
    await again.close()
  })

  it('keeps lines whole however many come at once', async () => {
    const path = newPath()
    const journal = await openJournal(path, kind())
    const texts = Array.from({ length: 50 }, (_, at) => `${at}`)
    await Promise.all(texts.map((text) => journal.keep(text)))
    await journal.close()
    const again = await openJournal(path, kind())
    expect(textsOf(again.left)).toEqual(texts)
    await again.close()
  })
})
