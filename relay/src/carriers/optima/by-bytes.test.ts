import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByBytes } from './by-bytes.ts'

const ids = fc.uniqueArray(fc.stringMatching(/^[\w-]{1,64}$/), { maxLength: 20 })

test('whoever is there is found by the bytes of its id, and nobody else', () => {
  fc.assert(
    fc.property(ids, ids, (there, gone) => {
      const all = new ByBytes<{ sessionId: string }>()
      const added = [...there, ...gone].map((sessionId) => ({ sessionId }))
      for (const each of added) all.add(each)
      for (const each of added) if (gone.includes(each.sessionId)) all.delete(each)
      for (const { sessionId } of added) {
        const found = all.find(Buffer.from(`"${sessionId}"`), 1, 1 + sessionId.length)
        if (gone.includes(sessionId)) expect(found?.sessionId).not.toBe(sessionId)
        else expect(found?.sessionId).toBe(sessionId)
      }
    }),
  )
})

test('an id that JSON writes otherwise is not found', () => {
  const all = new ByBytes<{ sessionId: string }>()
  all.add({ sessionId: 'a"b' })
  all.add({ sessionId: 'ä' })
  expect(all.find(Buffer.from('a"b'), 0, 3)).toBeUndefined()
  expect(all.find(Buffer.from('ä', 'latin1'), 0, 1)).toBeUndefined()
})
