import { Button, makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { ScreenReaderStatus } from "../components/ScreenReaderStatus";
import { strings } from "../strings";
import { addProduct, type App, type DraftProduct, maxProducts, moveProduct, removeProduct } from "./products";
import { ProductPicker } from "./ProductPicker";
import { ProductRow } from "./ProductRow";
import { useEligibleProducts } from "./useEligibleProducts";
import { useReordering } from "./useReordering";

const words = strings.policies.products;

const useStyles = makeStyles({
  editor: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
  },
  add: { alignSelf: "flex-start" },
  adding: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "flex-end",
    gap: tokens.spacingHorizontalS,
    "& > :first-child": { flex: "1 1 220px" },
  },
});

interface Props {
  appId: string | undefined;
  products: readonly DraftProduct[];
  /** Available licenses by product ID. */
  available: ReadonlyMap<string, number>;
  /** What is wrong with a product of the saved policy, by product ID. */
  warnings?: ReadonlyMap<string, string>;
  readOnly?: boolean;
  /** Whether the last product can be removed. */
  canEmpty?: boolean;
  /** The server's messages about the product at a position, and about the list. */
  problemAt?(place: number): string | undefined;
  problem?: string;
  onChange(products: DraftProduct[]): void;
}

/** Edits the ordered products of a policy: the primary product, then up to four backups. */
export function ProductsEditor({
  appId,
  products,
  available,
  warnings,
  readOnly,
  canEmpty,
  problemAt,
  problem,
  onChange,
}: Props) {
  const styles = useStyles();
  const [adding, setAdding] = useState(false);
  const [announcement, announce] = useState("");
  const [removalRefused, setRemovalRefused] = useState(false);
  const { eligible } = useEligibleProducts(appId, products);

  const move = (product: DraftProduct, to: number) => {
    if (to < 0 || to >= products.length) return;
    onChange(moveProduct(products, product.id, to));
    announce(words.moved(product.name, to + 1, products.length));
  };

  const remove = (product: DraftProduct) => {
    if (products.length === 1 && !canEmpty) {
      setRemovalRefused(true);
      return;
    }
    onChange(removeProduct(products, product.id));
    announce(words.removed(product.name));
  };

  const add = (product: App) => {
    setAdding(false);
    setRemovalRefused(false);
    onChange(addProduct(products, product));
    announce(words.added(product.name));
  };

  const reordering = useReordering(products, move);
  const canAdd = !readOnly && products.length > 0 && products.length < maxProducts && eligible.length > 0;

  return (
    <div className={styles.editor}>
      <ol className={styles.list} aria-label={words.list}>
        {products.map((product, place) => (
          <ProductRow
            key={product.id}
            product={product}
            place={place}
            of={products.length}
            available={available.get(product.id)}
            warning={warnings?.get(product.id)}
            readOnly={readOnly}
            problem={problemAt?.(place)}
            reordering={reordering}
            onMove={(to) => move(product, to)}
            onRemove={() => remove(product)}
          />
        ))}
      </ol>
      <ScreenReaderStatus>{announcement}</ScreenReaderStatus>
      {(removalRefused && products.length === 1) || problem ? (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>{problem ?? words.last}</MessageBarBody>
        </MessageBar>
      ) : null}
      {canAdd && !adding && (
        <Button className={styles.add} icon={<AddRegular />} onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      )}
      {canAdd && adding && (
        <div className={styles.adding}>
          <ProductPicker label={words.addTitle} appId={appId} chosen={products} autoFocus onChoose={add} />
          <Button onClick={() => setAdding(false)}>{strings.common.cancel}</Button>
        </div>
      )}
    </div>
  );
}
