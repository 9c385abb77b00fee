import type { Session } from "./auth-types";

interface Caller {
  name: string;
  token: string;
}

/** Acts as the first of a development server's callers. */
export async function openSession(): Promise<Session> {
  const answer = await fetch("/playground/callers.json");
  const callers = (await answer.json()) as Caller[];
  const caller = callers.find(({ name }) => name === sessionStorage.getItem("act-as")) ?? callers[0];
  if (!caller) throw new Error("There is nobody to act as.");

  const reload = async () => location.reload();
  return { token: async () => caller.token, signIn: reload, signOut: reload };
}
