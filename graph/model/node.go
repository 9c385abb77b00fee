package model

// Node is an object with a global id.
type Node interface{ IsNode() }

// IsNode marks an object with a global id.
func (App) IsNode() {}

// IsNode marks an object with a global id.
func (Product) IsNode() {}

// IsNode marks an object with a global id.
func (User) IsNode() {}

// IsNode marks an object with a global id.
func (License) IsNode() {}

// IsNode marks an object with a global id.
func (ProductSubscription) IsNode() {}

// IsNode marks an object with a global id.
func (Policy) IsNode() {}

// IsNode marks an object with a global id.
func (Claim) IsNode() {}

// IsNode marks an object with a global id.
func (MissedClaim) IsNode() {}

// IsNode marks an object with a global id.
func (AuditEvent) IsNode() {}
