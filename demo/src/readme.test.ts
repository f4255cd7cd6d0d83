import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What the README claims and a machine can check. */

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const readme = read('README.md')

test('says why each dependency is there, and names none that is not', () => {
  const packages = ['.', 'relay', 'widget', 'demo', 'test'].map((dir) => JSON.parse(read(`${dir}/package.json`)))
  const used = packages
    .flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies }))
    .filter((name) => !name.startsWith('@voice-agent/'))
  const table = readme.split('## Why each dependency is there')[1]?.split('\n## ')[0] ?? ''
  const named = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name))
  expect(named.toSorted()).toEqual([...new Set(used)].toSorted())
})

test('lists every command of package.json', () => {
  const { scripts } = JSON.parse(read('package.json'))
  for (const name of Object.keys(scripts)) expect(readme).toMatch(new RegExp(`\\| \`npm (run )?${name}\``))
})

test('every variable it names is read by the relay or the demo', () => {
  const known = new Set(read('.env.example').match(/\b[A-Z][A-Z0-9_]{3,}(?==)/g))
  for (const own of ['SANDBOX_AI', 'SANDBOX_PORT', 'CHROME_PATH', 'REDIS_SERVER_PATH', 'NODE_ENV']) known.add(own)
  const named = [...new Set(readme.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g))]
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

test('its links and its picture lead to files', () => {
  for (const [, path = ''] of readme.matchAll(/(?:\]\(|src="|srcset=")(?!https?:|#)([^)#"]+)/g)) expect(() => read(path)).not.toThrow()
})
