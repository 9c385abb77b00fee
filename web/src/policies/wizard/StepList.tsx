import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { CheckmarkFilled } from "@fluentui/react-icons";
import { Link } from "react-router";

import { strings } from "../../strings";
import { steps } from "./steps";

const words = strings.policies.wizard;

const useStyles = makeStyles({
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
    "@media (max-width: 900px)": { flexDirection: "row", flexWrap: "wrap" },
  },
  step: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground2,
    textDecorationLine: "none",
  },
  link: { "&:hover": { textDecorationLine: "underline" } },
  here: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  dot: {
    flexShrink: 0,
    display: "grid",
    placeItems: "center",
    width: "24px",
    height: "24px",
    borderRadius: tokens.borderRadiusCircular,
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    fontSize: tokens.fontSizeBase200,
    boxSizing: "border-box",
  },
  filled: { backgroundColor: tokens.colorBrandBackground, color: tokens.colorNeutralForegroundOnBrand, border: "none" },
  // In a narrow window, only the current step shows its title.
  title: {
    "@media (max-width: 640px)": {
      position: "absolute",
      width: "1px",
      height: "1px",
      overflow: "hidden",
      clipPath: "inset(50%)",
    },
  },
  shown: { "@media (max-width: 640px)": { position: "static", width: "auto", height: "auto", clipPath: "none" } },
});

/** Lists the steps, with links to those that can be opened. `last` is the last of them. */
export function StepList({ place, last }: { place: number; last: number }) {
  const styles = useStyles();
  return (
    <nav aria-label={words.steps}>
      <ol className={styles.list}>
        {steps.map((step, i) => {
          const here = i === place;
          const done = i < last && !here;
          const content = (
            <>
              <span className={mergeClasses(styles.dot, (here || done) && styles.filled)} aria-hidden>
                {done ? <CheckmarkFilled /> : i + 1}
              </span>
              <span className={mergeClasses(styles.title, here && styles.shown)}>{words[step]}</span>
            </>
          );
          return (
            <li key={step} aria-current={here ? "step" : undefined}>
              {i <= last && !here ? (
                <Link to={`/policies/new/${step}`} className={mergeClasses(styles.step, styles.link)}>
                  {content}
                </Link>
              ) : (
                <span className={mergeClasses(styles.step, here && styles.here)}>{content}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
