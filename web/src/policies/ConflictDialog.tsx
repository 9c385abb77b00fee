import {
  Badge,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useMemo, useState } from "react";

import type { PolicyStateFragment } from "../gql/graphql";
import { strings } from "../strings";
import { differences, draftOf } from "./draft";
import type { Draft } from "./fields";

const words = strings.policies.conflict;

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalM,
  },
  item: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: tokens.spacingHorizontalM,
  },
  head: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    alignItems: "center",
    marginBottom: tokens.spacingVerticalXS,
  },
  values: {
    margin: 0,
    display: "grid",
    gridTemplateColumns: "max-content 1fr",
    gap: `2px ${tokens.spacingHorizontalM}`,
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, whiteSpace: "pre-line", overflowWrap: "anywhere" },
});

interface Props {
  base: PolicyStateFragment;
  mine: Draft;
  theirs: PolicyStateFragment;
  onKeepMine(): Promise<void>;
  onTakeTheirs(): void;
  onLater(): void;
}

/** Shows what another admin saved in the meantime, and asks whose changes to keep. */
export function ConflictDialog({ base, mine, theirs, onKeepMine, onTakeTheirs, onLater }: Props) {
  const styles = useStyles();
  const [busy, setBusy] = useState(false);
  const found = useMemo(() => {
    const names = new Map(
      [base, theirs].flatMap(({ products }) =>
        products.flatMap(({ appToggles }) => appToggles.map(({ app }) => [app.id, app.name])),
      ),
    );
    return differences(draftOf(base), mine, draftOf(theirs), (id) => names.get(id) ?? id);
  }, [base, mine, theirs]);

  const keepMine = async () => {
    setBusy(true);
    await onKeepMine();
    setBusy(false);
  };

  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onLater()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{words.title}</DialogTitle>
          <DialogContent className={styles.content}>
            <Text>{words.text}</Text>
            <ul className={styles.list} aria-label={words.theirs}>
              {found.map(({ key, label, before, now, mine: my }) => (
                <li key={key} className={styles.item}>
                  <div className={styles.head}>
                    <Text weight="semibold">{label}</Text>
                    {my !== undefined && (
                      <Badge appearance="tint" color="warning">
                        {words.bothNote}
                      </Badge>
                    )}
                  </div>
                  <dl className={styles.values}>
                    <Value term={words.before} value={before} />
                    <Value term={words.now} value={now} />
                    {my !== undefined && <Value term={words.yours} value={my} />}
                  </dl>
                </li>
              ))}
            </ul>
            <Text>{words.mergeNote}</Text>
          </DialogContent>
          <DialogActions fluid>
            <Button appearance="primary" disabled={busy} onClick={keepMine}>
              {words.keepMine}
            </Button>
            <Button disabled={busy} onClick={onTakeTheirs}>
              {words.takeTheirs}
            </Button>
            <Button appearance="subtle" onClick={onLater}>
              {words.decideLater}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Value({ term, value }: { term: string; value: string }) {
  const styles = useStyles();
  return (
    <>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.value}>{value}</dd>
    </>
  );
}
