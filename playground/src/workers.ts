// The editor's web workers, loaded from the same server.
const files: Record<string, string> = { json: "worker-json.js", graphql: "worker-graphql.js" };

(globalThis as { MonacoEnvironment?: object }).MonacoEnvironment = {
  getWorker: (_: string, label: string) => new Worker(files[label] ?? "worker-editor.js", { name: label }),
};
