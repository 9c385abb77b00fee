// Sets auto-claim up as an admin, signs people in as a sign-in service, follows their claims live, and reads the
// report. Give it a server and two tokens: AUTOCLAIM_URL, ADMIN_TOKEN, SIGN_IN_TOKEN. TRUSTED=1 sends operations by
// their hash.
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

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

const url = process.env["AUTOCLAIM_URL"] ?? "http://127.0.0.1:8080";
const trusted = process.env["TRUSTED"] === "1";
const admin = new Client({ url, trusted, token: () => needed("ADMIN_TOKEN") });
const signIn = new Client({ url, trusted, token: () => needed("SIGN_IN_TOKEN") });

// An admin turns auto-claim on and makes a policy with every product that is owned.
accepted((await admin.send(SetAutoClaimEnabledDocument, { input: { enabled: true } })).setAutoClaimEnabled);

const { apps, products } = await admin.repeat(LookAroundDocument, {});
const app = apps.nodes[0];
if (!app) throw new Error("No app is claimable yet.");

let policy = (await admin.repeat(PoliciesDocument, {})).policies.nodes.find((known) => known.app.id === app.id);
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
if (!policy) throw new Error("There is no policy.");
console.log(`Policy ${policy.name}: ${policy.availableLicenses} licenses left`);

// Someone watches.
const claims = admin.follow(LicenseClaimedDocument, { policyId: policy.id });
const watching = (async () => {
  for await (const { licenseClaimed } of claims) {
    console.log(`Live: ${licenseClaimed.user.externalId} got ${licenseClaimed.product.name}`);
    return;
  }
})();

// A sign-in service asks at every sign-in. Nobody is kept waiting for long, and a repeated claim does no harm.
for (let visit = 1; ; visit++) {
  const user = `typescript-${process.pid}-${visit}`;
  const { claimLicense } = await signIn.repeat(ClaimLicenseDocument, { input: { app: app.code, user } });
  console.log(`${user}: ${claimLicense.outcome}. ${claimLicense.message}`);

  const told = await Promise.race([watching.then(() => true), new Promise((resolve) => setTimeout(resolve, 300, false))]);
  if (told) break;
  if (visit === 10) throw new Error("Claims are not told live.");
}

const { claimReport } = await admin.repeat(ClaimReportDocument, { period: "PAST_1_DAY" });
console.log(`Claims in the past day: ${claimReport.totalClaims}`);
