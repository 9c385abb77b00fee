import { type Sort, sortRows } from "../components/sort";
import type { ProductsQuery } from "../gql/graphql";

type Product = ProductsQuery["products"]["nodes"][number];

export interface ProductRow extends Product {
  /** Claims per day; 0 if there were none. */
  rate: number;
  /** As runOutTime returns it. */
  runsOut: number;
}

const shareInUse = ({ pool }: ProductRow) => (!pool || pool.total === 0 ? -1 : pool.assigned / pool.total);

const sortKeys: Record<string, (row: ProductRow) => string | number> = {
  name: ({ name }) => name,
  used: shareInUse,
  available: ({ pool }) => pool?.available ?? -1,
  runsOut: ({ runsOut }) => runsOut,
};

export const sorted = (rows: readonly ProductRow[], sort: Sort) => sortRows(rows, sortKeys, sort);
