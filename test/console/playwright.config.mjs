import api from "../api/playwright.config.mjs";

// Every procedure is done on both databases; what the database has no part in, on one.
export default {
  ...api,
  // A busy machine takes its time.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  globalSetup: "./postgresql.mjs",
  projects: [
    { name: "sqlite", use: { database: "sqlite" } },
    { name: "postgresql", use: { database: "postgresql" }, testMatch: "procedures*.spec.mjs" },
  ],
};
