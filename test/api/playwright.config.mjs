import { existsSync } from "node:fs";

// The browser is the system's: Playwright's own would have to be downloaded from elsewhere.
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((at) => existsSync(at));

export default {
  testDir: ".",
  outputDir: "results",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  // A busy machine is slow to show what is right.
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    headless: true,
    launchOptions: { executablePath: chromium, args: ["--no-sandbox"] },
  },
};
