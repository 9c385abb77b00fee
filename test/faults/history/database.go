package history

import (
	"encoding/json"
	"time"
)

// Database is the contents of the database after a run.
type Database struct {
	// Transactions are all transactions that changed something, in commit order.
	Transactions []Transaction
	// App is the id of the app that users sign in to.
	App string
	// Users maps ids to external ids.
	Users map[string]string

	// The contents of the tables at the end. They must match the effects of the transactions.
	Enabled  bool
	Blocked  map[string]bool // By user id.
	Pools    map[string]Pool // By product.
	Policies map[string]Policy
	Licenses map[string]License
	// Missed is the recorded number of missed claims by user id.
	Missed map[string]int
}

// Transaction is one transaction: the claims of a batch, or a change by an admin.
type Transaction struct {
	// At is the commit time by the database's clock, measured from the start of the run. The change can become visible
	// later.
	At     time.Duration
	Claims []ClaimRow
	Audit  []AuditRow
}

// ClaimRow is a row of the table claims, with the apps that are turned off in its license.
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

// Pool is the license counts of a product.
type Pool struct{ Total, Assigned int }

// Policy is a policy in the JSON form of audit events.
type Policy struct {
	ID        string          `json:"id"`
	App       string          `json:"appId"`
	Enabled   bool            `json:"enabled"`
	Products  []PolicyProduct `json:"products"`
	DeletedAt *time.Time      `json:"deletedAt"`
}

// PolicyProduct is a product of a policy and the apps that are turned off in it.
type PolicyProduct struct {
	Product string   `json:"productId"`
	AppsOff []string `json:"appsOff"`
}

// License is a license in the JSON form of audit events.
type License struct {
	ID        string     `json:"id"`
	User      string     `json:"userId"`
	Product   string     `json:"productId"`
	Source    string     `json:"source"`
	AppsOff   []string   `json:"appsOff"`
	RemovedAt *time.Time `json:"removedAt"`
}
