import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/testing/yaml.ts"],
    // The clock proves nothing here, and the machine may be busy.
    testTimeout: 60_000,
  },
});
