import { makeStyles, Text, tokens } from "@fluentui/react-components";

import { alsoOf, nameOf } from "../components/people";
import { RowLink } from "../components/RowLink";
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

/** A user in a list, who leads to their licenses if one may see those. */
export function Person(user: Props) {
  const styles = useStyles();
  const { mayRead } = useViewer();
  const also = alsoOf(user);
  return (
    <span className={styles.person}>
      {mayRead ? (
        <RowLink strong to={`/users/${user.id}`}>
          {nameOf(user)}
        </RowLink>
      ) : (
        <Text weight="semibold">{nameOf(user)}</Text>
      )}
      {also && (
        <Text size={200} className={styles.also}>
          {also}
        </Text>
      )}
    </span>
  );
}
