import { nameProblem } from "../draft";
import type { NewPolicy } from "./newPolicy";

/** The steps in their order, by their part of the address. */
export const steps = ["name", "products", "apps", "review"] as const;

export type Step = (typeof steps)[number];

/** Whether a step holds all that the next one needs. */
function complete(step: Step, policy: NewPolicy): boolean {
  switch (step) {
    case "name":
      return nameProblem(policy.name, []) === undefined;
    case "products":
    case "apps":
      return policy.app !== undefined && policy.products.length > 0;
    case "review":
      return false;
  }
}

/** The last step that one can go to: the first that is not complete. */
export function reachable(policy: NewPolicy): number {
  const open = steps.findIndex((step) => !complete(step, policy));
  return open < 0 ? steps.length - 1 : open;
}
