// The policy that the wizard creates. The session storage keeps it, so that the wizard can be left and resumed.
import { emptyDraft, isValid } from "../draft";
import { controlNames, type Draft, fieldOf } from "../fields";
import type { App } from "../products";
import { type Step, steps } from "./steps";

export interface NewPolicy extends Draft {
  app?: App;
}

export const emptyPolicy: NewPolicy = emptyDraft;

const key = "autoclaim.new-policy";

export function loadNewPolicy(): NewPolicy {
  try {
    return { ...emptyPolicy, ...(JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<NewPolicy>) };
  } catch {
    return emptyPolicy;
  }
}

export function storeNewPolicy(policy: NewPolicy): void {
  sessionStorage.setItem(key, JSON.stringify(policy));
}

export function discardNewPolicy(): void {
  sessionStorage.removeItem(key);
}

/** Returns the fields that a step asks for, besides the app and the products. */
export const fieldsOfStep = (step: Step) => controlNames.filter((name) => fieldOf(name).step === step);

/** Says whether a step has all that it asks for. */
export function isComplete(step: Step, policy: NewPolicy, otherNames: readonly string[] = []): boolean {
  if (!isValid(policy, { otherNames }, fieldsOfStep(step))) return false;
  return step === "name" || step === "review" || (policy.app !== undefined && policy.products.length > 0);
}

/** Returns the last step that can be opened: the first incomplete one. */
export function lastReachable(policy: NewPolicy): number {
  const incomplete = steps.findIndex((step) => !isComplete(step, policy));
  return incomplete < 0 ? steps.length - 1 : incomplete;
}
