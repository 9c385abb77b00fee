// Command example turns auto-claim on and creates a policy as an admin, claims licenses as a sign-in service,
// and reads the claim report. It reads the server's address and two tokens from the environment:
// AUTOCLAIM_URL, ADMIN_TOKEN and SIGN_IN_TOKEN.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/Khan/genqlient/graphql"
)

//go:generate go tool genqlient

const maxAttempts = 4

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	if err := run(ctx, os.Getenv("AUTOCLAIM_URL"), os.Getenv("ADMIN_TOKEN"), os.Getenv("SIGN_IN_TOKEN")); err != nil {
		fmt.Fprintln(os.Stderr, "example:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, adminToken, signInToken string) error {
	if url == "" || adminToken == "" || signInToken == "" {
		return errors.New("set AUTOCLAIM_URL, ADMIN_TOKEN and SIGN_IN_TOKEN")
	}

	admin := newClient(url, adminToken)

	app, err := setUp(ctx, admin)
	if err != nil {
		return err
	}

	signInService := withRetries(newClient(url, signInToken), maxAttempts)

	for i := range 3 {
		user := fmt.Sprintf("go-%d-%d", os.Getpid(), i)
		if err := claim(ctx, signInService, app, user); err != nil {
			return err
		}
	}

	report, err := ClaimReport(ctx, withRetries(admin, maxAttempts), ReportPeriodPast1Day)
	if err != nil {
		return fmt.Errorf("read the claim report: %w", err)
	}

	fmt.Println("Claims in the past day:", report.ClaimReport.TotalClaims)

	return nil
}

// setUp turns auto-claim on and creates a policy for the first claimable app if that has none. It returns the
// app's code.
func setUp(ctx context.Context, admin graphql.Client) (string, error) {
	enabled, err := SetAutoClaimEnabled(ctx, admin, SetAutoClaimEnabledInput{Enabled: true})
	if err == nil {
		err = refused(enabled.SetAutoClaimEnabled.UserErrors)
	}

	if err != nil {
		return "", fmt.Errorf("turn auto-claim on: %w", err)
	}

	found, err := LookAround(ctx, withRetries(admin, maxAttempts))
	if err != nil {
		return "", fmt.Errorf("list apps, products and policies: %w", err)
	}

	if len(found.Apps.Nodes) == 0 {
		return "", errors.New("the catalog has no claimable app")
	}

	app := found.Apps.Nodes[0]

	for _, policy := range found.Policies.Nodes {
		if policy.App.Id == app.Id {
			return app.Code, nil
		}
	}

	input := CreatePolicyInput{Name: app.Name + " for everybody", AppId: app.Id, Enabled: true}
	for _, product := range found.Products.Nodes {
		input.Products = append(input.Products, PolicyProductInput{ProductId: product.Id, AppsOff: []string{}})
	}

	input.Products = input.Products[:min(3, len(input.Products))]

	created, err := CreatePolicy(ctx, admin, input)
	if err == nil {
		err = refused(created.CreatePolicy.UserErrors)
	}

	if err != nil {
		return "", fmt.Errorf("create the policy: %w", err)
	}

	policy := created.CreatePolicy.Policy
	fmt.Printf("Policy %s: %d licenses available\n", policy.Name, policy.AvailableLicenses)

	return app.Code, nil
}

// claim does what a sign-in service does at every sign-in, before it lets the user in.
func claim(ctx context.Context, signInService graphql.Client, app, user string) error {
	claimed, err := ClaimLicense(ctx, signInService, ClaimLicenseInput{App: app, User: &user})
	if err == nil {
		err = refused(claimed.ClaimLicense.UserErrors)
	}

	if err != nil {
		return fmt.Errorf("claim a license for %s: %w", user, err)
	}

	fmt.Printf("%s: %s. %s\n", user, *claimed.ClaimLicense.Outcome, claimed.ClaimLicense.Message)

	return nil
}
