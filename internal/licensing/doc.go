// Package licensing is the domain of Autoclaim: its words as types, and its rules as functions.
//
// Nothing here does I/O or knows a database, HTTP or GraphQL. A rule that refuses something returns a
// [*Refusal], which has a code, a message that names the remedy, and the input field at fault. A rule that
// returns an error has changed nothing.
//
// Each type stands in the file of its noun, with its rules: policies in policy.go, policy_product.go and
// app_toggle.go, licenses in license.go, subscriptions in subscription.go. Who may claim a license is decided
// in decision.go.
package licensing
