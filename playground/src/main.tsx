import "./workers";
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { Kind, parse } from "graphql";
import { createClient } from "graphql-ws";
import { useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

import { type ExampleValues, placeholders, tabs, valuesQuery } from "./examples";
import "./page.css";

/** A caller of the development server, with a token. */
interface Caller {
  name: string;
  role: string;
  token: string;
}

/** Runs the operation in the editor. Right after a tab change, GraphiQL still passes the name of the previous operation. */
function withOperationOfEditor(fetcher: Fetcher): Fetcher {
  return (params, options) => {
    try {
      const documentAST = parse(params.query);
      const operations = documentAST.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
      if (operations.length === 1) {
        return fetcher({ ...params, operationName: operations[0]?.name?.value }, { ...options, documentAST });
      }
    } catch {
      // The server reports the syntax error.
    }
    return fetcher(params, options);
  };
}

/** The API's URL. A proxy may serve it and the playground below a path of its own. */
const api = new URL("../graphql", location.href);

function Playground({ callers, values }: { callers: Caller[]; values: ExampleValues }) {
  const [token, setToken] = useState(callers[0]?.token ?? "");

  const fetcher = useMemo(() => {
    const authorization = `Bearer ${token}`;
    return withOperationOfEditor(
      createGraphiQLFetcher({
        url: api.href,
        headers: token ? { authorization } : {},
        wsClient: createClient({
          url: api.href.replace(/^http/, "ws"),
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
          defaultTabs={tabs(values)}
          defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false}
          showPersistHeadersSettings={false}
        />
      </div>
    </>
  );
}

/** Reads existing ids for the examples, so that they run without changes. */
async function loadValues([admin]: Caller[]): Promise<ExampleValues> {
  if (!admin) return placeholders;

  const response = await fetch(api, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${admin.token}` },
    body: JSON.stringify({ query: valuesQuery }),
  });
  const { data } = await response.json();
  const app = data?.apps.nodes[0];

  return {
    app: app?.id ?? placeholders.app,
    appCode: app?.code ?? placeholders.appCode,
    products: [...(data?.products.nodes.map((product: { id: string }) => product.id) ?? []), ...placeholders.products],
    policy: data?.policies.nodes[0]?.id ?? placeholders.policy,
  };
}

const callers: Caller[] = await (await fetch("callers.json")).json();

createRoot(document.getElementById("root")!).render(<Playground callers={callers} values={await loadValues(callers)} />);
