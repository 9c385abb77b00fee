import { makeStyles } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  spoken: {
    position: "absolute",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
    whiteSpace: "nowrap",
  },
});

/** Tells screen readers what others see happen. */
export function ScreenReaderStatus({ children }: { children: ReactNode }) {
  const styles = useStyles();
  return (
    <span className={styles.spoken} role="status">
      {children}
    </span>
  );
}
