import { Field, MessageBar, MessageBarBody, Select, Text } from "@fluentui/react-components";
import { useMemo } from "react";

import type { Refusals } from "../../api/refusals";
import { ErrorState, Loading } from "../../components/states";
import { strings } from "../../strings";
import type { DraftProduct } from "../products";
import { ProductPicker } from "../ProductPicker";
import { ProductsEditor } from "../ProductsEditor";
import { useClaimableApps } from "./useClaimableApps";
import type { NewPolicy } from "./newPolicy";

const words = strings.policies;

interface Props {
  policy: NewPolicy;
  available: ReadonlyMap<string, number>;
  showProblems: boolean;
  refusals: Refusals;
  onChange(part: Partial<NewPolicy>): void;
}

/** Asks for the app, the primary product and the backup products. */
export function ProductsStep({ policy, available, showProblems, refusals, onChange }: Props) {
  const { app, products } = policy;
  const { apps: freeApps, loading, error, retry } = useClaimableApps();
  // Keeps the chosen app in the list if another policy took it meanwhile. The server's message says so.
  const apps = useMemo(
    () => (app && !freeApps.some(({ id }) => id === app.id) ? [app, ...freeApps] : freeApps),
    [app, freeApps],
  );
  const appProblem = refusals.at("appId") ?? (showProblems && !app ? words.fields.appRequired : undefined);
  const choose = (id: string) => {
    const chosen = apps.find((each) => each.id === id);
    // Products of the old app may not include the new one.
    if (chosen && chosen.id !== app?.id) onChange({ app: { id: chosen.id, name: chosen.name }, products: [] });
  };

  if (error) return <ErrorState error={error} retry={retry} />;
  if (loading) return <Loading />;
  if (apps.length === 0) {
    return (
      <MessageBar layout="multiline" intent="warning">
        <MessageBarBody>{words.wizard.noApps}</MessageBarBody>
      </MessageBar>
    );
  }

  const setProducts = (next: DraftProduct[]) => onChange({ products: next });

  return (
    <>
      <Field
        label={words.fields.app}
        hint={words.wizard.appHelp}
        required
        validationMessage={appProblem}
        validationState={appProblem ? "error" : "none"}
      >
        <Select value={app?.id ?? ""} onChange={(_, { value }) => choose(value)}>
          <option value="" disabled>
            {words.fields.appPlaceholder}
          </option>
          {apps.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      {products.length === 0 ? (
        <ProductPicker
          label={words.fields.product}
          appId={app?.id}
          chosen={products}
          problem={refusals.at("products") ?? (showProblems && app ? words.fields.productRequired : undefined)}
          onChoose={({ id, name }) => setProducts([{ id, name, off: [] }])}
        />
      ) : (
        <>
          <Text weight="semibold">{words.products.title}</Text>
          <ProductsEditor
            appId={app?.id}
            products={products}
            available={available}
            canEmpty
            problemAt={(place) => refusals.at("products", place, "productId")}
            problem={products.some((_, i) => refusals.at("products", i)) ? undefined : refusals.at("products")}
            onChange={setProducts}
          />
        </>
      )}
    </>
  );
}
