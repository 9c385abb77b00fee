// Package licensing is the domain of Autoclaim: its words as types and its rules as functions.
//
// Nothing here does I/O or knows a database, HTTP or GraphQL. A rule that turns a request down
// returns a [*Refusal], which carries a code, a remedy and the input field that it concerns; a rule
// that returns an error has changed nothing.
//
// Where to look: policies and their products in policy.go and policy_products.go, who may have a
// license in claim.go, license pools in subscription.go, apps and products in catalog.go.
package licensing
