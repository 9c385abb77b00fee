import {
  Button,
  DrawerBody,
  DrawerFooter,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Text,
  tokens,
} from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons";
import { type FormEvent, type ReactNode, useMemo, useState } from "react";
import { useMutation } from "urql";

import { ConfirmDialog } from "../components/ConfirmDialog";
import { ScreenReaderStatus } from "../components/ScreenReaderStatus";
import { mutationProblem } from "../api/errors";
import { useToast } from "../components/toasts";
import { useUnsavedChangesPrompt } from "../components/useUnsavedChangesPrompt";
import { formatDateTime, formatNumber } from "../format";
import { DeletePolicyDocument, type PolicyStateFragment } from "../gql/graphql";
import { useViewer } from "../shell/viewer";
import { strings } from "../strings";
import { AppsEditor } from "./AppsEditor";
import { ConflictDialog } from "./ConflictDialog";
import { isValid } from "./draft";
import { FieldControl } from "./FieldControl";
import { controlNames, fieldNames } from "./fields";
import { ProductsEditor } from "./ProductsEditor";
import { useOtherPolicyNames } from "./useOtherPolicyNames";
import { usePolicyForm } from "./usePolicyForm";
import { useProductApps } from "./useProductApps";

const words = strings.policies.details;

const useStyles = makeStyles({
  form: { display: "contents" },
  body: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXXL },
  section: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  heading: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  facts: {
    margin: 0,
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(140px, 1fr))",
    gap: tokens.spacingHorizontalM,
  },
  term: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  fact: { margin: 0, fontWeight: tokens.fontWeightSemibold },
  footer: {
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    paddingTop: tokens.spacingVerticalM,
    flexWrap: "wrap",
    alignItems: "center",
  },
  delete: { marginInlineStart: "auto" },
});

interface Props {
  policy: PolicyStateFragment;
  featureOn: boolean;
  onSaved(): void;
  onClose(): void;
}

/** The form with all fields of a policy. One button saves them together. */
export function DetailsForm({ policy, featureOn, onSaved, onClose }: Props) {
  const styles = useStyles();
  const viewer = useViewer();
  const showToast = useToast();
  const form = usePolicyForm(policy);
  const { draft, dirty, refusals } = form;
  const apps = useProductApps(draft.products);
  const warnings = useMemo(() => warningsOf(policy), [policy]);
  const prompt = useUnsavedChangesPrompt(dirty);
  const [deleting, setDeleting] = useState(false);
  const [announcement, announce] = useState(""); // Screen readers ignore toasts while the modal pane is open.
  const remove = useDelete(policy, onSaved);

  const readOnly = !viewer.mayChange || Boolean(policy.deletedAt);
  const otherNames = useOtherPolicyNames(policy.name);
  const valid = isValid(draft, { otherNames: [] }); // The server decides whether a name is taken.
  const problem = form.requestError ?? refusals.otherThan(...fieldNames.map((name) => [name]));

  const saved = (worked: boolean) => {
    if (!worked) return;
    onSaved();
    announce(words.saved(draft.name.trim()));
    showToast(words.saved(draft.name.trim()));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (dirty && valid && !form.saving) saved(await form.save());
  };
  const discard = () => {
    form.discard();
    prompt.proceed();
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <DrawerBody className={styles.body}>
        {policy.deletedAt && (
          <Note intent="warning">{dirty ? strings.policies.conflict.deletedMeanwhile : words.deleted}</Note>
        )}
        {!viewer.mayChange && <Note intent="info">{strings.common.readOnly}</Note>}
        {form.newer && !policy.deletedAt && (
          <Note intent="warning" action={<Button onClick={form.showTheirs}>{strings.policies.conflict.show}</Button>}>
            {strings.policies.conflict.meanwhile}
          </Note>
        )}

        <section className={styles.section}>
          {controlNames.map((name) => (
            <FieldControl
              key={name}
              name={name}
              draft={draft}
              otherNames={otherNames}
              readOnly={readOnly}
              problem={refusals.at(name)}
              note={name === "enabled" && !featureOn ? words.featureOff : undefined}
              onChange={form.change}
            />
          ))}
          <dl className={styles.facts}>
            <Fact term={words.app}>{policy.app.name}</Fact>
            <Fact term={words.available}>
              {formatNumber(
                draft.products
                  .filter(({ id }) => !warnings.has(id))
                  .reduce((sum, { id }) => sum + (apps.available.get(id) ?? 0), 0),
              )}
            </Fact>
            <Fact term={words.changed}>{formatDateTime(policy.updatedAt)}</Fact>
          </dl>
        </section>

        <section className={styles.section} aria-labelledby="policy-products">
          <h3 id="policy-products" className={styles.heading}>
            {strings.policies.products.title}
          </h3>
          <Text className={styles.quiet}>{strings.policies.products.lead}</Text>
          <ProductsEditor
            appId={policy.app.id}
            products={draft.products}
            available={apps.available}
            warnings={warnings}
            readOnly={readOnly}
            problemAt={(place) => refusals.at("products", place, "productId")}
            problem={
              refusals.at("products") && !draft.products.some((_, i) => refusals.at("products", i))
                ? refusals.at("products")
                : undefined
            }
            onChange={(products) => form.change({ products })}
          />
        </section>

        <section className={styles.section} aria-labelledby="policy-apps">
          <h3 id="policy-apps" className={styles.heading}>
            {strings.policies.apps.title}
          </h3>
          <AppsEditor
            appId={policy.app.id}
            products={draft.products}
            apps={apps}
            readOnly={readOnly}
            problem={draft.products.map((_, i) => refusals.at("products", i, "appsOff")).find(Boolean)}
            onChange={(products) => form.change({ products })}
          />
        </section>
      </DrawerBody>

      {!readOnly && (
        <DrawerFooter className={styles.footer}>
          <Button appearance="primary" type="submit" disabledFocusable={!dirty || !valid || form.saving}>
            {form.saving ? strings.common.saving : strings.common.save}
          </Button>
          <Button disabled={!dirty || form.saving} onClick={form.discard}>
            {words.discard}
          </Button>
          <Button
            className={styles.delete}
            appearance="subtle"
            icon={<DeleteRegular />}
            onClick={() => setDeleting(true)}
          >
            {words.delete}
          </Button>
          <ScreenReaderStatus>{dirty ? "" : announcement}</ScreenReaderStatus>
          {problem && <Note intent="error">{problem}</Note>}
        </DrawerFooter>
      )}

      <ConfirmDialog
        open={prompt.isBlocked}
        title={words.discardTitle}
        confirm={words.discard}
        cancel={words.keepEditing}
        onConfirm={discard}
        onClose={prompt.stay}
      >
        {words.discardText}
      </ConfirmDialog>
      <ConfirmDialog
        open={deleting}
        title={words.deleteTitle(policy.name)}
        confirm={words.delete}
        onConfirm={async () => {
          const why = await remove();
          if (!why) {
            form.discard();
            prompt.allow();
            onClose();
          }
          return why;
        }}
        onClose={() => setDeleting(false)}
      >
        {words.deleteText}
      </ConfirmDialog>
      {form.theirs && (
        <ConflictDialog
          base={form.base}
          mine={draft}
          theirs={form.theirs}
          onKeepMine={async () => saved(await form.keepMine())}
          onTakeTheirs={form.takeTheirs}
          onLater={form.decideLater}
        />
      )}
    </form>
  );
}

/** Returns the products that no longer include the policy's app, each with a warning. A product that was added does. */
const warningsOf = ({ app, products }: PolicyStateFragment) =>
  new Map(
    products
      .filter(({ includesApp }) => !includesApp)
      .map(({ product }) => [product.id, strings.policies.products.lacksApp(app.name)]),
  );

/** Deletes the policy. Returns an error message if that fails. */
function useDelete(policy: PolicyStateFragment, onSaved: () => void) {
  const showToast = useToast();
  const [, remove] = useMutation(DeletePolicyDocument);
  return async (): Promise<string | undefined> => {
    const { data, error } = await remove({ input: { policyId: policy.id } });
    const why = mutationProblem(error, data?.deletePolicy.userErrors);
    if (why) return why;
    onSaved();
    showToast(words.wasDeleted(policy.name));
    return undefined;
  };
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.fact}>{children}</dd>
    </div>
  );
}

function Note({
  intent,
  action,
  children,
}: {
  intent: "info" | "warning" | "error";
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <MessageBar intent={intent} layout="multiline">
      <MessageBarBody>{children}</MessageBarBody>
      {action && <MessageBarActions>{action}</MessageBarActions>}
    </MessageBar>
  );
}
