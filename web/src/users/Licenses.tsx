import { Button, Checkbox, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useCallback, useState } from "react";
import { useOutletContext } from "react-router";
import { useMutation } from "urql";

import { mutationProblem } from "../api/errors";
import { useSubscription } from "../api/useSubscription";
import { useAllPages, usePages } from "../api/usePages";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { userName } from "../components/userNames";
import { TextLink } from "../components/TextLink";
import { Section } from "../components/Section";
import { ErrorState, Loading } from "../components/states";
import { useToast } from "../components/toasts";
import { formatDate } from "../format";
import {
  RemoveLicenseDocument,
  ReportClaimedDocument,
  UserLicensesDocument,
  type UserLicensesQuery,
} from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { AssignDialog } from "./AssignDialog";
import type { User } from "./user";
import type { ListContext } from "./view";

const words = strings.users.details;

type License = UserLicensesQuery["licenses"]["nodes"][number];

const useStyles = makeStyles({
  list: { listStyleType: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column" },
  item: {
    display: "flex",
    alignItems: "flex-start",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  what: { flex: 1, minWidth: 0, display: "flex", flexDirection: "column", gap: "2px" },
  quiet: { color: tokens.colorNeutralForeground2 },
  ask: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  note: { display: "block", color: tokens.colorNeutralForeground2 },
});

/** The user's current and removed licenses, with buttons to assign and remove. */
export function Licenses({ user, onChanged }: { user: User; onChanged(): void }) {
  const { mayChange } = useViewer();
  const { reload: reloadList } = useOutletContext<ListContext>();
  const held = useAllPages(UserLicensesDocument, { userId: user.id, active: true }, ({ licenses }) => licenses);
  const former = usePages(UserLicensesDocument, { userId: user.id, active: false }, ({ licenses }) => licenses);
  const [assigning, setAssigning] = useState(false);
  const [removing, remove] = useState<License>();

  const reloadHeld = held.reload;
  useSubscription(
    ReportClaimedDocument,
    {},
    {
      onEvent({ licenseClaimed }) {
        if (licenseClaimed.user.id === user.id) void reloadHeld();
      },
      onReconnect: reloadHeld,
    },
  );

  const reloadFormer = former.reload;
  const changed = useCallback(async () => {
    onChanged();
    await Promise.all([reloadHeld(), reloadFormer(), reloadList()]);
  }, [onChanged, reloadHeld, reloadFormer, reloadList]);

  return (
    <>
      <Section
        title={words.licenses}
        action={
          mayChange && (
            <Button appearance="primary" icon={<AddRegular />} onClick={() => setAssigning(true)}>
              {words.assign}
            </Button>
          )
        }
      >
        <List label={words.licenses} pages={held} none={words.noLicenses} onRemove={mayChange ? remove : undefined} />
      </Section>
      {former.rows.length > 0 && (
        <Section title={words.former}>
          <List label={words.former} pages={former} none={words.noFormer} />
          {former.hasMore && <Button onClick={former.more}>{strings.common.more}</Button>}
        </Section>
      )}
      {assigning && (
        <AssignDialog
          user={user}
          held={held.rows.map(({ product }) => product.id)}
          onDone={changed}
          onClose={() => setAssigning(false)}
        />
      )}
      {removing && <RemoveDialog user={user} license={removing} onDone={changed} onClose={() => remove(undefined)} />}
    </>
  );
}

interface ListProps {
  label: string;
  pages: {
    rows: License[];
    loading: boolean;
    error?: Parameters<typeof ErrorState>[0]["error"];
    reload(): Promise<void>;
  };
  none: string;
  onRemove?(license: License): void;
}

function List({ label, pages: { rows, loading, error, reload }, none, onRemove }: ListProps) {
  const styles = useStyles();
  if (loading) return <Loading />;
  if (error && rows.length === 0) return <ErrorState error={error} retry={() => void reload()} />;
  if (rows.length === 0) return <Text className={styles.quiet}>{none}</Text>;

  return (
    <ul className={styles.list} aria-label={label}>
      {rows.map((license) => (
        <li key={license.id} className={styles.item}>
          <span className={styles.what}>
            <Text weight="semibold">{license.product.name}</Text>
            <Text size={200} className={styles.quiet}>
              <Source {...license} />.{" "}
              {license.removedAt
                ? words.until(formatDate(license.assignedAt), formatDate(license.removedAt))
                : words.since(formatDate(license.assignedAt))}
            </Text>
            {license.appsOff.length > 0 && (
              <Text size={200} className={styles.quiet}>
                {words.appsOff(license.appsOff.map(({ name }) => name).join(", "))}
              </Text>
            )}
          </span>
          {onRemove && (
            <Button size="small" aria-label={words.removeLabel(license.product.name)} onClick={() => onRemove(license)}>
              {words.remove}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Source({ policy }: License) {
  if (!policy) return words.direct;
  return (
    <>
      {words.claimed}{" "}
      {policy.deletedAt ? (
        strings.report.deleted(policy.name)
      ) : (
        <TextLink to={`/policies/${policy.id}`}>{policy.name}</TextLink>
      )}
    </>
  );
}

interface RemoveProps {
  user: User;
  license: License;
  onDone(): Promise<void>;
  onClose(): void;
}

/** Confirms the removal of a license, and asks whether to block the user from claiming one again. */
function RemoveDialog({ user, license, onDone, onClose }: RemoveProps) {
  const styles = useStyles();
  const showToast = useToast();
  const [block, setBlock] = useState(false);
  const [, remove] = useMutation(RemoveLicenseDocument);
  const name = userName(user);

  return (
    <ConfirmDialog
      open
      title={words.removeTitle(license.product.name)}
      confirm={words.remove}
      onConfirm={async () => {
        const { data, error } = await remove({ input: { licenseId: license.id, blockAutoClaim: block } });
        const why = mutationProblem(error, data?.removeLicense.userErrors);
        if (why) return why;
        showToast(words.removed(license.product.name, name));
        void onDone();
        return undefined;
      }}
      onClose={onClose}
    >
      <div className={styles.ask}>
        {words.removeText(name)}
        {!user.blockedAt && (
          <Checkbox
            checked={block}
            onChange={(_, { checked }) => setBlock(checked === true)}
            label={
              <>
                {words.alsoBlock}
                <Text size={200} className={styles.note}>
                  {words.alsoBlockHint}
                </Text>
              </>
            }
          />
        )}
      </div>
    </ConfirmDialog>
  );
}
