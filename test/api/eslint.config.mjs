import { fileURLToPath } from "node:url";
import graphql from "@graphql-eslint/eslint-plugin";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
// Operations of one client at a time: their names are their own, and the plugin keeps the first that it reads.
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
      // One line is set as one line, and several as a block; the rule knows one style only.
      "@graphql-eslint/description-style": "off",
      // Small fixed lists, such as a policy's products, are plain lists in order; all others are connections.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      // What has an identity of its own has an id. These have none: they are parts, counts, pages and results.
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
      // Its only finding is Claim.claimedAt, where 'claimed' is what happened, not the type's name again.
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
          // 'Subscription' is not among the forbidden words: it is what organizations buy.
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
