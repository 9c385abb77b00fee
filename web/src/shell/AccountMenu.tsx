import {
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
import { AccountButton } from "./AccountButton";
import { type ThemeChoice, useThemeChoice } from "./theme";
import { useViewer } from "./viewer";

const useStyles = makeStyles({
  who: { display: "flex", flexDirection: "column", padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}` },
  role: { color: tokens.colorNeutralForeground2 },
});

const choices: ThemeChoice[] = ["light", "dark", "system"];

/** Shows the signed-in user, and offers the theme and the sign-out. */
export default function AccountMenu() {
  const styles = useStyles();
  const { name, email, role } = useViewer();
  const { choice, choose } = useThemeChoice();
  const auth = useAuth();

  return (
    <Menu
      defaultOpen
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => choose(checkedItems[0] as ThemeChoice)}
    >
      <MenuTrigger disableButtonEnhancement>
        <AccountButton />
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
