const rules = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat();

/** Chooses the form for a number and puts the number in place of its #. */
export function plural(n: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }): string {
  return (forms[rules.select(n)] ?? forms.other).replace("#", numbers.format(n));
}
