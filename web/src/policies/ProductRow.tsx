import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import {
  ArrowDownRegular,
  ArrowUpRegular,
  DeleteRegular,
  ReOrderDotsVerticalRegular,
  WarningRegular,
} from "@fluentui/react-icons";
import { useEffect, useRef } from "react";

import { strings } from "../strings";
import type { DraftProduct } from "./products";
import { licensesLeft } from "./ProductPicker";
import { type Reordering, useDragging } from "./useReordering";

const words = strings.policies.products;

const useStyles = makeStyles({
  row: {
    position: "relative",
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalS}`,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  dragged: { opacity: 0.5 },
  handle: { display: "flex", cursor: "grab", color: tokens.colorNeutralForeground3, fontSize: "20px" },
  text: { flex: 1, minWidth: 0, display: "flex", flexDirection: "column", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground2 },
  place: { color: tokens.colorBrandForeground1 },
  warning: { color: tokens.colorStatusWarningForeground2 },
  problem: { color: tokens.colorPaletteRedForeground1 },
  buttons: { display: "flex", flexShrink: 0 },
  line: { position: "absolute", insetInline: 0, height: "2px", backgroundColor: tokens.colorBrandStroke1 },
  top: { top: "-6px" },
  bottom: { bottom: "-6px" },
});

interface Props {
  product: DraftProduct;
  place: number;
  of: number;
  available: number | undefined;
  /** Why users get no licenses for the product. It takes the place of the available licenses. */
  warning?: string;
  readOnly?: boolean;
  problem?: string;
  reordering: Reordering;
  onMove(to: number): void;
  onRemove(): void;
}

export function ProductRow({
  product,
  place,
  of,
  available,
  warning,
  readOnly,
  problem,
  reordering,
  onMove,
  onRemove,
}: Props) {
  const styles = useStyles();
  const { name } = product;
  const single = of === 1;
  const { element, handle, dragged, edge } = useDragging(product.id, reordering, Boolean(readOnly) || single);
  const pressed = useKeptFocus(place);

  return (
    <li ref={element} className={mergeClasses(styles.row, dragged && styles.dragged)}>
      {!readOnly && !single && (
        // Hidden from screen readers: the buttons do the same.
        <span ref={handle} className={styles.handle} title={words.drag(name)} aria-hidden>
          <ReOrderDotsVerticalRegular />
        </span>
      )}
      <div className={styles.text}>
        <Text size={200} weight="semibold" className={styles.place}>
          {place === 0 ? words.primary : words.backup(place)}
        </Text>
        <Text weight="semibold">{name}</Text>
        {warning && (
          <Text size={200} className={styles.warning}>
            <WarningRegular aria-hidden /> {warning}
          </Text>
        )}
        {!warning && available !== undefined && (
          <Text size={200} className={styles.quiet}>
            {licensesLeft(available)}
          </Text>
        )}
        {problem && (
          <Text size={200} className={styles.problem} role="alert">
            {problem}
          </Text>
        )}
      </div>
      {!readOnly && (
        <div className={styles.buttons}>
          {!single && (
            <>
              <Button
                appearance="subtle"
                icon={<ArrowUpRegular />}
                aria-label={words.up(name)}
                disabledFocusable={place === 0}
                onClick={(event) => (pressed(event.currentTarget), onMove(place - 1))}
              />
              <Button
                appearance="subtle"
                icon={<ArrowDownRegular />}
                aria-label={words.down(name)}
                disabledFocusable={place === of - 1}
                onClick={(event) => (pressed(event.currentTarget), onMove(place + 1))}
              />
            </>
          )}
          <Button appearance="subtle" icon={<DeleteRegular />} aria-label={words.remove(name)} onClick={onRemove} />
        </div>
      )}
      {edge && <span className={mergeClasses(styles.line, edge === "top" ? styles.top : styles.bottom)} aria-hidden />}
    </li>
  );
}

/** Restores the focus of a button after its row moved, because moving an element in the document removes it. */
function useKeptFocus(place: number): (button: HTMLElement) => void {
  const button = useRef<HTMLElement>(null);
  useEffect(() => {
    button.current?.focus();
    button.current = null;
  }, [place]);
  return (pressed) => {
    button.current = pressed;
  };
}
