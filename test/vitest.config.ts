import { defineConfig } from 'vitest/config'

// One file at a time: each owns a relay or a browser, and times what it hears.
export default defineConfig({
  test: {
    // Tests here measure memory and sound on machines that others share: a real fault fails twice.
    retry: process.env.CI ? 1 : 0,
    include: ['**/*.{test,e2e}.ts'],
    pool: 'forks',
    fileParallelism: false,
    // Concurrent tests wait for sound in real time, not for the processor.
    maxConcurrency: 10,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
