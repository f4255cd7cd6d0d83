import { globSync } from 'node:fs'
import { ROOT, runCommand } from './run-command.ts'

/** What `npm run check` holds the code to; `check.test.ts` runs the same list. */
export interface Check {
  readonly name: string
  /** What to do when it fails. */
  readonly remedy: string
  run(): ReturnType<typeof runCommand>
}

const PACKAGES = ['relay', 'demo', 'widget', 'test']
const bin = (name: string) => `${ROOT}/node_modules/.bin/${name}`

/** Every tsconfig of a package that is not a package's own dependency. */
const projects = PACKAGES.flatMap((name) =>
  globSync([`${name}/tsconfig*.json`, `${name}/src/**/tsconfig*.json`], { cwd: ROOT, exclude: (path) => path.includes('node_modules') }),
).sort()

export const CHECKS: readonly Check[] = [
  ...projects.map((project) => ({
    name: `types: ${project.replace(/\/tsconfig\.json$/, '')}`,
    remedy: 'correct the types; the compiler names file and line',
    run: () => runCommand(bin('tsc'), ['--noEmit', '-p', project]),
  })),
  {
    name: 'style',
    remedy: 'run npx biome check --write, then correct what is left',
    run: () => runCommand(bin('biome'), ['check', '--error-on-warnings', '--max-diagnostics=50']),
  },
  {
    name: 'unused files, exports, dependencies',
    remedy: 'delete what nobody uses, or use it',
    run: () => runCommand(bin('knip'), ['--no-progress']),
  },
  {
    name: 'import directions',
    remedy: 'move the code to the room it belongs to: ARCHITECTURE.md, "where things go"',
    run: () => checkImports(ROOT),
  },
]

/** Applies the import rules to a tree laid out as the checkout is. */
export function checkImports(cwd: string): ReturnType<typeof runCommand> {
  const config = `${ROOT}/.dependency-cruiser.mjs`
  return runCommand(bin('depcruise'), ['--config', config, '--output-type', 'err-long', ...PACKAGES], cwd)
}
