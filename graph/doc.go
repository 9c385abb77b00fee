// Package graph holds the resolvers of schema.graphqls, in a file for each noun. A resolver decodes ids and input,
// calls one use case, and converts the result. It has no rules, no queries and no transactions.
//
// 'make generate' writes packages generated and model from the schema. Package graphhttp serves the schema.
package graph
