import { expect, test } from "vitest";

import { fileNameOf, forSpreadsheet } from "./download";

test("the server names the file, also with letters beyond ASCII", () => {
  expect(fileNameOf('attachment; filename="autoclaim-claims-acme.csv"')).toBe("autoclaim-claims-acme.csv");
  expect(fileNameOf(`attachment; filename="a-Muller.csv"; filename*=UTF-8''a-M%C3%BCller.csv`)).toBe("a-Müller.csv");
  expect(fileNameOf(null)).toBeUndefined();
});

test("the file is for spreadsheets of the browser's language", () => {
  expect(forSpreadsheet("/reports/claims.csv?period=PAST_7_DAYS", false)).toBe(
    "/reports/claims.csv?period=PAST_7_DAYS&bom=true&spreadsheet=true",
  );
  expect(forSpreadsheet("/reports/claims.csv?period=PAST_7_DAYS", true)).toContain("&separator=semicolon");
});
