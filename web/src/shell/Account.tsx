import {
  Button,
  makeStyles,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { SignOutRegular } from "@fluentui/react-icons";

import { useAuth } from "../auth/react";
import { strings } from "../strings";
import { type ThemeChoice, useThemeChoice } from "./theme";
import { useViewer } from "./viewer";

const useStyles = makeStyles({
  who: { display: "flex", flexDirection: "column", padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}` },
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
  role: { color: tokens.colorNeutralForeground2 },
});

const choices: ThemeChoice[] = ["light", "dark", "system"];

/** Who is signed in, the theme, and the way out. */
export function Account() {
  const styles = useStyles();
  const { name, email, role } = useViewer();
  const { choice, choose } = useThemeChoice();
  const auth = useAuth();

  return (
    <Menu checkedValues={{ theme: [choice] }} onCheckedValueChange={(_, { checkedItems }) => choose(checkedItems[0] as ThemeChoice)}>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="transparent" className={styles.button} aria-label={strings.common.account(name)}>
          <span className={styles.initials} aria-hidden>
            {initials(name)}
          </span>
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <div className={styles.who}>
          <Text weight="semibold">{name}</Text>
          {email && <Text size={200}>{email}</Text>}
          <Text size={200} className={styles.role}>
            {strings.common.roles[role as keyof typeof strings.common.roles]}
          </Text>
        </div>
        <MenuList>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{strings.common.theme}</MenuGroupHeader>
            {choices.map((each) => (
              <MenuItemRadio key={each} name="theme" value={each}>
                {strings.common.themes[each]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<SignOutRegular />} onClick={() => void auth.signOut()}>
            {strings.common.signOut}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => word?.[0] ?? "").join("").toLocaleUpperCase();
}
