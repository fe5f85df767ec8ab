import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/kernel/wasm/**', 'src/**/*.d.ts', 'src/cli/**'],
      reporter: ['text-summary'],
    },
  },
})
