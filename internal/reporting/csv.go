package reporting

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/autoclaim/autoclaim/internal/licensing"
	"github.com/autoclaim/autoclaim/internal/paging"
	"github.com/autoclaim/autoclaim/internal/store"
)

const (
	// csvPage is the number of claims that are in memory at a time.
	csvPage = 500
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

// WriteCSV writes the report's claims as CSV, latest first, while it reads them, so that memory does not grow with
// their number. No connection to the database is in use while it writes. The first line has the names of the columns. The column position is 0 for the primary product and 1
// to 4 for the backups. A cell that a spreadsheet would take for a formula starts with an apostrophe. WriteCSV calls
// flush after each page of claims.
func (s *Service) WriteCSV(ctx context.Context, report Report, w io.Writer, flush func() error) error {
	catalog, err := s.store.Catalog(ctx)
	if err != nil {
		return fmt.Errorf("claim report as CSV: %w", err)
	}

	out := csv.NewWriter(w)
	if err := out.Write(csvHeader()); err != nil {
		return fmt.Errorf("claim report as CSV: %w", err)
	}

	page, claims := paging.Page{Limit: csvPage}, report.Claims()

	for {
		slice, err := writePage(ctx, out, report, catalog, claims, page)
		if err != nil {
			return fmt.Errorf("claim report as CSV: %w", err)
		}

		out.Flush()

		if err := out.Error(); err != nil {
			return fmt.Errorf("claim report as CSV: %w", err)
		}

		if err := flush(); err != nil {
			return fmt.Errorf("claim report as CSV: %w", err)
		}

		if !slice.HasNext {
			return nil
		}

		page.After = &slice.Items[len(slice.Items)-1].Cursor
	}
}

func writePage(
	ctx context.Context, out *csv.Writer, report Report, catalog *licensing.Catalog,
	claims paging.List[licensing.Claim], page paging.Page,
) (paging.Slice[licensing.Claim], error) {
	ctx, cancel := context.WithTimeout(ctx, csvPageTimeout)
	defer cancel()

	slice, err := claims.Page(ctx, page)
	if err != nil {
		return slice, err
	}

	return slice, writeClaims(ctx, out, report.tenant, catalog, slice.Items)
}

func writeClaims(
	ctx context.Context, out *csv.Writer, tenant store.Handle, catalog *licensing.Catalog,
	claims []paging.Item[licensing.Claim],
) error {
	userIDs := make([]licensing.ID, len(claims))
	policyIDs := make([]licensing.ID, len(claims))

	for i, claim := range claims {
		userIDs[i], policyIDs[i] = claim.Value.UserID, claim.Value.PolicyID
	}

	users, err := tenant.UsersByID(ctx, userIDs)
	if err != nil {
		return err
	}

	policies, err := tenant.PoliciesByID(ctx, policyIDs)
	if err != nil {
		return err
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

		err := out.Write([]string{
			claim.ClaimedAt.Format(time.RFC3339Nano), plain(user.ExternalID), plain(user.DisplayName), plain(user.Email),
			plain(app.Code), plain(app.Name), plain(policy.Name), strconv.FormatBool(policy.DeletedAt != nil),
			plain(product.Code), plain(product.Name), strconv.Itoa(claim.Position), strconv.FormatBool(claim.StillHeld),
		})
		if err != nil {
			return fmt.Errorf("write a claim: %w", err)
		}
	}

	return nil
}

// plain keeps spreadsheets from running text of a user or an admin as a formula (OWASP, CSV injection). Some
// spreadsheets accept the full-width forms of the signs, too.
func plain(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + cell
	}

	return cell
}
