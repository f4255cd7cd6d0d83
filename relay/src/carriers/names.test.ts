import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CARRIER_TABLE } from './index.ts'

const SRC = fileURLToPath(new URL('../', import.meta.url))

/** Files outside carriers/ that say a carrier's name, and why they may. */
const MAY = {
  'settings.ts': 'titles of the groups of settings',
  'settings/table.ts': 'the table of all variables',
  'agents/phone-settings.ts': 'what an agent says of ConversationRelay',
  'http/agent-calling.ts': 'the guide’s words for how an agent calls',
  'http/calling-settings.ts': 'the guide’s words for how an agent calls',
  'http/pages.ts': 'the hosts that the console’s page may talk to, for Twilio’s own kit',
  'protocol/web-call.ts': 'the contract’s word for a page call’s transport',
}

test('no carrier is named outside its folder, the table and the settings', () => {
  const names = new RegExp(CARRIER_TABLE.map(({ name }) => `\\b${name}|${name}\\b`).join('|'), 'i')
  const naming = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => /[.](ts|js|html)$/.test(file) && !/[.]test(-kit)?[.]ts$/.test(file) && !file.startsWith('carriers/'))
    .filter((file) => names.test(readFileSync(SRC + file, 'utf8')))
  expect(CARRIER_TABLE.length).toBeGreaterThan(3)
  expect(naming.sort()).toEqual(Object.keys(MAY).sort())
})
