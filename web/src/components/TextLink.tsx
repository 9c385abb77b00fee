import { Link, makeStyles, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { type To, useHref, useLinkClickHandler } from "react-router";

const useStyles = makeStyles({
  strong: { fontWeight: tokens.fontWeightSemibold, textAlign: "start" },
});

/** A link within the console, for rows of lists and for text. */
export function TextLink({ to, strong, children }: { to: To; strong?: boolean; children: ReactNode }) {
  const styles = useStyles();
  return (
    <Link
      href={useHref(to)}
      className={strong ? styles.strong : undefined}
      inline={!strong}
      onClick={useLinkClickHandler<HTMLAnchorElement>(to)}
    >
      {children}
    </Link>
  );
}
