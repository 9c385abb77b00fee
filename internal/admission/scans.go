package admission

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/autoclaim/autoclaim/internal/apierror"
	"github.com/autoclaim/autoclaim/internal/auth"
	"github.com/autoclaim/autoclaim/internal/licensing"
)

const (
	// freeScans is how many searches and counts each operation may have, whatever they read: a page of a list and its
	// totalCount.
	freeScans = 2
	// sizeTimeout bounds the time for reading how large a tenant's tables are.
	sizeTimeout = time.Second
)

// ScanLimits bound how many rows the searches and counts of one operation read in all. A search for a text, a filter
// without an index, and a totalCount read all rows of their tables, however few the client gets. As a gqlgen extension,
// they refuse an operation before any of its resolvers runs.
type ScanLimits struct {
	// Rows is the number of rows; 2,000,000 if it is 0. An operation with one search and one count is not refused.
	Rows int
	// RowsUpTo counts a tenant's rows in a table, and stops at most.
	RowsUpTo func(ctx context.Context, tenant licensing.ID, table string, most int) (int, error)

	sizes *tableSizes
}

// WithDefaults returns the limits with defaults in place of zeros, and with a memory for sizes of tables.
func (l ScanLimits) WithDefaults(now func() time.Time) ScanLimits {
	const rows = 2_000_000

	if l.Rows == 0 {
		l.Rows = rows
	}

	l.sizes = newTableSizes(now)

	return l
}

// ExtensionName implements [graphql.HandlerExtension].
func (ScanLimits) ExtensionName() string { return "ScanLimits" }

// Validate implements [graphql.HandlerExtension].
func (ScanLimits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements [graphql.OperationContextMutator].
func (l ScanLimits) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	caller, ok := auth.CallerFrom(ctx)
	if !ok || op.Operation.SelectionSet == nil {
		return nil
	}

	scans := scansOf(op)
	if len(scans) <= freeScans {
		return nil
	}

	ctx, cancel := context.WithTimeout(ctx, sizeTimeout)
	defer cancel()

	rows := 0

	for _, tables := range scans {
		for _, table := range tables {
			size, err := l.sizes.get(ctx, caller.TenantID, table, func() (int, error) {
				// A table of half the limit is the largest that makes a difference.
				return l.RowsUpTo(ctx, caller.TenantID, table, l.Rows/freeScans+1)
			})
			if err != nil {
				return refusalOf(err)
			}

			rows += size
		}
	}

	if rows > l.Rows {
		return apierror.New(apierror.CodeTooComplex,
			"The %d searches and counts of the operation read about %d rows; at most %d are allowed. "+
				"Send several operations, and ask for totalCount only once for each list.", len(scans), rows, l.Rows)
	}

	return nil
}

// refusalOf returns an error that has a code, and nil for others: then the operation runs into the same error, which is
// reported as it should be.
func refusalOf(err error) *gqlerror.Error {
	if coded, ok := errors.AsType[*gqlerror.Error](err); ok {
		return coded
	}

	return nil
}

// scansOf returns the tables that each search and each count of the operation reads.
func scansOf(op *graphql.OperationContext) [][]string {
	var scans [][]string

	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"}) {
		if field.Name != "claimReport" {
			scans = append(scans, scansOfList(op, field)...)

			continue
		}

		for _, list := range graphql.CollectFields(op, field.Selections, []string{"ClaimReport"}) {
			scans = append(scans, scansOfList(op, list)...)
		}
	}

	return scans
}

// scansOfList returns the scans of one list: of its page, if no index leads to the rows of its filter, and of each
// totalCount.
func scansOfList(op *graphql.OperationContext, field graphql.CollectedField) [][]string {
	var (
		tables     []string
		arguments  = field.ArgumentMap(op.Variables)
		connection string
		searched   = isText(arguments["text"])
		filtered   = searched
	)

	switch field.Name {
	case "users":
		tables, connection = []string{"users"}, "UserConnection"
	case "claims":
		tables, connection = []string{"claims"}, "ClaimConnection"
	case "missedClaims":
		tables, connection = []string{"missed_claims"}, "MissedClaimConnection"
	case "licenses":
		filter, _ := arguments["filter"].(map[string]any)
		if filter["userId"] != nil {
			return nil
		}

		tables, connection = []string{"licenses"}, "LicenseConnection"
		filtered = filter["source"] != nil || filter["active"] != nil
	case "auditEvents":
		if arguments["objectId"] != nil {
			return nil
		}

		tables, connection = []string{"audit_events"}, "AuditEventConnection"
		filtered = arguments["actor"] != nil || arguments["action"] != nil
	default:
		return nil
	}

	if searched && field.Name != "users" {
		tables = append(tables, "users")
	}

	var scans [][]string
	if filtered {
		scans = append(scans, tables)
	}

	for _, selected := range graphql.CollectFields(op, field.Selections, []string{connection}) {
		if selected.Name == "totalCount" {
			scans = append(scans, tables)
		}
	}

	return scans
}

func isText(value any) bool {
	text, _ := value.(string)

	return strings.TrimSpace(text) != ""
}
