import { defineConfig } from 'vitest/config'

// Speech is made and heard in threads that share the machine with everything else: how long it takes is not what is tested.
export default defineConfig({
  test: { retry: process.env.CI ? 1 : 0, testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } },
})
