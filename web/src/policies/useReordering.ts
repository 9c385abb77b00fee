import {
  attachClosestEdge,
  extractClosestEdge,
  type Edge,
} from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useEffectEvent, useId, useRef, useState } from "react";

import type { DraftProduct } from "./products";

export interface Reordering {
  /** Identifies the list, so that products cannot be dragged to another one. */
  list: string;
  /** Handles the drop of a product above or below another one. */
  drop(id: string, targetId: string, edge: Edge | null): void;
}

/** Reorders products by dragging. The buttons of ProductRow do the same with the keyboard. */
export function useReordering(
  products: readonly DraftProduct[],
  move: (product: DraftProduct, to: number) => void,
): Reordering {
  const list = useId();
  const drop = (id: string, targetId: string, edge: Edge | null) => {
    const from = products.findIndex((product) => product.id === id);
    const target = products.findIndex((product) => product.id === targetId);
    const product = products[from];
    if (!product || target < 0 || from === target) return;
    const slot = edge === "bottom" ? target + 1 : target;
    const to = slot > from ? slot - 1 : slot;
    if (to !== from) move(product, to);
  };
  return { list, drop };
}

/** Makes an element draggable by its handle, and a drop target for the others of its list. */
export function useDragging(id: string, { list, drop }: Reordering, off: boolean) {
  const element = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLSpanElement>(null);
  const [dragged, setDragged] = useState(false);
  const [edge, setEdge] = useState<Edge | null>(null);
  const dropped = useEffectEvent(drop);

  useEffect(() => {
    if (off || !element.current || !handle.current) return;
    const mine = { list, id };
    return combine(
      draggable({
        element: element.current,
        dragHandle: handle.current,
        getInitialData: () => mine,
        onDragStart: () => setDragged(true),
        onDrop: () => setDragged(false),
      }),
      dropTargetForElements({
        element: element.current,
        canDrop: ({ source }) => source.data.list === list,
        getData: ({ input, element: target }) =>
          attachClosestEdge(mine, { input, element: target, allowedEdges: ["top", "bottom"] }),
        onDrag: ({ self, source }) => setEdge(source.data.id === id ? null : extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: ({ self, source }) => {
          setEdge(null);
          dropped(String(source.data.id), id, extractClosestEdge(self.data));
        },
      }),
    );
  }, [id, list, off]);

  return { element, handle, dragged, edge };
}
