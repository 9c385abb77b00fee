import type { CodegenConfig } from "@graphql-codegen/cli";

// `npm run generate` writes src/gql: the types of each operation's variables and result, and the operations' hashes for
// servers that accept only trusted documents.
const config: CodegenConfig = {
  schema: "../../schema.graphqls",
  documents: "../operations/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: "sha256" } },
      config: {
        enumsAsTypes: true,
        strictScalars: true,
        useTypeImports: true,
        scalars: { DateTime: "string", Date: "string", UUID: "string", JSON: "unknown" },
      },
    },
  },
};

export default config;
