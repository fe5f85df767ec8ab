import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Ten times what the slowest test takes where nothing else runs: time never decides a test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      exclude: ['src/kernel/wasm/**', 'src/**/*.d.ts', 'src/cli/**'],
      reporter: ['text-summary'],
    },
  },
})
