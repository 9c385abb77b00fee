import type { Client } from "@urql/core";

import { fetchAs } from "../api/client";
import type { Auth } from "../auth/auth";
import { hasDecimalComma } from "../format";
import { ReportCsvDocument, type ReportCsvQueryVariables } from "../gql/graphql";

/**
 * Downloads the rows of one of the report's lists as a CSV file for spreadsheets. A plain link cannot send the access
 * token. The server names the file; name is used if it doesn't.
 */
export async function downloadCsv(
  client: Client,
  auth: Auth,
  list: "claims" | "missed",
  wanted: ReportCsvQueryVariables,
  name: string,
): Promise<void> {
  const { data, error } = await client.query(ReportCsvDocument, wanted, { requestPolicy: "network-only" }).toPromise();
  if (!data) throw error ?? new Error("no report");

  const { csvPath, missedClaimsCsvPath } = data.claimReport;
  const response = await fetchAs(auth)(forSpreadsheet(list === "missed" ? missedClaimsCsvPath : csvPath));
  if (!response.ok) throw new Error(`CSV: ${response.status}`);
  save(await response.blob(), fileNameOf(response.headers.get("Content-Disposition")) ?? name);
}

/** Adds the parameters of a file that spreadsheets open as it is. */
export function forSpreadsheet(path: string, semicolons = hasDecimalComma()): string {
  return `${path}&bom=true&spreadsheet=true${semicolons ? "&separator=semicolon" : ""}`;
}

/** Reads the name of a file from a header of the server. */
export function fileNameOf(header: string | null): string | undefined {
  const encoded = header?.match(/filename\*=UTF-8''([^;]+)/)?.[1];
  return encoded ? decodeURIComponent(encoded) : header?.match(/filename="([^"]+)"/)?.[1];
}

function save(file: Blob, name: string) {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
