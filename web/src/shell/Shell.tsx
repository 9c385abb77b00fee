import { Button, Link as FluentLink, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { NavigationRegular } from "@fluentui/react-icons";
import { useEffect, useRef, useState } from "react";
import { Link, Outlet, useLocation, useNavigation } from "react-router";
import { useQuery } from "urql";

import { EmptyState, ErrorState, Loading } from "../components/states";
import { Toasts } from "../components/toasts";
import { ViewerDocument } from "../gql/graphql";
import { useAuth } from "../auth/react";
import { setTimeZone } from "../format";
import { strings } from "../strings";
import { Account } from "./Account";
import { Navigation } from "./Navigation";
import { ViewerProvider, viewerOf } from "./viewer";

const narrow = "@media (max-width: 800px)";

const useStyles = makeStyles({
  shell: {
    display: "grid",
    gridTemplateColumns: "240px minmax(0, 1fr)",
    gridTemplateRows: "auto 1fr",
    minHeight: "100dvh",
    backgroundColor: tokens.colorNeutralBackground2,
    [narrow]: { gridTemplateColumns: "minmax(0, 1fr)", gridTemplateRows: "auto auto 1fr" },
  },
  skip: {
    position: "absolute",
    left: "-9999px",
    "&:focus": {
      left: tokens.spacingHorizontalM,
      top: "14px",
      zIndex: 10,
      backgroundColor: tokens.colorNeutralBackground1,
      padding: tokens.spacingHorizontalS,
    },
  },
  banner: {
    gridColumn: "1 / -1",
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    height: "52px",
    padding: `0 ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    position: "sticky",
    top: 0,
    zIndex: 5,
  },
  brand: {
    flex: 1,
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeBase400,
    fontWeight: tokens.fontWeightSemibold,
    color: "inherit",
    textDecorationLine: "none",
  },
  menuButton: { display: "none", [narrow]: { display: "inline-flex" } },
  navigation: {
    padding: tokens.spacingHorizontalM,
    [narrow]: {
      display: "none",
      backgroundColor: tokens.colorNeutralBackground1,
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  zone: { padding: tokens.spacingHorizontalM, color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
  navigationOpen: { [narrow]: { display: "block" } },
  main: {
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXL}`,
    minWidth: 0,
    outlineStyle: "none",
    [narrow]: { padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM}` },
  },
  busy: { opacity: 0.6 },
});

/** The frame around every view: the banner, the navigation and the account. */
export function Shell() {
  const [{ data, error, fetching }, reload] = useQuery({ query: ViewerDocument, requestPolicy: "cache-first" });

  if (error) return <ErrorState error={error} retry={() => reload({ requestPolicy: "network-only" })} />;
  if (!data) return fetching ? <Loading /> : null;
  if (!viewerOf(data).mayReport) return <NoAccess name={viewerOf(data).name} />;
  const timeZone = setTimeZone(data.viewer.timeZone);
  return (
    <ViewerProvider value={viewerOf(data)}>
      <Toasts>
        <Frame key={timeZone} timeZone={timeZone} />
      </Toasts>
    </ViewerProvider>
  );
}

function Frame({ timeZone }: { timeZone: string }) {
  const styles = useStyles();
  const { pathname } = useLocation();
  const { state } = useNavigation();
  const [open, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const view = pathname.split("/")[1];

  // Moves the focus to the new view, so that screen readers start there.
  const before = useRef(view);
  useEffect(() => {
    if (before.current === view) return;
    before.current = view;
    setOpen(false);
    if (!document.querySelector('[role="dialog"]')) main.current?.focus(); // An open pane keeps the focus.
  }, [view]);

  return (
    <div className={styles.shell}>
      <FluentLink
        href="#main"
        className={styles.skip}
        onClick={(event) => (event.preventDefault(), main.current?.focus())}
      >
        {strings.common.skipToContent}
      </FluentLink>
      <header className={styles.banner}>
        <Button
          appearance="subtle"
          className={styles.menuButton}
          icon={<NavigationRegular />}
          aria-label={open ? strings.common.closeNavigation : strings.common.openNavigation}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
        <Link to="/" className={styles.brand}>
          <Logo />
          {strings.common.product}
        </Link>
        <Account />
      </header>
      <div className={mergeClasses(styles.navigation, open && styles.navigationOpen)}>
        <Navigation />
        <footer className={styles.zone}>
          <Text size={200}>{strings.common.timesIn(timeZone)}</Text>
        </footer>
      </div>
      <main
        ref={main}
        id="main"
        tabIndex={-1}
        className={mergeClasses(styles.main, state === "loading" && styles.busy)}
      >
        <Outlet />
      </main>
    </div>
  );
}

/** Shown to a signed-in user without an admin role. */
function NoAccess({ name }: { name: string }) {
  const auth = useAuth();
  return (
    <main>
      <EmptyState
        heading="h1"
        title={strings.common.forbiddenTitle}
        action={<Button onClick={() => void auth.signOut()}>{strings.common.signOut}</Button>}
      >
        {strings.common.noAccess(name)}
      </EmptyState>
    </main>
  );
}

function Logo() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill={tokens.colorBrandBackground} />
      <path
        d="M8 17.5 13.5 23 24 10.5"
        fill="none"
        stroke="#fff"
        strokeWidth="3.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
