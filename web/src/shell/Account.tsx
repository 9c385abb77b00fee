import { lazy, Suspense, useState } from "react";

import { AccountButton } from "./AccountButton";

const AccountMenu = lazy(() => import("./AccountMenu"));

/** The account button. Its menu is loaded when the user opens it, because few users do. */
export function Account() {
  const [opened, setOpened] = useState(false);
  const button = <AccountButton aria-haspopup="menu" aria-expanded={false} onClick={() => setOpened(true)} />;

  return opened ? (
    <Suspense fallback={button}>
      <AccountMenu />
    </Suspense>
  ) : (
    button
  );
}
