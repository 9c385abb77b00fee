// Command example sets auto-claim up as an admin, signs people in as a sign-in service, and reads the report.
// Give it a server and two tokens: AUTOCLAIM_URL, ADMIN_TOKEN, SIGN_IN_TOKEN.
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

	app, err := setUp(ctx, newClient(url, adminToken))
	if err != nil {
		return err
	}

	signIn := retrying(newClient(url, signInToken), 4)

	for i := range 3 {
		user := fmt.Sprintf("go-%d-%d", os.Getpid(), i)
		if err := letIn(ctx, signIn, app, user); err != nil {
			return err
		}
	}

	report, err := ClaimReport(ctx, retrying(newClient(url, adminToken), 4), ReportPeriodPast1Day, nil, nil, nil)
	if err != nil {
		return fmt.Errorf("read the report: %w", err)
	}

	fmt.Println("Claims in the past day:", report.ClaimReport.TotalClaims)

	return nil
}

// setUp turns auto-claim on, and makes a policy unless the app has one. It returns the app's code.
func setUp(ctx context.Context, admin graphql.Client) (string, error) {
	enabled, err := SetAutoClaimEnabled(ctx, admin, SetAutoClaimEnabledInput{Enabled: true})
	if err == nil {
		err = accepted(pointers(enabled.SetAutoClaimEnabled.UserErrors))
	}

	if err != nil {
		return "", fmt.Errorf("turn auto-claim on: %w", err)
	}

	around, err := LookAround(ctx, retrying(admin, 4))
	if err != nil {
		return "", fmt.Errorf("look around: %w", err)
	}

	if len(around.Apps.Nodes) == 0 {
		return "", errors.New("no app is claimable yet")
	}

	app := around.Apps.Nodes[0]

	existing, err := Policies(ctx, retrying(admin, 4), nil, nil)
	if err != nil {
		return "", fmt.Errorf("list the policies: %w", err)
	}

	for _, policy := range existing.Policies.Nodes {
		if policy.App.Id == app.Id {
			return app.Code, nil
		}
	}

	input := CreatePolicyInput{Name: app.Name + " for everybody", AppId: app.Id, Enabled: true}
	for _, product := range around.Products.Nodes {
		input.Products = append(input.Products, PolicyProductInput{ProductId: product.Id, AppsOff: []string{}})
	}

	input.Products = input.Products[:min(3, len(input.Products))]

	created, err := CreatePolicy(ctx, admin, input)
	if err == nil {
		err = accepted(pointers(created.CreatePolicy.UserErrors))
	}

	if err != nil {
		return "", fmt.Errorf("create the policy: %w", err)
	}

	fmt.Printf("Policy %s: %d licenses left\n", created.CreatePolicy.Policy.Name, created.CreatePolicy.Policy.AvailableLicenses)

	return app.Code, nil
}

// letIn is what a sign-in service does at every sign-in, before it lets the user through.
func letIn(ctx context.Context, signIn graphql.Client, app, user string) error {
	claimed, err := ClaimLicense(ctx, signIn, ClaimLicenseInput{App: app, User: &user})
	if err == nil {
		err = accepted(pointers(claimed.ClaimLicense.UserErrors))
	}

	if err != nil {
		return fmt.Errorf("claim for %s: %w", user, err)
	}

	fmt.Printf("%s: %s. %s\n", user, *claimed.ClaimLicense.Outcome, claimed.ClaimLicense.Message)

	return nil
}

func pointers[T any](items []T) []*T {
	all := make([]*T, len(items))
	for i := range items {
		all[i] = &items[i]
	}

	return all
}
