package catalog

import (
	"fmt"
	"io"
	"strings"

	"github.com/autoclaim/autoclaim/internal/csvfile"
)

const (
	// few is how many items of each kind a report lists unless it is verbose. Then it lists up to maxListed.
	few       = 20
	maxListed = 1000
	// fewCodes is how many apps of a product are listed.
	fewCodes = 10
)

// WriteReport writes what an import did, or would do, for the operator. It lists the first few items of each kind, or up
// to 1,000 of them if verbose is true.
func (r Result) WriteReport(w io.Writer, verbose bool) {
	f := r.File
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }

	if r.DryRun {
		say("This is a dry run. Nothing was changed; the import would do the following.")
	}

	say("Read %d rows: %d products, %d apps, %d product apps.", f.Rows, len(f.Products), len(f.Apps), f.ProductApps())
	say("Products: %d added, %d changed, %d unchanged; %d others are not in the file and stay as they are.",
		len(r.AddedProducts), len(r.ChangedProducts),
		len(f.Products)-len(r.AddedProducts)-len(r.ChangedProducts), r.AbsentProducts)
	say("Apps: %d added, %d changed, %d unchanged.",
		len(r.AddedApps), len(r.ChangedApps), len(f.Apps)-len(r.AddedApps)-len(r.ChangedApps))
	say("Product apps: %d added, %d removed, %d unchanged.", r.AddedProductApps, r.RemovedProductApps, f.ProductApps()-r.AddedProductApps)

	if r.KeptProductApps > 0 {
		say("Product apps that the file does not list, but that stay, since rows of their products could not be read: %d",
			r.KeptProductApps)
	}

	for _, part := range []struct {
		title string
		count int
		items []string
	}{
		{"Rows skipped, since they could not be read", f.Skipped.Count, lines(f.Skipped)},
		{"Policies that lose a product's app", r.Impact.Policies, texts(r.Impact.Lost)},
		{"Products that change for users with licenses", len(r.Impact.Products), texts(r.Impact.Products)},
		{"Changed products", len(r.ChangedProducts), r.ChangedProducts},
		{"Changed apps", len(r.ChangedApps), r.ChangedApps},
		{"Rows skipped, since they repeat others", f.Repeated.Count, lines(f.Repeated)},
		{"Names chosen from several (the most frequent one)", f.Chosen.Count, lines(f.Chosen)},
	} {
		most := few
		if verbose {
			most = maxListed
		}

		shown := part.items[:min(most, len(part.items))]

		say("%s: %d", part.title, part.count)

		for _, item := range shown {
			say("  %s", item)
		}

		switch hidden := part.count - len(shown); {
		case hidden > 0 && verbose:
			say("  ... and %d more", hidden)
		case hidden > 0:
			say("  ... and %d more (--verbose shows up to %d)", hidden, maxListed)
		}
	}
}

// String describes the loss for the operator.
func (l LostApp) String() string {
	state, rest := "", fmt.Sprintf("%d products of the policy still do", l.Left)
	if !l.Enabled {
		state = " (turned off)"
	}

	switch l.Left {
	case 0:
		rest = "no product of the policy does any more, so nobody can claim. An admin must change the policy's products"
	case 1:
		rest = "1 product of the policy still does"
	}

	return fmt.Sprintf("tenant %q, policy %q%s: %s no longer includes %s; %s", l.Tenant, l.Policy, state, l.Product, l.App, rest)
}

// String describes the change for the operator.
func (p ChangedProduct) String() string {
	return fmt.Sprintf("%s: %s, %s; %d licenses in %d tenants",
		p.Product, codes("added", p.Added), codes("removed", p.Removed), p.Licenses, p.Tenants)
}

func codes(what string, list []string) string {
	if len(list) == 0 {
		return "no app " + what
	}

	text := strings.Join(list[:min(fewCodes, len(list))], ", ")
	if more := len(list) - fewCodes; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}

	return fmt.Sprintf("%d %s (%s)", len(list), what, text)
}

func lines(notes csvfile.Notes) []string { return texts(notes.First) }

func texts[T fmt.Stringer](items []T) []string {
	list := make([]string, len(items))
	for i, item := range items {
		list[i] = item.String()
	}

	return list
}
