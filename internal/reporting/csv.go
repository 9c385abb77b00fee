package reporting

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// csvPage is the number of claims that are in memory at a time. Short pages let others have their turns in between.
	csvPage = 200
	// csvPageTimeout is how long the database may take for a page, and for its turn to be read.
	csvPageTimeout = 20 * time.Second
)

// csvHeader names the columns.
func csvHeader() []string {
	return []string{
		"claimed_at", "user_external_id", "user_name", "user_email", "app_code", "app", "policy", "policy_deleted",
		"product_code", "product", "position", "still_held",
	}
}

// csvIncomplete is the only cell of the last line of a CSV that breaks off.
const csvIncomplete = "INCOMPLETE: the server could not read the rest of the claims. Download the report again."

// WriteCSV writes the report's claims as CSV, latest first, while it reads them, so that memory does not grow with
// their number. No connection to the database is in use while it writes. The first line has the names of the columns. The
// column position is 0 for the primary product and 1 to 4 for the backups. Every cell is quoted, and [guarded] against spreadsheets
// that take it for a formula.
//
// WriteCSV calls flush after each page of claims. It writes nothing before it has read the first page, so the caller can
// still respond with an error. If a later page cannot be read, the last line says that the CSV is incomplete.
func (s *Service) WriteCSV(ctx context.Context, report Report, w io.Writer, flush func() error) error {
	catalog, err := s.store.Catalog(ctx)
	if err != nil {
		return fmt.Errorf("claim report as CSV: %w", err)
	}

	lines, page := appendLine(nil, csvHeader()...), paging.Page{Limit: csvPage}

	for {
		slice, read, err := readPage(ctx, lines, report, catalog, page)
		lines = read

		incomplete := err != nil && page.After != nil
		if incomplete {
			lines = appendLine(lines[:0], csvIncomplete)
		}

		if err == nil || incomplete {
			_, writeErr := w.Write(lines)
			err = errors.Join(err, writeErr, flush())
		}

		if err != nil {
			return fmt.Errorf("claim report as CSV: %w", err)
		}

		if !slice.HasNext {
			return nil
		}

		lines, page.After = lines[:0], &slice.Items[len(slice.Items)-1].Cursor
	}
}

// readPage reads a page of claims and adds their lines, all in one turn.
func readPage(
	ctx context.Context, lines []byte, report Report, catalog *licensing.Catalog, page paging.Page,
) (slice paging.Slice[licensing.Claim], extended []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, csvPageTimeout)
	defer cancel()

	err = report.tenant.InTurn(ctx, func(tenant store.Handle) error {
		report.tenant = tenant

		if slice, err = report.Claims().Page(ctx, page); err != nil {
			return err
		}

		lines, err = appendClaims(ctx, lines, tenant, catalog, slice.Items)

		return err
	})

	return slice, lines, err
}

// appendLine adds a line of CSV (RFC 4180) with every cell in quotes. encoding/csv quotes only the cells that need it where
// commas separate, and many spreadsheets separate at semicolons.
func appendLine(lines []byte, cells ...string) []byte {
	for i, cell := range cells {
		if i > 0 {
			lines = append(lines, ',')
		}

		lines = append(lines, '"')
		lines = append(lines, strings.ReplaceAll(guarded(cell), `"`, `""`)...)
		lines = append(lines, '"')
	}

	return append(lines, '\n')
}

// appendClaims adds a line for each claim.
func appendClaims(
	ctx context.Context, lines []byte, tenant store.Handle, catalog *licensing.Catalog,
	claims []paging.Item[licensing.Claim],
) ([]byte, error) {
	userIDs := make([]licensing.ID, len(claims))
	policyIDs := make([]licensing.ID, len(claims))

	for i, claim := range claims {
		userIDs[i], policyIDs[i] = claim.Value.UserID, claim.Value.PolicyID
	}

	users, err := tenant.UsersByID(ctx, userIDs)
	if err != nil {
		return lines, err
	}

	policies, err := tenant.PoliciesByID(ctx, policyIDs)
	if err != nil {
		return lines, err
	}

	userByID := make(map[licensing.ID]licensing.User, len(users))
	for _, user := range users {
		userByID[user.ID] = user
	}

	policyByID := make(map[licensing.ID]licensing.Policy, len(policies))
	for _, policy := range policies {
		policyByID[policy.ID] = policy
	}

	for _, item := range claims {
		claim := item.Value
		user, policy := userByID[claim.UserID], policyByID[claim.PolicyID]
		app, _ := catalog.App(claim.AppID)
		product, _ := catalog.Product(claim.ProductID)

		lines = appendLine(lines,
			claim.ClaimedAt.Format(time.RFC3339Nano), user.ExternalID, user.DisplayName, user.Email,
			app.Code, app.Name, policy.Name, strconv.FormatBool(policy.DeletedAt != nil),
			product.Code, product.Name, strconv.Itoa(claim.Position), strconv.FormatBool(claim.StillHeld),
		)
	}

	return lines, nil
}

// guarded keeps spreadsheets from running text of a user or an admin as a formula (OWASP, CSV injection). It puts an
// apostrophe in front of the sign of a formula at the start of the cell, and of each part of it that a spreadsheet with
// another separator would take for a cell: quotes do not help there, because the cell before them ended at no separator.
// Control characters become spaces, since a line break would begin a cell as well.
func guarded(cell string) string {
	var out strings.Builder

	begins := true // Only white space, quotes and invisible characters since the start of the part.

	for _, c := range cell {
		control := unicode.IsControl(c) || in(c, unicode.Zl, unicode.Zp)

		switch {
		case begins && strings.ContainsRune("=+-@＝＋－＠﹢﹣﹦﹫−", c):
			out.WriteByte('\'')

			begins = false
		case control || strings.ContainsRune(",;|，；｜", c):
			begins = true
		case !unicode.IsSpace(c) && !in(c, unicode.Cf, unicode.Mn) && c != '"':
			begins = false
		}

		if control {
			c = ' '
		}

		out.WriteRune(c)
	}

	return out.String()
}

// in is [unicode.In] for tables that have no ASCII characters, which are most of a download.
func in(c rune, tables ...*unicode.RangeTable) bool {
	return c >= utf8.RuneSelf && unicode.In(c, tables...)
}
