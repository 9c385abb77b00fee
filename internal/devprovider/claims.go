package devprovider

import (
	"context"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// errNotHere answers what clients of a development server have no use for.
var errNotHere = errors.New("the development provider does not do that")

// GetPrivateClaimsFromScopes returns what access tokens say beside what all tokens say. ID tokens lack the
// organization, so that the API takes none of them for an access token.
func (s *storage) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any, error) {
	person := s.person(subject)

	return map[string]any{
		"tid": s.config.Tenant, "roles": person.Roles.List(),
		"name": person.DisplayName, "email": person.Email,
	}, nil
}

// SetUserinfoFromScopes fills in what ID tokens say of people.
func (s *storage) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, _ []string) error {
	person := s.person(subject)

	info.Subject = subject
	info.Name = person.DisplayName
	info.PreferredUsername = subject
	info.Email = person.Email
	info.AppendClaims("roles", person.Roles.List())

	return nil
}

// SetUserinfoFromToken and the methods below are the rest of what the library needs.
func (s *storage) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, _, subject, _ string) error {
	return s.SetUserinfoFromScopes(ctx, info, subject, "", nil)
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errNotHere
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNotHere
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNotHere
}

// GetID and the methods below are what the library asks of a sign-in.
func (r *signIn) GetID() string          { return r.id }
func (r *signIn) GetACR() string         { return "" }
func (r *signIn) GetAMR() []string       { return nil }
func (r *signIn) GetAudience() []string  { return []string{r.audience} }
func (r *signIn) GetAuthTime() time.Time { return r.when }
func (r *signIn) GetClientID() string    { return r.ClientID }
func (r *signIn) GetNonce() string       { return r.Nonce }
func (r *signIn) GetScopes() []string    { return r.Scopes }
func (r *signIn) GetSubject() string     { return r.subject }
func (r *signIn) Done() bool             { return r.subject != "" }

func (r *signIn) GetCodeChallenge() *oidc.CodeChallenge {
	if r.CodeChallenge == "" {
		return nil
	}

	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// grant is what tokens are asked for with, once somebody has signed in, or by a service for itself.
type grant struct {
	refreshToken

	audience string
}

// GetAMR and the methods below are what the library asks of it.
func (g *grant) GetAMR() []string                 { return nil }
func (g *grant) GetAudience() []string            { return []string{g.audience} }
func (g *grant) GetAuthTime() time.Time           { return g.when }
func (g *grant) GetClientID() string              { return g.client }
func (g *grant) GetScopes() []string              { return g.scopes }
func (g *grant) GetSubject() string               { return g.subject }
func (g *grant) SetCurrentScopes(scopes []string) { g.scopes = scopes }
