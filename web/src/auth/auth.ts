// Signs people in at the OpenID provider: authorization code with PKCE. Tokens live in this page's memory alone;
// a reload asks the provider again, which remembers who is there. What the browser's session storage keeps for
// the moment of a sign-in is the library's note of what it asked, and the view to come back to.
import { ErrorResponse, InMemoryWebStorage, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";

/** What the server says in config.json. */
export interface AuthConfig {
  authority: string;
  clientId: string;
  scope: string;
  /** Where the console is; /console/ unless it says otherwise. */
  base?: string;
}

/** Somebody who is signed in, as the provider names them. What they may do, the API says. */
export interface Person {
  id: string;
  name: string;
}

export interface Auth {
  /** Who is signed in; nobody after a sign-out. */
  readonly user: Person | null;
  /** Returns a token that is good for a while yet, renewed if need be. If that takes a sign-in, the page leaves. */
  getAccessToken(): Promise<string>;
  /** Goes to the provider, and comes back to this view. */
  signIn(): Promise<never>;
  /** Leaves here and at the provider. */
  signOut(): Promise<never>;
  /** Calls back whenever user changes; returns how to stop that. */
  onChange(listener: () => void): () => void;
}

/** The provider, or the person there, said no: asking again by itself would lead round in circles. */
export class SignInError extends Error {
  override name = "SignInError";
}

/** What a provider answers that is out of order for the moment. */
const passing = ["server_error", "temporarily_unavailable"];

/** A token with less left than this, in seconds, is renewed before it is used. */
const margin = 30;

/**
 * Finds out who is there. Unless somebody has just signed out, the page leaves for the provider if nobody is; it
 * comes back to the same view.
 */
export async function createAuth(config: AuthConfig): Promise<Auth> {
  const base = config.base ?? "/console/";
  const at = (path: string) => new URL(base + path, location.origin).href;
  const manager = new UserManager({
    authority: config.authority,
    client_id: config.clientId,
    scope: config.scope,
    redirect_uri: at("callback"),
    post_logout_redirect_uri: at("signed-out"),
    // Renewal by a frame fails where browsers keep other sites' cookies apart; tokens are renewed when needed.
    automaticSilentRenew: false,
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: "autoclaim.sign-in." }),
  });

  const listeners = new Set<() => void>();
  let current: User | null = null;
  let person: Person | null = null;
  let renewal: Promise<User> | undefined;

  function become(user: User | null) {
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
    return leaving();
  }

  async function signOut(): Promise<never> {
    const user = current;
    become(null);
    if (user?.refresh_token && (await manager.metadataService.getRevocationEndpoint())) {
      // The provider ends what it granted; if it doesn't answer, it ends by itself.
      await manager.revokeTokens(["refresh_token"]).catch(() => undefined);
    }
    if (await manager.metadataService.getEndSessionEndpoint())
      await manager.signoutRedirect({ redirectMethod: "replace" });
    else location.replace(at("signed-out"));
    return leaving();
  }

  async function renew(): Promise<User> {
    if (!current?.refresh_token) return signIn();
    try {
      const user = await manager.signinSilent();
      if (!user) return await signIn();
      become(user);
      return user;
    } catch (error) {
      // The provider has answered, and wants to see the person again.
      if (error instanceof ErrorResponse && !passing.includes(error.error ?? "")) return signIn();
      // It has not. The token that there is will do as long as it may.
      if (current && !current.expired) return current;
      throw error;
    }
  }

  async function getAccessToken(): Promise<string> {
    if (current && (current.expires_in ?? 0) > margin) return current.access_token;
    // Those who ask at the same time wait for the same answer: a refresh token is good once.
    renewal ??= renew().finally(() => (renewal = undefined));
    return (await renewal).access_token;
  }

  const isAt = (path: string) => location.pathname === base + path;

  if (isAt("callback")) {
    become(await finish(manager, base));
  } else if (!isAt("signed-out")) {
    await signIn();
  }

  return {
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

/** Takes what the provider sent, and shows the view that was asked for as if nothing had been between. */
async function finish(manager: UserManager, base: string): Promise<User> {
  const answer = new URLSearchParams(location.search);
  let user: User;
  try {
    user = await manager.signinRedirectCallback();
  } catch (error) {
    history.replaceState(null, "", base);
    if (answer.has("error"))
      throw new SignInError(answer.get("error_description") ?? answer.get("error") ?? "", { cause: error });
    throw error;
  }

  const { view } = (user.state ?? {}) as { view?: string };
  history.replaceState(null, "", view?.startsWith(base) ? view : base);
  return user;
}

/** Is never done: the page is on its way to another. */
const leaving = () => new Promise<never>(() => undefined);
