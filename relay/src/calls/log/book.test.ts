import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { Book, MOST_TOLD } from './book.ts'

const newBook = () => new Book('c_1', { data: randomBytes(32), salt: randomBytes(32) })

it('seals what it is told when it is taken, and never more at once than the sound can wait for', () => {
  const book = newBook()
  for (let at = 1; at < MOST_TOLD; at++) book.event(at, 'told')
  expect(book.sealed).toBe(0)
  book.event(MOST_TOLD, 'told')
  expect(book.sealed).toBe(MOST_TOLD)
  book.event(MOST_TOLD + 1, 'told')
  expect(book.take().events.map(({ seq }) => seq)).toEqual(Array.from({ length: MOST_TOLD + 1 }, (_, at) => at + 1))
  expect(book.waits).toBe(false)
})

it('seals each at once while the database is away, and keeps their order', () => {
  const book = newBook()
  book.event(1, 'one')
  const failed = book.take()
  book.event(2, 'two')
  book.cancelRetry = () => undefined
  book.event(3, 'three')
  expect(book.sealed).toBe(2)
  book.putBack(failed)
  expect(book.take().events.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 one', '2 two', '3 three'])
})
