/** Somebody signed in. Tokens live in its memory alone. */
export interface Session {
  /** A token that is good now; renewed if need be. */
  token(): Promise<string>;
  /** Goes to the identity provider and comes back to this page: the token was refused or cannot be renewed. */
  signIn(): Promise<void>;
  /** Leaves here and at the identity provider. */
  signOut(): Promise<void>;
}
