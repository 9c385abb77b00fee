import api from "../api/playwright.config.mjs";

// The procedures run on both databases. Tests that do not depend on the database run on SQLite only.
export default {
  ...api,
  // Generous, because the machine may be busy.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  globalSetup: "./postgresql.mjs",
  projects: [
    { name: "sqlite", use: { database: "sqlite" } },
    { name: "postgresql", use: { database: "postgresql" }, testMatch: "procedures*.spec.mjs" },
  ],
};
