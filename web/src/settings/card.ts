import { makeStyles, tokens } from "@fluentui/react-components";

/** The styles of the settings' cards. */
export const useCardStyles = makeStyles({
  card: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    padding: tokens.spacingHorizontalXL,
    maxWidth: "720px",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});
