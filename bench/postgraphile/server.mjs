// PostGraphile 5 with the schema of claim.sql, as its documentation has it for production, on a port of
// 127.0.0.1 that it prints. Node.js 22 comes with its packages: with 20, PostGraphile answers every call with an error.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.argv[2], schemas: ["rival"], poolConfig: { max: 20 } })],
  grafserv: { graphiql: false, watch: false },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
process.on("SIGTERM", () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
