import { Button } from "@fluentui/react-components";

import { useAuth } from "../auth/react";
import { useTitle } from "../components/Page";
import { EmptyState } from "../components/states";
import { strings } from "../strings";

/** The page after signing out. */
export function SignedOut() {
  const auth = useAuth();
  useTitle(strings.common.signedOut);
  return (
    <main>
      <EmptyState
        heading="h1"
        title={strings.common.signedOut}
        action={
          <Button appearance="primary" onClick={() => void auth.signIn()}>
            {strings.common.signIn}
          </Button>
        }
      >
        {strings.common.signedOutText}
      </EmptyState>
    </main>
  );
}
