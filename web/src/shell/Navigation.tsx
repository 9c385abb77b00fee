import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  BoxMultipleFilled,
  BoxMultipleRegular,
  bundleIcon,
  DataTrendingFilled,
  DataTrendingRegular,
  HistoryFilled,
  HistoryRegular,
  PeopleFilled,
  PeopleRegular,
  RibbonStarFilled,
  RibbonStarRegular,
  SettingsFilled,
  SettingsRegular,
} from "@fluentui/react-icons";
import { NavLink } from "react-router";

import { strings } from "../strings";
import { useViewer, type Viewer } from "./viewer";

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "2px" },
  link: {
    position: "relative",
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    minHeight: "40px",
    padding: `0 ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecorationLine: "none",
    fontSize: tokens.fontSizeBase300,
    "&:hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
    "& svg": { fontSize: "20px", flexShrink: 0 },
  },
  here: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorSubtleBackgroundSelected,
    "&::before": {
      content: '""',
      position: "absolute",
      left: 0,
      top: "10px",
      bottom: "10px",
      width: "3px",
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandStroke,
    },
    "& svg": { color: tokens.colorBrandForeground1 },
  },
});

const canRead = ({ mayRead }: Viewer) => mayRead;
const canReport = ({ mayReport }: Viewer) => mayReport;

const views = [
  {
    to: "/policies",
    title: strings.common.policies,
    Icon: bundleIcon(RibbonStarFilled, RibbonStarRegular),
    may: canRead,
  },
  {
    to: "/report",
    title: strings.common.report,
    Icon: bundleIcon(DataTrendingFilled, DataTrendingRegular),
    may: canReport,
  },
  {
    to: "/products",
    title: strings.common.products,
    Icon: bundleIcon(BoxMultipleFilled, BoxMultipleRegular),
    may: canRead,
  },
  { to: "/users", title: strings.common.users, Icon: bundleIcon(PeopleFilled, PeopleRegular), may: canRead },
  { to: "/audit", title: strings.common.audit, Icon: bundleIcon(HistoryFilled, HistoryRegular), may: canRead },
  { to: "/settings", title: strings.common.settings, Icon: bundleIcon(SettingsFilled, SettingsRegular), may: canRead },
];

/** Links to the views that the viewer may see. */
export function Navigation() {
  const styles = useStyles();
  const viewer = useViewer();

  return (
    <nav aria-label={strings.common.navigation}>
      <ul className={styles.list}>
        {views
          .filter(({ may }) => may(viewer))
          .map(({ to, title, Icon }) => (
            <li key={to}>
              <NavLink to={to} className={({ isActive }) => mergeClasses(styles.link, isActive && styles.here)}>
                {({ isActive }) => (
                  <>
                    <Icon filled={isActive} />
                    {title}
                  </>
                )}
              </NavLink>
            </li>
          ))}
      </ul>
    </nav>
  );
}
