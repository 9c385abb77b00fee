import type { Client } from "@urql/core";

import { fetchAs } from "../api/client";
import type { Auth } from "../auth/auth";
import { ReportCsvDocument, type ReportCsvQueryVariables } from "../gql/graphql";

/** Downloads the rows of the report as a CSV file. A plain link cannot send the access token. */
export async function downloadCsv(
  client: Client,
  auth: Auth,
  wanted: ReportCsvQueryVariables,
  name: string,
): Promise<void> {
  const { data, error } = await client.query(ReportCsvDocument, wanted, { requestPolicy: "network-only" }).toPromise();
  if (!data) throw error ?? new Error("no report");

  const response = await fetchAs(auth)(data.claimReport.csvPath);
  if (!response.ok) throw new Error(`CSV: ${response.status}`);
  save(await response.blob(), name);
}

function save(file: Blob, name: string) {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
