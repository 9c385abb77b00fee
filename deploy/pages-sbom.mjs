// Prints the SBOM of what the console and the playground are bundled from, by the lock file, without what would differ each time:
// a serial number, the time, and the name of the directory, which npm takes for the project's.
import { execFileSync } from "node:child_process";

const arguments_ = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--omit", "dev", "--workspace", "playground", "--workspace", "web"];
const sbom = JSON.parse(execFileSync("npm", arguments_, { encoding: "utf8", maxBuffer: 1 << 26 }));

delete sbom.serialNumber;
delete sbom.metadata.timestamp;
sbom.metadata.component.name = "autoclaim";
console.log(JSON.stringify(sbom, null, 2));
