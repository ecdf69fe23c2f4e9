import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Served from any prefix: paths are relative, routes live in the hash.
// The code editor and the layout worker are chunks of their own, loaded by a dynamic import where they are first needed.
export default defineConfig({
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  // The pipeline's JSON Schema lies beside the designer, in schemas/.
  server: { fs: { allow: [".."] } },
  build: { outDir: "dist", target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
