import { existsSync } from "node:fs";

// Uses the browser of the system, so that Playwright does not have to download one.
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

export default {
  testDir: ".",
  outputDir: "results",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  // Tests also run on busy machines.
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    headless: true,
    launchOptions: { executablePath: chromium, args: ["--no-sandbox"] },
  },
};
