import type { UserDetailsQuery } from "../gql/graphql";

/** A user as the details pane shows them. */
export type User = NonNullable<UserDetailsQuery["user"]>;
