import { existsSync, readFileSync } from 'node:fs'
import { type Counts, MOST_TOLD, secondTry, unrunNote } from './counts.ts'

/** One test file in the report that widget/web-test-runner.config.mjs writes; `failures` read `test: message`. */
export interface WidgetFile {
  file: string
  passed: number
  skipped: number
  failures: string[]
}

/** Undefined when there is none. */
const filesOf = (path: string): WidgetFile[] | undefined =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as WidgetFile[]) : undefined

/** The files that are to run again. */
export const failedFiles = (path: string): string[] =>
  (filesOf(path) ?? []).filter(({ failures }) => failures.length > 0).map(({ file }) => file)

/** Counts the report at `path`; with `firstPath`, `path` tells only of the files that failed there and ran again. */
export function readWidget(path: string, firstPath = path): Counts {
  const last = filesOf(path)
  const first = filesOf(firstPath)
  if (!last || !first) return { passed: 0, failed: 1, notes: ['it wrote no report'], remarks: [] }
  const files = first.map((each) => last.find(({ file }) => file === each.file) ?? each)
  const skipped = sum(files, (each) => each.skipped)
  const failures = files.flatMap(told)
  const notes = failures.slice(0, MOST_TOLD).map((text) => `failed: ${text}`)
  const mended = first.filter(({ file }) => !last.some((each) => each.file === file && each.failures.length > 0)).flatMap(told)
  return {
    passed: sum(files, (each) => each.passed),
    failed: failures.length + skipped,
    notes: skipped > 0 ? [unrunNote(skipped), ...notes] : notes,
    remarks: path === firstPath ? [] : mended.slice(0, MOST_TOLD).map(secondTry),
  }
}

const told = ({ file, failures }: WidgetFile) => failures.map((text) => `${file} › ${text}`)
const sum = (files: readonly WidgetFile[], what: (each: WidgetFile) => number) => files.reduce((all, each) => all + what(each), 0)
