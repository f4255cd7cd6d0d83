import { existsSync, readFileSync } from 'node:fs'

/** How one runner's report reads. */
export interface Counts {
  passed: number
  failed: number
  /** Why a count was raised beyond the failed tests, for people. */
  notes: string[]
  /** What did not run and may, on this machine. */
  remarks: string[]
}

interface VitestReport {
  success: boolean
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[]
}

/** Stands in the name of a group that runs only where Redis can be had. */
export const NEEDS_REDIS = '(needs redis-server)'

/** So many failures are told once more at the end: there a long run is read from. */
export const MOST_TOLD = 20

/** Vitest's JSON report. A file that could not be loaded has no tests and still failed. */
export function readVitest(path: string): Counts {
  if (!existsSync(path)) return { passed: 0, failed: 1, notes: ['it wrote no report'], remarks: [] }
  const report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
  )
  const excused = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => fullName.includes(NEEDS_REDIS) && status !== 'passed' && status !== 'failed').length
  const unrun = report.numPendingTests + report.numTodoTests - excused
  const remarks = excused > 0 ? [`${excused} did not run: they need redis-server. Install it, or name it in REDIS_SERVER_PATH`] : []
  remarks.push(...secondTries(report).slice(0, MOST_TOLD))
  const notes = broken.map(({ name }) => `a file failed outside its tests: ${name}`)
  if (unrun > 0) notes.push(unrunNote(unrun))
  notes.push(...failures(report).slice(0, MOST_TOLD))
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length + unrun, notes, remarks }
}

const failures = (report: VitestReport) =>
  report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map((test) => `failed: ${name} › ${test.fullName}: ${test.failureMessages[0]?.split('\n')[0]?.slice(0, 300) ?? ''}`),
  )

/** Vitest keeps the errors of a test's first try when the second passed. */
const secondTries = (report: VitestReport) =>
  report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
      .map((test) => secondTry(`${name} › ${test.fullName}: ${test.failureMessages[0]?.split('\n')[0]?.slice(0, 300)}`)),
  )

export const secondTry = (failure: string) => `passed at the second try only: ${failure}`
export const unrunNote = (count: number) => `${count} skipped, which count as failed: a test that does not run proves nothing`

/** A runner's own word counts too: no test at all, or a bad exit without a failed test, is a failure. */
export function judge(counts: Counts, exit: { code: number | null; timedOut: boolean }): Counts {
  const notes = [...counts.notes]
  let { failed } = counts
  if (exit.timedOut) notes.push('it was stopped: it took too long')
  else if (exit.code !== 0 && failed === 0) notes.push(`it ended with exit code ${exit.code} although no test failed`)
  if (counts.passed + failed === 0) notes.push('it ran no test')
  if (failed === 0 && notes.length > 0) failed = 1
  return { passed: counts.passed, failed, notes, remarks: counts.remarks }
}
