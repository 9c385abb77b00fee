import { Checkbox, makeStyles, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { useMutation, useQuery } from "urql";

import { errorText } from "../api/errors";
import { noRefusals, Refusals } from "../api/refusals";
import { FormDialog } from "../components/FormDialog";
import { userName } from "../components/userNames";
import { type Product, ProductCombobox } from "../components/ProductCombobox";
import { ErrorState, Loading } from "../components/states";
import { TextField } from "../components/TextField";
import { useToast } from "../components/toasts";
import { AssignLicenseDocument, ProductAppsDocument } from "../gql/graphql";
import { strings } from "../strings";
import type { User } from "./user";

const words = strings.users.assign;

const useStyles = makeStyles({
  box: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium },
  all: { borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, padding: `0 ${tokens.spacingHorizontalS}` },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: tokens.spacingHorizontalS,
    maxHeight: "260px",
    overflow: "auto",
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(min(220px, 100%), 1fr))",
    alignItems: "start",
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  problem: { color: tokens.colorStatusDangerForeground1 },
});

interface Props {
  /** The user; undefined to let the admin name somebody by their user ID, who need not have signed in yet. */
  user?: User;
  /** Ids of the products that the user has a license for. */
  held: readonly string[];
  onDone(userId: string): Promise<void> | void;
  onClose(): void;
}

/** Assigns a license to the user, optionally with some apps turned off. */
export function AssignDialog({ user, held, onDone, onClose }: Props) {
  const showToast = useToast();
  const [externalId, setExternalId] = useState("");
  const [product, setProduct] = useState<Product>();
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [showProblems, setInsist] = useState(false);
  const [refusals, setRefusals] = useState(noRefusals);
  const [requestError, setRequestError] = useState<string>();
  const [{ fetching }, assign] = useMutation(AssignLicenseDocument);
  const name = user ? userName(user) : externalId.trim();

  const submit = async () => {
    setInsist(true);
    setRefusals(noRefusals);
    setRequestError(undefined);
    if (!product || !name) return;
    const who = user ? { userId: user.id } : { userExternalId: name };
    const { data, error } = await assign({ input: { ...who, productId: product.id, appsOff: [...off] } });
    const license = data?.assignLicense.license;
    setRequestError(error && errorText(error));
    setRefusals(new Refusals(data?.assignLicense.userErrors));
    if (!license) return;
    showToast(words.assigned(product.name, name));
    onClose();
    await onDone(license.user.id);
  };

  return (
    <FormDialog
      title={user ? words.title(name) : words.titleOfAnyone}
      submit={words.assign}
      busyText={words.assigning}
      busy={fetching}
      problem={requestError ?? refusals.otherThan(["productId"], ["appsOff"], ...(user ? [] : [["userExternalId"]]))}
      onSubmit={submit}
      onClose={onClose}
    >
      {!user && (
        <TextField
          label={strings.users.externalId}
          hint={words.externalIdHint}
          required
          value={externalId}
          validate={(text) => (text.trim() ? undefined : strings.users.create.externalIdRequired)}
          showProblems={showProblems}
          problem={refusals.at("userExternalId")}
          onChange={setExternalId}
        />
      )}
      <ProductCombobox
        label={words.product}
        placeholder={words.placeholder}
        noneFound={words.noneFound}
        owned
        value={product}
        problem={refusals.at("productId") ?? (showProblems && !product ? words.productRequired : undefined)}
        noteOf={({ id, available = 0 }) =>
          held.includes(id)
            ? words.held
            : available > 0
              ? strings.policies.products.left(available)
              : strings.policies.products.noneLeft
        }
        onChange={(next) => {
          setProduct(next);
          setOff(new Set());
          setRefusals(noRefusals);
        }}
      />
      {product && <Apps productId={product.id} off={off} problem={refusals.at("appsOff")} onChange={setOff} />}
    </FormDialog>
  );
}

interface AppsProps {
  productId: string;
  off: ReadonlySet<string>;
  problem?: string;
  onChange(off: ReadonlySet<string>): void;
}

function Apps({ productId, off, problem, onChange }: AppsProps) {
  const styles = useStyles();
  const [{ data, error }, read] = useQuery({ query: ProductAppsDocument, variables: { id: productId } });
  const apps = data?.product?.apps;
  if (error) return <ErrorState error={error} retry={() => read({ requestPolicy: "network-only" })} />;
  if (!apps || data.product?.id !== productId) return <Loading />;

  const onCount = apps.length - off.size;
  const set = (id: string, on: boolean) => {
    const next = new Set(off);
    if (on) next.delete(id);
    else next.add(id);
    onChange(next);
  };

  return (
    <>
      <Text className={styles.quiet}>{words.appsLead}</Text>
      <div className={styles.box} role="group" aria-label={words.apps}>
        <div className={styles.all}>
          <Checkbox
            label={words.everything(onCount, apps.length)}
            checked={off.size === 0 ? true : onCount > 0 ? "mixed" : false}
            onChange={() => onChange(off.size === 0 ? new Set(apps.map(({ id }) => id)) : new Set())}
          />
        </div>
        <ul className={styles.list}>
          {apps.map(({ id, name }) => (
            <li key={id}>
              <Checkbox label={name} checked={!off.has(id)} onChange={(_, { checked }) => set(id, checked === true)} />
            </li>
          ))}
        </ul>
      </div>
      {problem && (
        <Text role="alert" className={styles.problem}>
          {problem}
        </Text>
      )}
    </>
  );
}
