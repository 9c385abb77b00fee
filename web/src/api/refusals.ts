import type { RefusalFragment, UserErrorCode } from "../gql/graphql";

/** Why the server refused a change, field by field. A form asks for each of its fields and shows the rest above. */
export class Refusals {
  constructor(private readonly all: readonly RefusalFragment[] = []) {}

  get any(): boolean {
    return this.all.length > 0;
  }

  has(code: UserErrorCode): boolean {
    return this.all.some((refusal) => refusal.code === code);
  }

  /** What concerns a field of the input, or what lies in it. */
  at(...path: (string | number)[]): string | undefined {
    const found = this.all.filter((refusal) => within(refusal, path)).map(({ message }) => message);
    return found.length > 0 ? found.join(" ") : undefined;
  }

  /** What concerns none of the fields that a form has. */
  otherThan(...paths: (string | number)[][]): string | undefined {
    const found = this.all.filter((refusal) => !paths.some((path) => within(refusal, path)));
    return found.length > 0 ? found.map(({ message }) => message).join(" ") : undefined;
  }
}

export const noRefusals = new Refusals();

function within({ path }: RefusalFragment, prefix: (string | number)[]): boolean {
  return prefix.every((element, i) => String(element) === path[i]);
}
