import { defineConfig } from 'vitest/config'

/** These time what is heard, or weigh memory: each has the machine to itself. */
const ALONE = [
  ...['abuse', 'conversation', 'cut', 'devices', 'silence', 'speak', 'tool-turn', 'turns', 'visit'].map((name) => `e2e/${name}.e2e.ts`),
  'bench/hot-path/quick.test.ts',
]

const shared = {
  // Tests here measure memory and sound on machines that others share: a real fault fails twice.
  retry: process.env.CI ? 1 : 0,
  pool: 'forks' as const,
  // Concurrent tests wait for sound in real time, not for the processor.
  maxConcurrency: 10,
  testTimeout: 120_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'alone', include: ALONE, fileParallelism: false, sequence: { groupOrder: 1 } } },
      {
        test: {
          ...shared,
          name: 'beside',
          include: ['**/*.{test,e2e}.ts'],
          exclude: [...ALONE, '**/node_modules/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
