import { fileURLToPath } from 'node:url'
import { examine } from './doctor/findings.ts'
import { loadEnv, SettingsError } from './settings.ts'

/** `npm run doctor`: settings and surroundings, one line each with what to do; exit code 1 when something is broken. */

const SIGNS = { ok: 'ok    ', note: 'note  ', broken: 'BROKEN' }
const root = fileURLToPath(new URL('../..', import.meta.url))

try {
  const findings = await examine(loadEnv(root), { widgetDir: fileURLToPath(new URL('../../widget/dist', import.meta.url)) })
  for (const { state, about, text } of findings) console.log(`${SIGNS[state]}  ${about}: ${text}`)
  process.exitCode = findings.some(({ state }) => state === 'broken') ? 1 : 0
} catch (error) {
  if (!(error instanceof SettingsError)) throw error
  console.log(`${SIGNS.broken}  settings: ${error.message}`)
  process.exitCode = 1
}
