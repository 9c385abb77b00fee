// The policy that one is about to add, kept in this window's session, so that it can be left and resumed.
import type { App, Draft } from "../draft";

export interface NewPolicy extends Draft {
  app?: App;
}

export const nothing: NewPolicy = { name: "", enabled: true, products: [] };

const key = "autoclaim.new-policy";

export function load(): NewPolicy {
  try {
    return { ...nothing, ...(JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<NewPolicy>) };
  } catch {
    return nothing;
  }
}

export function keep(policy: NewPolicy): void {
  sessionStorage.setItem(key, JSON.stringify(policy));
}

export function forget(): void {
  sessionStorage.removeItem(key);
}
