import "./workers";
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { Kind, parse } from "graphql";
import { createClient } from "graphql-ws";
import { useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

import { discover, type Known, nothingKnown, tabs } from "./examples";
import "./page.css";

/** Somebody whom a development server lets one act as. */
interface Caller {
  name: string;
  role: string;
  token: string;
}

/** Runs the operation that the editor shows: GraphiQL goes on naming the last tab's for a moment. */
function asShown(fetcher: Fetcher): Fetcher {
  return (params, options) => {
    try {
      const documentAST = parse(params.query);
      const operations = documentAST.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
      if (operations.length === 1) {
        return fetcher({ ...params, operationName: operations[0]?.name?.value }, { ...options, documentAST });
      }
    } catch {
      // The server says what is wrong with the text.
    }
    return fetcher(params, options);
  };
}

function Playground({ callers, known }: { callers: Caller[]; known: Known }) {
  const [token, setToken] = useState(callers[0]?.token ?? "");

  const fetcher = useMemo(() => {
    const authorization = `Bearer ${token}`;
    return asShown(
      createGraphiQLFetcher({
        url: "/graphql",
        headers: token ? { authorization } : {},
        wsClient: createClient({
          url: `${location.origin.replace(/^http/, "ws")}/graphql`,
          connectionParams: { authorization },
        }),
      }),
    );
  }, [token]);

  return (
    <>
      <div className="caller">
        {callers.length > 0 ? (
          <label>
            Acting as
            <select value={token} onChange={(event) => setToken(event.target.value)}>
              {callers.map((caller) => (
                <option key={caller.name} value={caller.token}>
                  {caller.name} ({caller.role})
                </option>
              ))}
            </select>
          </label>
        ) : (
          <label>
            Token
            <input type="password" autoComplete="off" size={40} onChange={(event) => setToken(event.target.value.trim())} />
          </label>
        )}
      </div>
      <div className="workspace">
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={tabs(known)}
          defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false}
          showPersistHeadersSettings={false}
        />
      </div>
    </>
  );
}

/** Fills the examples with ids that exist, so that they run as they are. */
async function learn([admin]: Caller[]): Promise<Known> {
  if (!admin) return nothingKnown;

  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${admin.token}` },
    body: JSON.stringify({ query: discover }),
  });
  const { data } = await response.json();
  const app = data?.apps.nodes[0];

  return {
    app: app?.id ?? nothingKnown.app,
    appCode: app?.code ?? nothingKnown.appCode,
    products: [...(data?.products.nodes.map((product: { id: string }) => product.id) ?? []), ...nothingKnown.products],
    policy: data?.policies.nodes[0]?.id ?? nothingKnown.policy,
  };
}

const callers: Caller[] = await (await fetch("callers.json")).json();

createRoot(document.getElementById("root")!).render(<Playground callers={callers} known={await learn(callers)} />);
