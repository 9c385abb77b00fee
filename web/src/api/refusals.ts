import type { RefusalFragment, UserErrorCode } from "../gql/graphql";

/** The reasons why the server refused a change. A form shows each at its field, and the others on their own. */
export class Refusals {
  constructor(private readonly all: readonly RefusalFragment[] = []) {}

  get any(): boolean {
    return this.all.length > 0;
  }

  has(code: UserErrorCode): boolean {
    return this.all.some((refusal) => refusal.code === code);
  }

  /** Returns the messages about a field of the input or a part of it. */
  at(...path: (string | number)[]): string | undefined {
    const found = this.all.filter((refusal) => within(refusal, path)).map(({ message }) => message);
    return found.length > 0 ? found.join(" ") : undefined;
  }

  /** Returns the messages about none of the given fields. */
  otherThan(...paths: (string | number)[][]): string | undefined {
    const found = this.all.filter((refusal) => !paths.some((path) => within(refusal, path)));
    return found.length > 0 ? found.map(({ message }) => message).join(" ") : undefined;
  }
}

export const noRefusals = new Refusals();

function within({ path }: RefusalFragment, prefix: (string | number)[]): boolean {
  return prefix.every((element, i) => String(element) === path[i]);
}
