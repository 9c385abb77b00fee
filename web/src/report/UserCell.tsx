import { makeStyles, Text, tokens } from "@fluentui/react-components";

import { secondaryName, userName } from "../components/userNames";
import { TextLink } from "../components/TextLink";
import { useViewer } from "../shell/viewer";

const useStyles = makeStyles({
  person: { display: "flex", flexDirection: "column", alignItems: "flex-start", minWidth: 0 },
  also: { color: tokens.colorNeutralForeground3 },
});

interface Props {
  id: string;
  displayName: string;
  email: string;
  externalId: string;
}

/** A user in a list, with a link to their licenses if the viewer may see those. */
export function UserCell(user: Props) {
  const styles = useStyles();
  const { mayRead } = useViewer();
  const also = secondaryName(user);
  return (
    <span className={styles.person}>
      {mayRead ? (
        <TextLink strong to={`/users/${user.id}`}>
          {userName(user)}
        </TextLink>
      ) : (
        <Text weight="semibold">{userName(user)}</Text>
      )}
      {also && (
        <Text size={200} className={styles.also}>
          {also}
        </Text>
      )}
    </span>
  );
}
