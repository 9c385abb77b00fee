import { useCallback } from "react";
import { useQuery } from "urql";

import { useRefreshOnFocus } from "../api/useRefreshOnFocus";
import { Page } from "../components/Page";
import { ErrorState, Loading } from "../components/states";
import { SettingsDocument } from "../gql/graphql";
import { strings } from "../strings";
import { AutoClaim } from "./AutoClaim";
import { TimeZone } from "./TimeZone";
import { UserIds } from "./UserIds";

const words = strings.settings;

/** The tenant's settings: auto-claim on or off, the time zone, and how IDs of users are compared. */
export function Component() {
  const [{ data, error }, read] = useQuery({ query: SettingsDocument });
  const refresh = useCallback(() => read({ requestPolicy: "network-only" }), [read]);
  useRefreshOnFocus(refresh);

  return (
    <Page title={words.title} lead={words.lead}>
      {data ? (
        <>
          <AutoClaim enabled={data.settings.autoClaimEnabled} />
          <TimeZone key={data.settings.timeZone} current={data.settings.timeZone} />
          <UserIds matching={data.settings.externalIdMatching} />
        </>
      ) : error ? (
        <ErrorState error={error} retry={refresh} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}
