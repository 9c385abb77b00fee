import type { CodegenConfig } from "@graphql-codegen/cli";

// `npm run generate` writes src/gql: the type of each operation's variables and result.
const config: CodegenConfig = {
  schema: "../schema.graphqls",
  documents: "src/**/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        strictScalars: true,
        useTypeImports: true,
        scalars: { ID: "string", DateTime: "string", Date: "string", UUID: "string", JSON: "unknown" },
      },
    },
  },
};

export default config;
