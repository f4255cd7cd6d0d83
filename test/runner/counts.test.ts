import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judge, NEEDS_REDIS, readVitest } from './counts.ts'
import { failedFiles, readWidget, type WidgetFile } from './widget-report.ts'

const clean = { code: 0, timedOut: false }

describe('counting over all runners', () => {
  let dir = ''
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'voice-agent-counts-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  const vitest = (more: object) => {
    const path = join(dir, 'report.json')
    const none = { success: true, numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
    writeFileSync(path, JSON.stringify({ ...none, ...more }))
    return readVitest(path)
  }

  const widget = (name: string, ...files: Partial<WidgetFile>[]) => {
    const path = join(dir, name)
    writeFileSync(path, JSON.stringify(files.map((each) => ({ passed: 0, skipped: 0, failures: [], ...each }))))
    return path
  }

  it('takes what vitest counted', () => {
    expect(judge(vitest({ numPassedTests: 5 }), clean)).toEqual({ passed: 5, failed: 0, notes: [], remarks: [] })
    expect(judge(vitest({ numPassedTests: 5, numFailedTests: 2, success: false }), { code: 1, timedOut: false })).toMatchObject({
      failed: 2,
    })
  })

  it('counts a file that never ran, and skipped tests, as failed', () => {
    const testResults = [{ name: 'x.test.ts', status: 'failed', assertionResults: [] }]
    expect(judge(vitest({ numPassedTests: 5, testResults }), { code: 1, timedOut: false })).toMatchObject({ passed: 5, failed: 1 })
    expect(vitest({ numPassedTests: 5, numPendingTests: 2, numTodoTests: 1 })).toMatchObject({ failed: 3 })
  })

  it('tells of what cannot run here, and counts it neither way', () => {
    const skipped = { status: 'skipped', failureMessages: [] }
    const testResults = [
      { name: 'x.test.ts', status: 'passed', assertionResults: [{ ...skipped, fullName: `two relays ${NEEDS_REDIS} meet` }] },
    ]
    const told = [expect.stringContaining('1 did not run')]
    expect(judge(vitest({ numPassedTests: 5, numPendingTests: 1, testResults }), clean)).toMatchObject({ failed: 0, remarks: told })
    expect(judge(vitest({ numPassedTests: 5, numPendingTests: 2, testResults }), clean)).toMatchObject({ failed: 1, remarks: told })
  })

  it('says at the end which tests failed, and how', () => {
    const assertionResults = [
      { status: 'passed', fullName: 'rings', failureMessages: [] },
      { status: 'failed', fullName: 'hangs up', failureMessages: ['Error: it went on\n    at somewhere'] },
    ]
    const testResults = [{ name: 'x.test.ts', status: 'failed', assertionResults }]
    expect(vitest({ numPassedTests: 1, numFailedTests: 1, testResults })).toEqual({
      passed: 1,
      failed: 1,
      notes: ['failed: x.test.ts › hangs up: Error: it went on'],
      remarks: [],
    })
  })

  it('reads the widget’s report the same way', () => {
    const path = widget('widget.json', { file: 'w', passed: 4 }, { file: 'x', passed: 3, skipped: 2, failures: ['y: z'] })
    expect(readWidget(path)).toMatchObject({ passed: 7, failed: 3, notes: [expect.stringContaining('2 skipped'), 'failed: x › y: z'] })
    expect(failedFiles(path)).toEqual(['x'])
    expect(failedFiles(join(dir, 'none.json'))).toEqual([])
  })

  it('takes the second try for the first, and names what needed it', () => {
    const first = widget('first.json', { file: 'w', passed: 4 }, { file: 'x', passed: 3, failures: ['y: z'] })
    const passed = widget('passed.json', { file: 'x', passed: 4 })
    const remarks = ['passed at the second try only: x › y: z']
    expect(judge(readWidget(passed, first), clean)).toEqual({ passed: 8, failed: 0, notes: [], remarks })
    const failed = widget('failed.json', { file: 'x', passed: 3, failures: ['y: still'] })
    expect(judge(readWidget(failed, first), clean)).toEqual({ passed: 7, failed: 1, notes: ['failed: x › y: still'], remarks: [] })
    expect(judge(readWidget(join(dir, 'none.json'), first), clean)).toMatchObject({ failed: 1 })

    const assertionResults = [{ status: 'passed', fullName: 'rings', failureMessages: ['Error: late\n    at somewhere'] }]
    const testResults = [{ name: 'x.test.ts', status: 'passed', assertionResults }]
    expect(vitest({ numPassedTests: 1, testResults }).remarks).toEqual(['passed at the second try only: x.test.ts › rings: Error: late'])
  })

  it('takes no test, no report, a bad exit or a timeout for a failure', () => {
    expect(judge(vitest({}), clean)).toMatchObject({ passed: 0, failed: 1 })
    expect(judge(readVitest(join(dir, 'none.json')), clean)).toMatchObject({ failed: 1 })
    expect(judge(readWidget(join(dir, 'none.json')), clean)).toMatchObject({ failed: 1 })
    expect(judge(vitest({ numPassedTests: 5 }), { code: 1, timedOut: false })).toMatchObject({ passed: 5, failed: 1 })
    expect(judge(vitest({ numPassedTests: 5 }), { code: 0, timedOut: true })).toMatchObject({ passed: 5, failed: 1 })
  })
})
