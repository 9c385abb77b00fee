const rules = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat();

/** Returns the plural form for a number, with the number in place of the #. */
export function plural(n: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }): string {
  return (forms[rules.select(n)] ?? forms.other).replace("#", numbers.format(n));
}
