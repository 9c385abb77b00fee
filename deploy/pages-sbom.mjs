// Prints the SBOM of the npm packages in the console and the playground, from the lock file. It removes the values that
// differ between builds: the serial number, the time, and the name of the directory.
import { execFileSync } from "node:child_process";

const arguments_ = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--omit", "dev", "--workspace", "playground", "--workspace", "web"];
const sbom = JSON.parse(execFileSync("npm", arguments_, { encoding: "utf8", maxBuffer: 1 << 26 }));

delete sbom.serialNumber;
delete sbom.metadata.timestamp;
sbom.metadata.component.name = "autoclaim";
console.log(JSON.stringify(sbom, null, 2));
