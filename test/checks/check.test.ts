import { describe, expect, it } from 'vitest'
import { CHECKS } from './index.ts'

describe('npm run check', () => {
  for (const check of CHECKS) {
    it(check.name, async () => {
      const { ok, output } = await check.run()
      expect(ok, `${check.remedy}\n${output}`).toBe(true)
    })
  }
})
