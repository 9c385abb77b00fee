// What to do when two admins change a policy at once: see what the other one did, and lay one's own changes
// over it. Name, status, the list of products and the apps of each product are decided one by one.
import { strings } from "../strings";
import { type Draft, type DraftProduct, sameApps, sameOrder } from "./draft";

/** Takes what I changed from mine, and all else from theirs. */
export function merge(base: Draft, mine: Draft, theirs: Draft): Draft {
  const order = sameOrder(mine.products, base.products) ? theirs.products : mine.products;
  return {
    name: mine.name.trim() === base.name ? theirs.name : mine.name,
    enabled: mine.enabled === base.enabled ? theirs.enabled : mine.enabled,
    products: order.map(({ id, name }) => ({ id, name, off: mergedOff(id, base, mine, theirs) })),
  };
}

function mergedOff(id: string, base: Draft, mine: Draft, theirs: Draft): readonly string[] {
  const before = productOf(base, id);
  const my = productOf(mine, id);
  const their = productOf(theirs, id);
  if (!my) return their?.off ?? [];
  if (!their) return my.off;
  return before && sameApps(my.off, before.off) ? their.off : my.off;
}

const productOf = ({ products }: Draft, id: string): DraftProduct | undefined =>
  products.find((product) => product.id === id);

export interface Difference {
  what: string;
  before: string;
  now: string;
  /** What I made of it; absent if I left it alone. */
  mine?: string;
}

/** What they changed, in words. */
export function differences(base: Draft, mine: Draft, theirs: Draft, nameOfApp: (id: string) => string): Difference[] {
  const words = strings.policies.conflict;
  const found: Difference[] = [];
  const compare = (what: string, describe: (draft: Draft) => string | undefined) => {
    const [before, my, now] = [describe(base), describe(mine), describe(theirs)];
    if (before === undefined || now === undefined || before === now) return;
    found.push({ what, before, now, mine: my === undefined || my === before ? undefined : my });
  };

  compare(words.name, ({ name }) => name.trim());
  compare(words.status, ({ enabled }) => (enabled ? strings.policies.on : strings.policies.off));
  compare(words.products, ({ products }) => products.map(({ name }, i) => `${i + 1}. ${name}`).join("\n"));
  for (const { id, name } of theirs.products) {
    compare(words.appsOf(name), (draft) => {
      const product = productOf(draft, id);
      if (!product) return undefined;
      return product.off.length === 0 ? words.allOn : words.offList(product.off.map(nameOfApp).sort().join(", "));
    });
  }
  return found;
}
