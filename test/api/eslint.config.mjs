import { fileURLToPath } from "node:url";
import graphql from "@graphql-eslint/eslint-plugin";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
// The operations of one client per run. Clients reuse names, and the plugin accepts each name only once.
const documents = process.env.OPERATIONS ?? "examples/operations/*.graphql";
const rules = (name) => graphql.configs[`flat/${name}`].rules;

const languageOptions = {
  parser: graphql.parser,
  parserOptions: {
    graphQLConfig: { schema: at("../../schema.graphqls"), documents: at(`../../${documents}`) },
  },
};
const plugins = { "@graphql-eslint": graphql };

export default [
  {
    files: ["**/*.graphqls"],
    plugins,
    languageOptions,
    rules: {
      ...rules("schema-recommended"),
      ...rules("schema-relay"),
      // Descriptions of one line use inline style, longer ones block style. The rule allows only one style.
      "@graphql-eslint/description-style": "off",
      // Small bounded lists, such as the products of a policy, are plain lists. All others are connections.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      // These types have no id because they are parts, counts, pages or results of other objects.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            suffixes: ["Connection", "Edge", "Payload"],
            types: [
              "AppToggle", "ClaimReport", "ClaimsByDay", "ClaimsByPolicy", "ClaimsByProduct", "LicensePool", "PageInfo",
              "PolicyProduct", "Settings", "UserError", "Viewer",
            ],
          },
        },
      ],
      // The only finding is Claim.claimedAt, where 'claimed' is a verb and not the name of the type.
      "@graphql-eslint/no-typename-prefix": "off",
    },
  },
  {
    files: ["**/*.graphql"],
    plugins,
    languageOptions,
    rules: {
      ...rules("operations-recommended"),
      "@graphql-eslint/naming-convention": [
        "error",
        {
          VariableDefinition: "camelCase",
          // 'Subscription' is allowed, because organizations buy subscriptions.
          OperationDefinition: {
            style: "PascalCase",
            forbiddenPrefixes: ["Query", "Mutation", "Get"],
            forbiddenSuffixes: ["Query", "Mutation"],
          },
          FragmentDefinition: { style: "PascalCase", forbiddenPrefixes: ["Fragment"], forbiddenSuffixes: ["Fragment"] },
        },
      ],
    },
  },
];
