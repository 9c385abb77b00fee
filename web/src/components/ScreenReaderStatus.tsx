import { makeStyles } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  hidden: {
    position: "absolute",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
    whiteSpace: "nowrap",
  },
});

/** Announces to screen readers what others see. */
export function ScreenReaderStatus({ children }: { children: ReactNode }) {
  const styles = useStyles();
  return (
    <span className={styles.hidden} role="status">
      {children}
    </span>
  );
}
