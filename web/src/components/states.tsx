import { Button, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { CombinedError } from "urql";

import { classifyError, errorText } from "../api/errors";
import { strings } from "../strings";
import { Page } from "./Page";

const useStyles = makeStyles({
  state: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXXXL} ${tokens.spacingHorizontalL}`,
    textAlign: "center",
    minHeight: "240px",
  },
  icon: {
    display: "grid",
    placeItems: "center",
    width: "72px",
    height: "72px",
    borderRadius: tokens.borderRadiusCircular,
    fontSize: "32px",
    color: tokens.colorBrandForeground1,
    backgroundColor: tokens.colorBrandBackground2,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: { maxWidth: "56ch", color: tokens.colorNeutralForeground2 },
});

interface NoteProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** The level of the title's heading. */
  heading?: "h1" | "h2";
}

/** Shown instead of an empty list: says why it is empty and what to do. */
export function EmptyState({ icon, title, children, action, heading: Heading = "h2" }: NoteProps) {
  const styles = useStyles();
  return (
    <div className={styles.state}>
      {icon && (
        <span className={styles.icon} aria-hidden>
          {icon}
        </span>
      )}
      <Heading className={styles.title}>{title}</Heading>
      {children && <Text className={styles.text}>{children}</Text>}
      {action}
    </div>
  );
}

export function Loading({ label = strings.common.loading }: { label?: string }) {
  const styles = useStyles();
  return (
    <div className={styles.state}>
      <Spinner label={label} labelPosition="below" />
    </div>
  );
}

/** Shown when data could not be loaded: says why and offers to try again. */
export function ErrorState({ error, retry }: { error: CombinedError; retry?: () => void }) {
  const requestError = classifyError(error);
  const title = requestError.kind === "forbidden" ? strings.common.forbiddenTitle : strings.common.failedTitle;

  return (
    <div role="alert">
      <EmptyState
        title={title}
        action={
          retry && requestError.kind !== "forbidden" ? (
            <Button onClick={retry}>{strings.common.tryAgain}</Button>
          ) : undefined
        }
      >
        {errorText(error)}
      </EmptyState>
    </div>
  );
}

export function NotFound() {
  return (
    <Page title={strings.common.notFoundTitle}>
      <EmptyState title={strings.common.notFound} action={<Link to="/">{strings.common.goToStart}</Link>} />
    </Page>
  );
}

/** Shown instead of a view that threw an error or whose files could not be loaded. */
export function CrashedView() {
  return (
    <Page title={strings.common.brokenTitle}>
      <div role="alert">
        <EmptyState
          title={strings.common.broken}
          action={<Button onClick={() => location.reload()}>{strings.common.reload}</Button>}
        />
      </div>
    </Page>
  );
}
