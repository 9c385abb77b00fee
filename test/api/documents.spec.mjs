// Validates the example operations against the schema.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { buildSchema, concatAST, parse, validate } from "graphql";

const root = new URL("../../", import.meta.url);
const directory = new URL("examples/operations/", root);

test("each example operation is valid, has the name of its file, and has a unique name", () => {
  const schema = buildSchema(readFileSync(new URL("schema.graphqls", root), "utf8"));
  const documents = readdirSync(directory).map((file) => [file, parse(readFileSync(new URL(file, directory), "utf8"))]);

  expect(validate(schema, concatAST(documents.map(([, document]) => document)))).toEqual([]);

  for (const [file, document] of documents) {
    expect(document.definitions.map((definition) => `${definition.name.value}.graphql`)).toEqual([file]);
  }
});
