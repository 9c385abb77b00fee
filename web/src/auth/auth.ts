// Signs users in at the OpenID provider with the authorization code flow and PKCE. Tokens stay in memory, so a reload
// signs in again, which the provider's session makes silent. Only during a sign-in, the session storage holds the
// library's request state and the view to return to.
import { ErrorResponse, InMemoryWebStorage, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";

/** The server's config.json. */
export interface AuthConfig {
  authority: string;
  clientId: string;
  scope: string;
  apiUrl: string;
}

/** The signed-in user, as the provider names them. Their permissions come from the API. */
export interface Person {
  id: string;
  name: string;
}

export interface Auth {
  /** The URL of the API that accepts the tokens. */
  readonly apiUrl: string;
  /** The signed-in user; null after a sign-out. */
  readonly user: Person | null;
  /** Returns a valid access token, renewed if it expires soon. Redirects to the provider if a sign-in is needed. */
  getAccessToken(): Promise<string>;
  /** Redirects to the provider, which redirects back to the current view. */
  signIn(): Promise<never>;
  /** Signs out of the console and of the provider. */
  signOut(): Promise<never>;
  /** Calls the listener when user changes, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

/** The provider or the user refused the sign-in. Retrying without a click would loop. */
export class SignInError extends Error {
  override name = "SignInError";
}

/** OAuth error codes of a temporary failure of the provider. */
const temporaryErrors = ["server_error", "temporarily_unavailable"];

/** Tokens that expire within this many seconds are renewed before use. */
const expiryMargin = 30;

/**
 * Signs the user in: completes a sign-in that returns from the provider, or redirects to the provider, which returns
 * to the same view. On the page after a sign-out, it does neither. The console's path is base.
 */
export async function createAuth(config: AuthConfig, base: string): Promise<Auth> {
  const at = (path: string) => new URL(base + path, location.origin).href;
  const manager = new UserManager({
    authority: config.authority,
    client_id: config.clientId,
    scope: config.scope,
    redirect_uri: at("callback"),
    post_logout_redirect_uri: at("signed-out"),
    // Renewal in an iframe fails in browsers that partition third-party cookies. getAccessToken renews instead.
    automaticSilentRenew: false,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: "autoclaim.sign-in." }),
  });

  const listeners = new Set<() => void>();
  let current: User | null = null;
  let person: Person | null = null;
  let renewal: Promise<User> | undefined;

  function setUser(user: User | null) {
    current = user;
    const next = user && {
      id: user.profile.sub,
      name: user.profile.name ?? user.profile.preferred_username ?? user.profile.sub,
    };
    if (next?.id === person?.id && next?.name === person?.name) return;
    person = next;
    for (const listener of listeners) listener();
  }

  async function signIn(): Promise<never> {
    const view = location.href.startsWith(at("")) && !isAt("callback") && !isAt("signed-out");
    await manager.signinRedirect({
      state: { view: view ? location.pathname + location.search + location.hash : base },
      redirectMethod: "replace",
    });
    return neverReturns();
  }

  async function signOut(): Promise<never> {
    const user = current;
    setUser(null);
    if (user?.refresh_token && (await manager.metadataService.getRevocationEndpoint())) {
      // If the revocation fails, the token expires by itself.
      await manager.revokeTokens(["refresh_token"]).catch(() => undefined);
    }
    if (await manager.metadataService.getEndSessionEndpoint())
      await manager.signoutRedirect({ redirectMethod: "replace" });
    else location.replace(at("signed-out"));
    return neverReturns();
  }

  async function renew(): Promise<User> {
    if (!current?.refresh_token) return signIn();
    try {
      const user = await manager.signinSilent();
      if (!user) return await signIn();
      setUser(user);
      return user;
    } catch (error) {
      // The provider refused the refresh token, so the user has to sign in.
      if (error instanceof ErrorResponse && !temporaryErrors.includes(error.error ?? "")) return signIn();
      // The provider is unavailable. The current token works until it expires.
      if (current && !current.expired) return current;
      throw error;
    }
  }

  async function getAccessToken(): Promise<string> {
    if (current && (current.expires_in ?? 0) > expiryMargin) return current.access_token;
    // Concurrent calls share one renewal, because a refresh token can be used once.
    renewal ??= renew().finally(() => (renewal = undefined));
    return (await renewal).access_token;
  }

  const isAt = (path: string) => location.pathname === base + path;

  if (isAt("callback")) {
    setUser(await completeSignIn(manager, base));
  } else if (!isAt("signed-out")) {
    await signIn();
  }

  return {
    apiUrl: config.apiUrl,
    get user() {
      return person;
    },
    getAccessToken,
    signIn,
    signOut,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Completes the sign-in with the provider's response, and restores the address of the view that was requested. */
async function completeSignIn(manager: UserManager, base: string): Promise<User> {
  const response = new URLSearchParams(location.search);
  let user: User;
  try {
    user = await manager.signinRedirectCallback();
  } catch (error) {
    history.replaceState(null, "", base);
    if (response.has("error"))
      throw new SignInError(response.get("error_description") ?? response.get("error") ?? "", { cause: error });
    throw error;
  }

  const { view } = (user.state ?? {}) as { view?: string };
  history.replaceState(null, "", view?.startsWith(base) ? view : base);
  return user;
}

/** Never resolves, because the browser is leaving the page. */
const neverReturns = () => new Promise<never>(() => undefined);
