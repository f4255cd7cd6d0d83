import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArgumentsUnusable, hasStrayBraces, placeholdersOf, requestOf } from './request.ts'

const get = (url: string) => ({ url, method: 'GET' as const })

test('the path is filled, the query or the body carries the rest', () => {
  const url = 'https://shop.example/orders/{id}/items/{item}?lang=en'
  expect(placeholdersOf(url)).toEqual(['id', 'item'])
  const values = { id: 'a/b c', item: 7, also: ['x', 'y'], deep: { a: 1 }, none: null, yes: true }
  expect(requestOf(get(url), values)).toEqual({
    url: 'https://shop.example/orders/a%2Fb%20c/items/7?lang=en&also=x&also=y&deep=%7B%22a%22%3A1%7D&yes=true',
  })
  const sent = requestOf({ url, method: 'POST' }, values)
  expect(sent.url).toBe('https://shop.example/orders/a%2Fb%20c/items/7?lang=en')
  expect(JSON.parse(sent.body ?? '')).toEqual({ also: ['x', 'y'], deep: { a: 1 }, none: null, yes: true })
})

test('braces anywhere but in the path are strays', () => {
  for (const url of [
    'https://{shop}.example/',
    'https://shop.example/?a={id}',
    'https://shop.example/a#{id}',
    'https://shop.example/{a b}',
  ])
    expect(hasStrayBraces(url), url).toBe(true)
  expect(hasStrayBraces('https://shop.example/a-{id}.json?b=1')).toBe(false)
})

test('what is missing, empty or an object cannot stand in a path', () => {
  for (const id of [undefined, '', null, {}, [], '\ud800'])
    expect(() => requestOf(get('https://shop.example/{id}'), id === undefined ? {} : { id }), String(id)).toThrow(ArgumentsUnusable)
  expect(() => requestOf(get('https://shop.example/{toString}'), {})).toThrow(ArgumentsUnusable)
})

test('whatever the arguments, the request stays on the owner’s server and path, and the path keeps its shape', () => {
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('..', '.', '%2e%2e', '../..', '?a=1', '#x', '@evil.example', '\\evil', '//evil', '.\t.', '\r\n'),
  )
  fc.assert(
    fc.property(value, value, (id, more) => {
      try {
        const { url } = requestOf(get('https://shop.example/orders/{id}/end'), { id, more })
        const read = new URL(url)
        expect(read.origin).toBe('https://shop.example')
        expect(read.pathname.split('/')).toHaveLength(4)
        expect(decodeURIComponent(read.pathname.split('/')[2] ?? '')).toBe(id)
        expect(read.hash).toBe('')
        expect([...read.searchParams.keys()]).toEqual(['more'])
      } catch (error) {
        if (!(error instanceof ArgumentsUnusable)) throw error
      }
    }),
    { numRuns: 500 },
  )
})
