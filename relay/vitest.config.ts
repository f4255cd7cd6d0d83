import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    // Many tests boot a real database: this is how long one may take on a busy machine, not how long it should.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
