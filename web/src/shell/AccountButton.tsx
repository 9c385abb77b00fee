import { Button, type ButtonProps, makeStyles, tokens } from "@fluentui/react-components";
import type { RefAttributes } from "react";

import { strings } from "../strings";
import { useViewer } from "./viewer";

const useStyles = makeStyles({
  button: { minWidth: 0, padding: "2px", borderRadius: tokens.borderRadiusCircular },
  initials: {
    display: "grid",
    placeItems: "center",
    width: "32px",
    height: "32px",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
});

/** A round button with the initials of the signed-in user. */
export function AccountButton(props: ButtonProps & RefAttributes<HTMLButtonElement>) {
  const styles = useStyles();
  const { name } = useViewer();
  return (
    <Button {...props} appearance="transparent" className={styles.button} aria-label={strings.common.account(name)}>
      <span className={styles.initials} aria-hidden>
        {initials(name)}
      </span>
    </Button>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""]
    .map((word) => word?.[0] ?? "")
    .join("")
    .toLocaleUpperCase();
}
