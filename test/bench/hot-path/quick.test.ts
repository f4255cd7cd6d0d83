import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, runCommand } from '../../checks/run-command.ts'
import type { Figure } from '../figures.ts'
import { SHAPES } from './kinds.ts'

test.each(SHAPES)('a smoke run of the hot path bench, shape %s: every frame comes once, and every figure is a number', async (shape) => {
  const run = await runCommand(process.execPath, ['test/bench/run.ts', 'hot path', '--quick', `--shape=${shape}`])
  expect(run.output).toMatch(/^Hot path/)
  expect(run.ok).toBe(true)
  const { figures } = JSON.parse(readFileSync(join(ROOT, 'test/results/bench-quick.json'), 'utf8')) as { figures: Figure[] }
  expect(figures.length).toBeGreaterThan(6)
  expect(figures.filter(({ value }) => typeof value !== 'number')).toEqual([])
  expect(figures.find(({ name }) => name.endsWith('frames lost or out of turn'))).toMatchObject({ value: 0 })
  expect(figures.some(({ name }) => name.includes('jitter'))).toBe(true)
})
