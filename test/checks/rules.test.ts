import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkImports } from './index.ts'

/** The import rules prove themselves: a small house in which everything is right, and one wrong import at a time. */

const HOUSE: Record<string, string> = {
  'package.json': '{"name":"house","private":true}',
  'tsconfig.base.json': '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}',
  'relay/package.json': '{"name":"relay"}',
  'relay/src/main.ts': "import './relay.ts'",
  'relay/src/relay.ts': "import './http/calls.ts'\nimport './engines/offline.ts'\nimport './calls/call.ts'",
  'relay/src/http/calls.ts': "import '../calls/call.ts'",
  'relay/src/calls/call.ts': "import type { Leg } from './ports.ts'\nexport const call: Leg = { name: 'call' }",
  'relay/src/calls/ports.ts': 'export interface Leg { name: string }',
  'relay/src/calls/log/call-log.ts': "import '../../store/open.ts'",
  'relay/src/engines/offline.ts':
    "import type { Leg } from '../calls/ports.ts'\nimport type { call } from '../calls/call.ts'\nexport type Own = Leg | typeof call",
  'relay/src/legs/browser.ts': 'export const leg = 1',
  'relay/src/carriers/index.ts': "import './twilio/index.ts'\nimport './other/index.ts'\nexport const table = 1",
  'relay/src/carriers/twilio/index.ts': "import './rest.ts'\nexport const carrier = 1",
  'relay/src/carriers/twilio/rest.ts': 'export const rest = 1',
  'relay/src/carriers/other/index.ts': 'export const carrier = 1',
  'relay/src/carriers/toy.test-kit/index.ts': 'export const toy = 1',
  'relay/src/lines/lines.ts': "import '../carriers/index.ts'\nimport '../calls/call.ts'",
  'relay/src/store/open.ts': 'export const store = 1',
  'relay/src/protocol/words.ts': 'export const WORD = 1\nexport type Word = number',
  'demo/package.json': '{"name":"demo"}',
  'demo/src/start.ts': 'export const start = 1',
  'demo/src/sandbox/main.ts': 'export const sandbox = 1',
  'widget/package.json': '{"name":"widget"}',
  'widget/src/index.ts': "import type { Word } from '../../relay/src/protocol/words.ts'\nexport const word: Word = 1",
  'test/package.json': '{"name":"test"}',
  'test/some.test.ts': 'export {}',
}

const WRONG: [rule: string, file: string, line: string][] = [
  ['calls-know-no-vendor', 'relay/src/calls/call.ts', "import { leg } from '../legs/browser.ts'"],
  ['calls-know-no-vendor', 'relay/src/calls/call.ts', "import type { leg } from '../legs/browser.ts'"],
  ['calls-know-no-vendor', 'relay/src/calls/call.ts', "import { table } from '../carriers/index.ts'"],
  ['calls-know-no-vendor', 'relay/src/calls/call.ts', "const engine = await import('../engines/offline.ts')"],
  ['middle-imports-down', 'relay/src/calls/call.ts', "import '../http/calls.ts'"],
  ['middle-imports-down', 'relay/src/calls/call.ts', "import '../lines/lines.ts'"],
  ['lines-import-down', 'relay/src/lines/lines.ts', "import '../http/calls.ts'"],
  ['calls-know-no-store', 'relay/src/calls/call.ts', "import { store } from '../store/open.ts'"],
  ['media-imports-down', 'relay/src/legs/browser.ts', "import { call } from '../calls/call.ts'"],
  ['ground-imports-nothing-above', 'relay/src/store/open.ts', "import { leg } from '../legs/browser.ts'"],
  ['protocol-stands-alone', 'relay/src/protocol/words.ts', "import { store } from '../store/open.ts'"],
  ['no-room-knows-the-root', 'relay/src/http/calls.ts', "import '../relay.ts'"],
  ['relay-knows-no-demo', 'relay/src/http/calls.ts', "import { start } from '../../../demo/src/start.ts'"],
  ['sandbox-knows-no-relay', 'demo/src/sandbox/main.ts', "import type { Word } from '../../../relay/src/protocol/words.ts'"],
  ['sandbox-knows-no-relay', 'demo/src/sandbox/main.ts', "import { start } from '../start.ts'"],
  ['demo-uses-the-door', 'demo/src/start.ts', "import { leg } from '../../relay/src/legs/browser.ts'"],
  ['widget-takes-types-only', 'widget/src/index.ts', "import { WORD } from '../../relay/src/protocol/words.ts'"],
  ['widget-stands-alone', 'widget/src/index.ts', "import type { start } from '../../demo/src/start.ts'"],
  ['tests-stay-outside', 'relay/src/http/calls.ts', "import '../../../test/some.test.ts'"],
  ['test-folders-stay-outside', 'relay/src/carriers/index.ts', "import './toy.test-kit/index.ts'"],
  ['carriers-by-the-table', 'relay/src/lines/lines.ts', "import { carrier } from '../carriers/twilio/index.ts'"],
  ['carriers-stand-alone', 'relay/src/carriers/other/index.ts', "import '../twilio/rest.ts'"],
  ['no-circles', 'relay/src/store/open.ts', "import './other.ts'"],
  ['resolvable', 'relay/src/http/calls.ts', "import './nowhere.ts'"],
  ['resolvable', 'relay/src/http/calls.ts', "import 'left-pad'"],
]

describe('import rules', () => {
  let dir = ''

  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), `${text}\n`)
  }

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'voice-agent-rules-'))
    for (const [path, text] of Object.entries(HOUSE)) put(path, text)
    put('relay/src/store/other.ts', "import './open.ts'")
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it('let a right house stand', async () => {
    expect(await checkImports(dir)).toMatchObject({ ok: true })
  })

  for (const [rule, file, line] of WRONG) {
    it(`${rule}: ${file} may not ${line}`, async () => {
      put(file, `${line}\n${HOUSE[file]}`)
      const { ok, output } = await checkImports(dir)
      expect(output).toContain(`error ${rule}:`)
      expect(ok).toBe(false)
    })
  }
})
