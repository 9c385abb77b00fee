// The ordered products of a policy and the apps turned off in each, as pure functions of the edited list.
import type { PolicyProductInput, PolicyStateFragment } from "../gql/graphql";

export const maxProducts = 5;

export interface App {
  id: string;
  name: string;
}

export interface DraftProduct {
  id: string;
  name: string;
  /** Ids of the apps that are turned off. All other apps of the product are on. */
  off: readonly string[];
}

export const productsOf = ({ products }: PolicyStateFragment): DraftProduct[] =>
  products.map(({ product, appToggles }) => ({
    id: product.id,
    name: product.name,
    off: appToggles.filter(({ state }) => state === "OFF").map(({ app }) => app.id),
  }));

export const productsInput = (products: readonly DraftProduct[]): PolicyProductInput[] =>
  products.map(({ id, off }) => ({ productId: id, appsOff: [...off] }));

export function sameProducts(a: readonly DraftProduct[], b: readonly DraftProduct[]): boolean {
  return sameOrder(a, b) && a.every(({ off }, i) => sameApps(off, b[i]!.off));
}

function sameOrder(a: readonly DraftProduct[], b: readonly DraftProduct[]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]!.id);
}

function sameApps(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

export function addProduct(products: readonly DraftProduct[], { id, name }: App): DraftProduct[] {
  return [...products, { id, name, off: [] }];
}

export function removeProduct(products: readonly DraftProduct[], id: string): DraftProduct[] {
  return products.filter((product) => product.id !== id);
}

/** Moves a product to a position among the others. */
export function moveProduct(products: readonly DraftProduct[], id: string, to: number): DraftProduct[] {
  const moved = products.find((product) => product.id === id);
  if (!moved) return [...products];
  const others = removeProduct(products, id);
  others.splice(to, 0, moved);
  return others;
}

/** The apps of each product, by the product's id. */
export type AppsByProduct = ReadonlyMap<string, readonly App[]>;

/** Turns apps on or off in one product, or in all products that include them if productId is undefined. */
export function setApps(
  products: readonly DraftProduct[],
  appsByProduct: AppsByProduct,
  productId: string | undefined,
  appIds: readonly string[],
  on: boolean,
): DraftProduct[] {
  return products.map((product) => {
    if (productId && product.id !== productId) return product;
    const included = appIds.filter((id) => appsByProduct.get(product.id)?.some((app) => app.id === id));
    const otherOff = product.off.filter((id) => !included.includes(id));
    return { ...product, off: on ? otherOff : [...otherOff, ...included] };
  });
}

export interface AppState {
  app: App;
  state: boolean | "mixed";
  /** Names of the products in which the app is on. */
  onIn: string[];
}

/** Returns the apps of one product, or of all, sorted by name, and whether each is on. */
export function appStates(
  products: readonly DraftProduct[],
  appsByProduct: AppsByProduct,
  productId?: string,
): AppState[] {
  const states = new Map<string, { app: App; onIn: string[]; products: number }>();
  for (const product of products) {
    if (productId && product.id !== productId) continue;
    for (const app of appsByProduct.get(product.id) ?? []) {
      const state = states.get(app.id) ?? { app, onIn: [], products: 0 };
      state.products++;
      if (!product.off.includes(app.id)) state.onIn.push(product.name);
      states.set(app.id, state);
    }
  }
  return [...states.values()]
    .map(({ app, onIn, products: count }) => ({ app, onIn, state: switchState(onIn.length, count) }))
    .sort((a, b) => a.app.name.localeCompare(b.app.name));
}

function switchState(on: number, of: number): boolean | "mixed" {
  if (on === 0) return false;
  return on === of ? true : "mixed";
}

/** Merges concurrent changes. The order and the apps of each product are merged separately. */
export function mergeProducts(
  base: readonly DraftProduct[],
  mine: readonly DraftProduct[],
  theirs: readonly DraftProduct[],
): DraftProduct[] {
  const order = sameOrder(mine, base) ? theirs : mine;
  return order.map(({ id, name }) => ({ id, name, off: mergeApps(id, base, mine, theirs) }));
}

function mergeApps(
  id: string,
  base: readonly DraftProduct[],
  mine: readonly DraftProduct[],
  theirs: readonly DraftProduct[],
): readonly string[] {
  const [before, my, their] = [base, mine, theirs].map((products) => products.find((product) => product.id === id));
  if (!my) return their?.off ?? [];
  if (!their) return my.off;
  return before && sameApps(my.off, before.off) ? their.off : my.off;
}
