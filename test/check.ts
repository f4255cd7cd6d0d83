// `npm run check`: types, lint, unused code, import directions; one line each, and what to do.
import { CHECKS } from './checks/index.ts'

let failed = 0
for (const check of CHECKS) {
  const { ok, output } = await check.run()
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${check.name}${ok ? '' : `: ${check.remedy}`}`)
  if (ok) continue
  failed++
  console.log(output.replaceAll(/^/gm, '      '))
}
if (failed > 0) process.exitCode = 1
