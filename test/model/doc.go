// Package model holds the whole of Autoclaim's rules against a small model of them: random actions
// of admins and users, in two tenants, on both databases.
package model
