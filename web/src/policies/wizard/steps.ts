/** The steps in order. Each is a part of the wizard's address. */
export const steps = ["name", "products", "apps", "review"] as const;

export type Step = (typeof steps)[number];
