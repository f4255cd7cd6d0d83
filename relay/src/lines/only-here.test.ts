import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../', import.meta.url))

/** Files of the relay that ship and call a method of this name. */
function callers(method: string): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/[.](test|test-kit)[.]ts$/.test(file) && !file.endsWith('conformance.ts'))
    .filter((file) => new RegExp(`\\b\\w+[.]${method}\\(`).test(readFileSync(SRC + file, 'utf8')))
    .sort()
}

test('a carrier is asked to ring in one place, behind the gate', () => {
  // The line asks the carrier, and the placing asks the line: with the gate's permit that outgoing got, or with the gate's next.
  expect(callers('place')).toEqual(['lines/line.ts', 'lines/placing.ts'])
  expect(callers('transfer')).toEqual(['http/call-control.ts', 'lines/lines.ts'])
  expect(readFileSync(`${SRC}lines/outgoing.ts`, 'utf8')).toContain('await gate.ask(how.question)')
  expect(readFileSync(`${SRC}lines/placing.ts`, 'utf8')).toContain('await rooms.gate.instead(')
})
