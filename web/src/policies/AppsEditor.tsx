import {
  Checkbox,
  Field,
  makeStyles,
  MessageBar,
  MessageBarBody,
  SearchBox,
  Select,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useMemo, useState } from "react";

import { ErrorState, Loading } from "../components/states";
import { strings } from "../strings";
import { type AppState, appStates, type DraftProduct, setApps } from "./products";
import type { useProductApps } from "./useProductApps";

const words = strings.policies.apps;

const useStyles = makeStyles({
  editor: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  tools: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalM,
    alignItems: "flex-end",
    "& > *": { flex: "1 1 220px", minWidth: 0 },
  },
  search: { maxWidth: "none", width: "100%" },
  box: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  all: {
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: `0 ${tokens.spacingHorizontalS}`,
    fontWeight: tokens.fontWeightSemibold,
  },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: tokens.spacingHorizontalS,
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(min(260px, 100%), 1fr))",
    alignItems: "start",
  },
  note: { display: "block", color: tokens.colorNeutralForeground2 },
});

interface Props {
  appId: string;
  products: readonly DraftProduct[];
  apps: ReturnType<typeof useProductApps>;
  readOnly?: boolean;
  problem?: string;
  onChange(products: DraftProduct[]): void;
}

/** Turns apps and services on or off, in one product or in all products at once. */
export function AppsEditor({ appId, products, apps, readOnly, problem, onChange }: Props) {
  const styles = useStyles();
  const [chosen, setChosen] = useState("");
  const [text, setText] = useState("");
  const { appsByProduct } = apps;

  const productId = products.some(({ id }) => id === chosen) ? chosen : undefined;
  const states = useMemo(() => appStates(products, appsByProduct, productId), [products, appsByProduct, productId]);
  const shown = states.filter(({ app }) => app.name.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase()));

  if (apps.error && !apps.complete) return <ErrorState error={apps.error} retry={apps.retry} />;
  if (!apps.complete) return <Loading />;

  const set = (ids: string[], on: boolean) =>
    onChange(setApps(products, appsByProduct, productId, on ? ids : ids.filter((id) => id !== appId), on));

  const on = states.filter(({ state }) => state === true).length;
  const everything = on === states.length ? true : states.some(({ state }) => state !== false) ? "mixed" : false;

  return (
    <div className={styles.editor}>
      <div className={styles.tools}>
        <Field label={words.of}>
          <Select value={productId ?? ""} onChange={(_, { value }) => setChosen(value)}>
            {products.length > 1 && <option value="">{words.all}</option>}
            {products.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <SearchBox
          className={styles.search}
          aria-label={words.search}
          placeholder={words.search}
          value={text}
          onChange={(_, data) => setText(data.value)}
          dismiss={{ "aria-label": strings.common.clearSearch }}
        />
      </div>
      {problem && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.box} role="group" aria-label={words.title}>
        {!text && (
          <div className={styles.all}>
            <Checkbox
              label={words.everything(on, states.length)}
              checked={everything}
              disabled={readOnly}
              onChange={() =>
                set(
                  states.map(({ app }) => app.id),
                  everything !== true,
                )
              }
            />
          </div>
        )}
        {shown.length === 0 ? (
          <Text block align="center">
            {words.none}
          </Text>
        ) : (
          <ul className={styles.list}>
            {shown.map((state) => (
              <li key={state.app.id}>
                <AppBox
                  {...state}
                  locked={state.app.id === appId}
                  readOnly={readOnly}
                  onChange={(next) => set([state.app.id], next)}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

interface AppBoxProps extends AppState {
  locked: boolean;
  readOnly?: boolean;
  onChange(on: boolean): void;
}

function AppBox({ app, state, onIn, locked, readOnly, onChange }: AppBoxProps) {
  const styles = useStyles();
  const note = locked ? words.locked : state === "mixed" ? words.mixed(onIn.join(", ")) : undefined;
  return (
    <Checkbox
      checked={state}
      disabled={locked || readOnly}
      onChange={() => onChange(state !== true)}
      label={
        <>
          {app.name}
          {note && (
            <Text size={200} className={styles.note}>
              {note}
            </Text>
          )}
        </>
      }
    />
  );
}
