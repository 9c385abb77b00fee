package history

import (
	"encoding/json"
	"time"
)

// Database is what a run left in the database.
type Database struct {
	// Transactions are all that changed something, in the order of their commits.
	Transactions []Transaction
	// App is the id of the app that users sign in to.
	App string
	// Users are external ids by id.
	Users map[string]string

	// What the tables hold at the end, to be compared with what the transactions lead to.
	Enabled  bool
	Blocked  map[string]bool // By user id.
	Pools    map[string]Pool // By product.
	Policies map[string]Policy
	Licenses map[string]License
	// Missed is how often each user, by id, was turned away.
	Missed map[string]int
}

// Transaction is what was committed at once: claims, or an admin's change.
type Transaction struct {
	// At is when it was committed, by the database, since the run's start. It may have become visible later.
	At     time.Duration
	Claims []ClaimRow
	Audit  []AuditRow
}

// ClaimRow is a row of the claims, with what its license gives.
type ClaimRow struct {
	ID, User, Policy, Product, License string
	Position                           int
	AppsOff                            []string
}

// AuditRow is an audit event.
type AuditRow struct {
	ID, Action, Kind, Object, Request string
	Before, After                     json.RawMessage
}

// Pool counts the licenses of a product.
type Pool struct{ Total, Assigned int }

// Policy is a policy as audit events describe it.
type Policy struct {
	ID        string          `json:"id"`
	App       string          `json:"appId"`
	Enabled   bool            `json:"enabled"`
	Products  []PolicyProduct `json:"products"`
	DeletedAt *time.Time      `json:"deletedAt"`
}

// PolicyProduct is a product of a policy and the apps that its licenses do not give.
type PolicyProduct struct {
	Product string   `json:"productId"`
	AppsOff []string `json:"appsOff"`
}

// License is a license as audit events describe it.
type License struct {
	ID        string     `json:"id"`
	User      string     `json:"userId"`
	Product   string     `json:"productId"`
	Source    string     `json:"source"`
	AppsOff   []string   `json:"appsOff"`
	RemovedAt *time.Time `json:"removedAt"`
}
