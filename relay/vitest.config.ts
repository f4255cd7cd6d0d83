import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Half of their time these tests wait for a database or a port.
    maxWorkers: 2,
    // Tests here measure memory and sound on machines that others share: a real fault fails twice.
    retry: process.env.CI ? 1 : 0,
    include: ['src/**/*.test.ts'],
    // Many tests boot a real database: this is how long one may take on a busy machine, not how long it should.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
