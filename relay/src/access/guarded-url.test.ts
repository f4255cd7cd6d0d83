import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkUrl, matchesHost } from './guarded-url.ts'

const none = { privateHosts: [] }
const problemOf = (text: string, rules: Parameters<typeof checkUrl>[1] = none) => {
  const checked = checkUrl(text, rules)
  return checked.ok ? undefined : checked.problem
}

test('https only, without a user, and a whole address', () => {
  expect(checkUrl('https://API.example.com./a?b=1', none)).toMatchObject({ ok: true, host: 'api.example.com', isPrivate: false })
  expect(checkUrl('https://api.example.com:8443/', none).ok).toBe(true)
  for (const text of [
    '',
    '/a',
    'api.example.com',
    'http://api.example.com',
    'ftp://a.example',
    'file:///etc/passwd',
    'javascript:1',
    'data:,x',
  ])
    expect(problemOf(text), text).toBeDefined()
  expect(problemOf('https://a@api.example.com/')).toContain('user name')
  expect(problemOf('https://:p@api.example.com/')).toContain('password')
  expect(problemOf('http://api.example.com/')).toContain('TOOL_PRIVATE_HOSTS')
})

test('hosts are matched whole', () => {
  const allowed = (url: string, ...allowedHosts: string[]) => checkUrl(url, { ...none, allowedHosts }).ok
  expect(allowed('https://api.example.com/', 'api.example.com')).toBe(true)
  expect(allowed('https://api.example.com./', 'API.example.com')).toBe(true)
  expect(allowed('https://a.b.example.com/', '*.example.com')).toBe(true)
  for (const url of ['https://example.com/', 'https://badexample.com/', 'https://example.com.evil.example/', 'https://.example.com/'])
    expect(allowed(url, '*.example.com'), url).toBe(false)
  expect(allowed('https://evil.example/?api.example.com', 'api.example.com')).toBe(false)
  expect(allowed('https://evil.example/#@api.example.com', 'api.example.com')).toBe(false)
  expect(allowed('https://api.example.com/')).toBe(false)
  expect(matchesHost('*.0.0.1', '127.0.0.1')).toBe(false)
})

test('a private host is private on its port only, and may be plain', () => {
  const at = (url: string, ...privateHosts: string[]) => checkUrl(url, { privateHosts })
  expect(at('http://localhost:8080/', 'localhost:8080')).toMatchObject({ ok: true, isPrivate: true })
  expect(at('http://localhost:8081/', 'localhost:8080').ok).toBe(false)
  expect(at('https://localhost/', 'localhost:8080')).toMatchObject({ ok: true, isPrivate: false })
  expect(at('http://shop.internal:99/', 'shop.internal')).toMatchObject({ ok: true, isPrivate: true })
  expect(at('http://shop.internal/', 'shop.internal:80')).toMatchObject({ isPrivate: true })
  expect(at('https://shop.internal/', 'shop.internal:443')).toMatchObject({ isPrivate: true })
  expect(at('http://[::1]:5/', '[::1]:5')).toMatchObject({ ok: true, host: '::1', isPrivate: true })
  expect(at('http://[::1]:6/', '[::1]:5').ok).toBe(false)
})

test('whatever the text, what passes is https with a host of its own and no user', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl({ withFragments: true, withQueryParameters: true }),
        fc.string(),
        fc.webUrl().map((url) => url.replace('//', '//u@')),
      ),
      (text) => {
        const checked = checkUrl(text, none)
        if (!checked.ok) {
          expect(checked.problem).not.toBe('')
          return
        }
        expect(checked.url.protocol).toBe('https:')
        expect(checked.url.username + checked.url.password).toBe('')
        expect(matchesHost(checked.host, checked.host)).toBe(true)
      },
    ),
  )
})
