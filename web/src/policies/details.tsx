import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  tokens,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useCallback } from "react";
import { useLocation, useNavigate, useOutletContext, useParams } from "react-router";
import { useQuery } from "urql";

import { useTitle } from "../components/Page";
import { EmptyState, ErrorState, Loading } from "../components/states";
import { PolicyDetailsDocument } from "../gql/graphql";
import { strings } from "../strings";
import { DetailsForm } from "./DetailsForm";
import type { ListContext } from "./view";
import { useRefreshOnFocus } from "../api/useRefreshOnFocus";

const words = strings.policies.details;

const useStyles = makeStyles({
  drawer: { width: "min(720px, 100vw)", maxWidth: "100vw" },
  header: { paddingBottom: tokens.spacingVerticalS },
  title: { overflowWrap: "anywhere" },
});

/** The details pane of one policy. */
export function Component() {
  const styles = useStyles();
  const { policyId = "" } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const { reload } = useOutletContext<ListContext>();
  const [{ data, error, fetching }, read] = useQuery({ query: PolicyDetailsDocument, variables: { id: policyId } });
  useRefreshOnFocus(useCallback(() => read({ requestPolicy: "network-only" }), [read]));

  const policy = data?.policy;
  const title = policy?.name ?? (fetching ? words.loading : words.goneTitle);
  useTitle(title);

  // useUnsavedChangesPrompt asks about unsaved changes when the address changes.
  const close = useCallback(() => void navigate({ pathname: "/policies", search }), [navigate, search]);

  return (
    <OverlayDrawer open position="end" className={styles.drawer} onOpenChange={(_, { open }) => !open && close()}>
      <DrawerHeader className={styles.header}>
        <DrawerHeaderTitle
          className={styles.title}
          action={
            <Button appearance="subtle" aria-label={strings.common.close} icon={<DismissRegular />} onClick={close} />
          }
        >
          {title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      {policy ? (
        <DetailsForm
          key={policy.id}
          policy={policy}
          featureOn={data.settings.autoClaimEnabled}
          onSaved={reload}
          onClose={close}
        />
      ) : (
        <DrawerBody>
          {error ? (
            <ErrorState error={error} retry={() => read({ requestPolicy: "network-only" })} />
          ) : fetching ? (
            <Loading label={words.loading} />
          ) : (
            <EmptyState title={words.goneTitle} action={<Button onClick={close}>{words.back}</Button>}>
              {words.gone}
            </EmptyState>
          )}
        </DrawerBody>
      )}
    </OverlayDrawer>
  );
}
