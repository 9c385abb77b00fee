// Package model compares Autoclaim with a small model of all its rules: random actions of admins and users, in two
// tenants, on both databases.
package model
