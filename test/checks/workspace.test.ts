import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from './run-command.ts'

it('installs for the Node that the workspace runs on', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { devDependencies: { node: string } }
  const [, nodeVersion] = /^nodeVersion: (\S+)$/m.exec(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')) ?? []
  expect(nodeVersion).toBe(devDependencies.node)
  expect(process.version).toBe(`v${devDependencies.node}`)
})
