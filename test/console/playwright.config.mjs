import api from "../api/playwright.config.mjs";

// Every procedure is done on both databases; what the database has no part in, on one.
export default {
  ...api,
  globalSetup: "./postgresql.mjs",
  projects: [
    { name: "sqlite", use: { database: "sqlite" } },
    { name: "postgresql", use: { database: "postgresql" }, testMatch: "procedures*.spec.mjs" },
  ],
};
