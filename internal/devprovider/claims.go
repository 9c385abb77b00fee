package devprovider

import (
	"context"
	"errors"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// errUnsupported is the answer to requests that no client of a development server sends.
var errUnsupported = errors.New("the development provider does not support this")

// GetPrivateClaimsFromScopes returns the claims that only access tokens have. The organization is one of them, so the
// API rejects ID tokens.
func (s *storage) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any, error) {
	person := s.person(subject)

	return map[string]any{
		"tid": s.config.Tenant, "roles": person.Roles.List(),
		"name": person.DisplayName, "email": person.Email,
	}, nil
}

// SetUserinfoFromScopes fills in the claims of ID tokens.
func (s *storage) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, _ []string) error {
	person := s.person(subject)

	info.Subject = subject
	info.Name = person.DisplayName
	info.PreferredUsername = subject
	info.Email = person.Email
	info.AppendClaims("roles", person.Roles.List())

	return nil
}

// SetUserinfoFromToken fills in the answer of the userinfo endpoint.
func (s *storage) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, _, subject, _ string) error {
	return s.SetUserinfoFromScopes(ctx, info, subject, "", nil)
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnsupported
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnsupported
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnsupported
}
