// A policy as one edits it. All changes of it are functions here; what is shown follows from what they return.
import type { PolicyProductInput, PolicyStateFragment } from "../gql/graphql";

export const maxProducts = 5;
export const maxName = 100;

export interface App {
  id: string;
  name: string;
}

export interface DraftProduct {
  id: string;
  name: string;
  /** Ids of apps that are not given. All others are. */
  off: readonly string[];
}

export interface Draft {
  name: string;
  enabled: boolean;
  products: readonly DraftProduct[];
}

export function draftOf(policy: PolicyStateFragment): Draft {
  return {
    name: policy.name,
    enabled: policy.enabled,
    products: policy.products.map(({ product, appToggles }) => ({
      id: product.id,
      name: product.name,
      off: appToggles.filter(({ state }) => state === "OFF").map(({ app }) => app.id),
    })),
  };
}

export const productsInput = (products: readonly DraftProduct[]): PolicyProductInput[] =>
  products.map(({ id, off }) => ({ productId: id, appsOff: [...off] }));

export function sameApps(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

export function sameOrder(a: readonly DraftProduct[], b: readonly DraftProduct[]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]!.id);
}

export function sameDraft(a: Draft, b: Draft): boolean {
  return (
    a.name.trim() === b.name.trim() &&
    a.enabled === b.enabled &&
    sameOrder(a.products, b.products) &&
    a.products.every(({ off }, i) => sameApps(off, b.products[i]!.off))
  );
}

export function addProduct(products: readonly DraftProduct[], { id, name }: App): DraftProduct[] {
  return [...products, { id, name, off: [] }];
}

export function removeProduct(products: readonly DraftProduct[], id: string): DraftProduct[] {
  return products.filter((product) => product.id !== id);
}

/** Puts a product at a place among the others. */
export function moveProduct(products: readonly DraftProduct[], id: string, to: number): DraftProduct[] {
  const moved = products.find((product) => product.id === id);
  if (!moved) return [...products];
  const others = removeProduct(products, id);
  others.splice(to, 0, moved);
  return others;
}

/** The apps of each product by its id. */
export type AppsOf = ReadonlyMap<string, readonly App[]>;

/** Turns apps on or off in one product, or in all that include them. */
export function setApps(
  products: readonly DraftProduct[],
  appsOf: AppsOf,
  productId: string | undefined,
  appIds: readonly string[],
  on: boolean,
): DraftProduct[] {
  return products.map((product) => {
    if (productId && product.id !== productId) return product;
    const here = appIds.filter((id) => appsOf.get(product.id)?.some((app) => app.id === id));
    const kept = product.off.filter((id) => !here.includes(id));
    return { ...product, off: on ? kept : [...kept, ...here] };
  });
}

export interface AppState {
  app: App;
  state: boolean | "mixed";
  /** The products with which it is given. */
  givenWith: string[];
}

/** The apps of one product, or of all, by name, and whether they are given. */
export function appStates(products: readonly DraftProduct[], appsOf: AppsOf, productId?: string): AppState[] {
  const states = new Map<string, { app: App; on: string[]; of: number }>();
  for (const product of products) {
    if (productId && product.id !== productId) continue;
    for (const app of appsOf.get(product.id) ?? []) {
      const state = states.get(app.id) ?? { app, on: [], of: 0 };
      state.of++;
      if (!product.off.includes(app.id)) state.on.push(product.name);
      states.set(app.id, state);
    }
  }
  return [...states.values()]
    .map(({ app, on, of }) => ({
      app,
      givenWith: on,
      state: on.length === 0 ? false : on.length === of ? true : ("mixed" as const),
    }))
    .sort((a, b) => a.app.name.localeCompare(b.app.name));
}

/** How a name compares with others: the server decides, but one should know while typing. */
const folded = (name: string) => name.trim().normalize("NFKC").toLocaleLowerCase();

export type NameProblem = "required" | "tooLong" | "taken";

export function nameProblem(name: string, others: readonly string[]): NameProblem | undefined {
  const trimmed = name.trim();
  if (trimmed === "") return "required";
  if (nameLength(trimmed) > maxName) return "tooLong";
  return others.some((other) => folded(other) === folded(trimmed)) ? "taken" : undefined;
}

/** In characters as the server counts them, not in halves of them. */
export const nameLength = (name: string) => [...name.trim()].length;
