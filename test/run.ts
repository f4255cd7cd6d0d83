// `npm test`: every runner, one after another, and one last line over all of them.
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './checks/run-command.ts'
import { ChromiumMissing, needChromium } from './runner/chromium.ts'
import { type Counts, judge, readVitest } from './runner/counts.ts'
import { createRunners } from './runner/processes.ts'
import { failedFiles, readWidget } from './runner/widget-report.ts'

const results = join(ROOT, 'test/results')
const minutes = (count: number) => count * 60_000

interface Suite {
  name: string
  dir: string
  command: string
  args: string[]
  report: string
  /** `firstPath` is the report of the first try, where there were two. */
  read(path: string, firstPath?: string): Counts
  /** What to run again after that report; nothing is `[]`. */
  again?(path: string): string[]
  limitMs: number
}

const vitest = (name: string, limitMs: number): Suite => {
  const report = join(results, `${name}.json`)
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return { name, dir: name, command: './node_modules/.bin/vitest', args, report, read: readVitest, limitMs }
}
const SUITES: Suite[] = [
  vitest('relay', minutes(15)),
  vitest('demo', minutes(8)),
  {
    name: 'widget',
    dir: 'widget',
    command: './node_modules/.bin/wtr',
    args: [],
    report: join(ROOT, 'widget/results.json'),
    read: readWidget,
    // A real browser's sound on a machine that others share: a real fault fails twice.
    again: (path) => (process.env.CI ? failedFiles(path).flatMap((file) => ['--files', file]) : []),
    limitMs: minutes(8),
  },
  vitest('test', minutes(45)),
]

async function main(): Promise<void> {
  mkdirSync(results, { recursive: true })
  const chosen = process.argv.slice(2)
  const suites = SUITES.filter(({ name }) => chosen.length === 0 || chosen.includes(name))
  const runners = createRunners(join(results, 'running.json'))
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      runners.stop()
      process.exit(1)
    })
  }
  const env = { ...process.env, CHROME_PATH: needChromium() }
  const totals = { passed: 0, failed: 0 }
  const lines: string[] = []
  for (const suite of suites) {
    console.log(`\n── ${suite.name}`)
    rmSync(suite.report, { force: true })
    const began = performance.now()
    const run = (more: string[] = []) =>
      runners.run(suite.command, [...suite.args, ...more], { cwd: join(ROOT, suite.dir), env, limitMs: suite.limitMs })
    const exit = await run()
    const again = exit.timedOut ? [] : (suite.again?.(suite.report) ?? [])
    let counts: Counts
    let { leftOver } = exit
    if (again.length > 0) {
      console.log(`\n── ${suite.name}: what failed, once more`)
      const firstReport = `${suite.report}.first`
      renameSync(suite.report, firstReport)
      const second = await run(again)
      leftOver ||= second.leftOver
      counts = judge(suite.read(suite.report, firstReport), second)
    } else counts = judge(suite.read(suite.report), exit)
    if (leftOver) {
      counts.failed++
      counts.notes.push('it left a process behind, which has been ended')
    }
    totals.passed += counts.passed
    totals.failed += counts.failed
    const seconds = Math.round((performance.now() - began) / 1000)
    lines.push(
      `${suite.name}: ${counts.passed} passed, ${counts.failed} failed in ${seconds} s`,
      ...[...counts.notes, ...counts.remarks].map((text) => `  ${text}`),
    )
  }
  console.log(`\n${lines.join('\n')}`)
  finish(totals)
}

function finish(totals: { passed: number; failed: number }): void {
  console.log(`${totals.passed} passed, ${totals.failed} failed`)
  process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1
}

main().catch((error: unknown) => {
  console.error(error instanceof ChromiumMissing ? error.message : error)
  finish({ passed: 0, failed: 1 })
})
