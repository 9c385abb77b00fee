import AddBackupProduct from "../../examples/operations/AddBackupProduct.graphql";
import AssignLicense from "../../examples/operations/AssignLicense.graphql";
import AuditEvents from "../../examples/operations/AuditEvents.graphql";
import BlockUser from "../../examples/operations/BlockUser.graphql";
import ClaimLicense from "../../examples/operations/ClaimLicense.graphql";
import ClaimReport from "../../examples/operations/ClaimReport.graphql";
import CreatePolicy from "../../examples/operations/CreatePolicy.graphql";
import CreateSubscription from "../../examples/operations/CreateSubscription.graphql";
import DeletePolicy from "../../examples/operations/DeletePolicy.graphql";
import LicenseClaimed from "../../examples/operations/LicenseClaimed.graphql";
import LicensePoolChanged from "../../examples/operations/LicensePoolChanged.graphql";
import LookAround from "../../examples/operations/LookAround.graphql";
import MovePolicyProduct from "../../examples/operations/MovePolicyProduct.graphql";
import Policies from "../../examples/operations/Policies.graphql";
import PolicyDetails from "../../examples/operations/PolicyDetails.graphql";
import PolicyFields from "../../examples/operations/PolicyFields.graphql";
import RemoveLicense from "../../examples/operations/RemoveLicense.graphql";
import RemovePolicyProduct from "../../examples/operations/RemovePolicyProduct.graphql";
import RenamePolicy from "../../examples/operations/RenamePolicy.graphql";
import ReorderPolicyProducts from "../../examples/operations/ReorderPolicyProducts.graphql";
import SetAppToggles from "../../examples/operations/SetAppToggles.graphql";
import SetAutoClaimEnabled from "../../examples/operations/SetAutoClaimEnabled.graphql";
import SetPolicyEnabled from "../../examples/operations/SetPolicyEnabled.graphql";
import Subscriptions from "../../examples/operations/Subscriptions.graphql";
import UnblockUser from "../../examples/operations/UnblockUser.graphql";
import UpdatePolicy from "../../examples/operations/UpdatePolicy.graphql";
import UpdateSubscription from "../../examples/operations/UpdateSubscription.graphql";
import Users from "../../examples/operations/Users.graphql";

/** The values for the variables of the examples: existing ids, or placeholders. */
export interface ExampleValues {
  app: string;
  appCode: string;
  products: string[];
  policy: string;
}

export const placeholders: ExampleValues = {
  app: "app_…",
  appCode: "TEAMS1",
  products: ["product_…", "product_…", "product_…"],
  policy: "policy_…",
};

export const valuesQuery = "{ apps(claimable: true) { nodes { id code } } products(filter: {owned: true}) { nodes { id } } policies { nodes { id } } }";

/** The tabs, in the order of a first tour. */
export function tabs({ app, appCode, products, policy }: ExampleValues) {
  const [primary, backup, another] = products;
  const input = (fields: object) => ({ input: fields });

  const examples: [query: string, variables: object][] = [
    [LookAround, {}],
    [SetAutoClaimEnabled, input({ enabled: true })],
    [CreatePolicy, input({ name: "Teams for everybody", appId: app, products: [{ productId: primary }, { productId: backup }] })],
    [Policies, {}],
    [ClaimLicense, input({ app: appCode, user: "ann" })],
    [ClaimReport, { period: "PAST_90_DAYS" }],
    [LicenseClaimed, {}],
    [LicensePoolChanged, {}],
    [PolicyDetails, { policyId: policy }],
    [SetPolicyEnabled, input({ policyId: policy, enabled: false })],
    [RenamePolicy, input({ policyId: policy, name: "Teams" })],
    [AddBackupProduct, input({ policyId: policy, productId: another })],
    [RemovePolicyProduct, input({ policyId: policy, productId: another })],
    [MovePolicyProduct, input({ policyId: policy, productId: backup, direction: "UP" })],
    [ReorderPolicyProducts, input({ policyId: policy, productIds: [primary, backup] })],
    [SetAppToggles, input({ policyId: policy, toggles: [{ appId: "app_…", on: false }] })],
    [UpdatePolicy, input({ policyId: policy, version: 1, name: "Teams", products: [{ productId: primary }] })],
    [DeletePolicy, input({ policyId: policy })],
    [Users, { text: "" }],
    [AssignLicense, input({ userExternalId: "ann", productId: primary })],
    [RemoveLicense, input({ licenseId: "license_…", blockAutoClaim: false })],
    [BlockUser, input({ userExternalId: "ann" })],
    [UnblockUser, input({ userExternalId: "ann" })],
    [Subscriptions, {}],
    [CreateSubscription, input({ productId: primary, quantity: 10 })],
    [UpdateSubscription, input({ subscriptionId: "subscription_…", quantity: 20 })],
    [AuditEvents, {}],
  ];

  return examples.map(([query, variables]) => ({
    query: query.includes("...PolicyFields") ? `${query}\n${PolicyFields}` : query,
    variables: JSON.stringify(variables, null, 2),
  }));
}
