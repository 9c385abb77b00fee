// Turns auto-claim on and creates a policy as an admin, claims licenses as a sign-in service, follows the claims live,
// and reads the claim report. It reads the server's address and two tokens from the environment: AUTOCLAIM_URL,
// ADMIN_TOKEN and SIGN_IN_TOKEN. TRUSTED=1 sends operations by their hash.
import { Client, accepted } from "./client.js";
import {
  ClaimLicenseDocument,
  ClaimReportDocument,
  CreatePolicyDocument,
  LicenseClaimedDocument,
  LookAroundDocument,
  PoliciesDocument,
  SetAutoClaimEnabledDocument,
} from "./gql/graphql.js";

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

const url = process.env["AUTOCLAIM_URL"] ?? "http://127.0.0.1:8080";
const trusted = process.env["TRUSTED"] === "1";
const admin = new Client({ url, trusted, token: () => required("ADMIN_TOKEN") });
const signInService = new Client({ url, trusted, token: () => required("SIGN_IN_TOKEN") });

// An admin turns auto-claim on and creates a policy with up to three products that the tenant owns.
accepted((await admin.send(SetAutoClaimEnabledDocument, { input: { enabled: true } })).setAutoClaimEnabled);

const { apps, products } = await admin.sendWithRetries(LookAroundDocument, {});
const app = apps.nodes[0];
if (!app) throw new Error("The catalog has no claimable app.");

let policy = (await admin.sendWithRetries(PoliciesDocument, {})).policies.nodes.find((policy) => policy.app.id === app.id);
if (!policy) {
  const created = await admin.send(CreatePolicyDocument, {
    input: {
      name: `${app.name} for everybody`,
      appId: app.id,
      products: products.nodes.slice(0, 3).map((product) => ({ productId: product.id })),
    },
  });
  policy = accepted(created.createPolicy).policy ?? undefined;
}
if (!policy) throw new Error("The server returned no policy.");
console.log(`Policy ${policy.name}: ${policy.availableLicenses} licenses available`);

// This follows claims live, until the first one.
const claims = admin.follow(LicenseClaimedDocument, { policyId: policy.id });
const watching = (async () => {
  for await (const { licenseClaimed } of claims) {
    console.log(`Live: ${licenseClaimed.user.externalId} got ${licenseClaimed.product.name}`);
    return;
  }
})();

// A sign-in service claims at every sign-in. The time limit keeps users from waiting long, and a claim is safe to repeat.
for (let attempt = 1; ; attempt++) {
  const user = `typescript-${process.pid}-${attempt}`;
  const { claimLicense } = await signInService.sendWithRetries(ClaimLicenseDocument, { input: { app: app.code, user } });
  console.log(`${user}: ${claimLicense.outcome}. ${claimLicense.message}`);

  const received = await Promise.race([watching.then(() => true), new Promise((resolve) => setTimeout(resolve, 300, false))]);
  if (received) break;
  if (attempt === 10) throw new Error("No claim arrived live.");
}

const { claimReport } = await admin.sendWithRetries(ClaimReportDocument, { period: "PAST_1_DAY" });
console.log(`Claims in the past day: ${claimReport.totalClaims}`);
