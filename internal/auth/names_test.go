package auth_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/autoclaim/autoclaim/internal/testkit/oidctest"
)

func TestNamesAndEmailsComeFromTheClaimsThatProvidersUse(t *testing.T) {
	t.Parallel()

	p := oidctest.New(t)

	for name, test := range map[string]struct {
		claims      map[string]any
		shown, mail string
	}{
		"OpenID Connect":            {map[string]any{"name": "Ann Lee", "email": "ann@example.com"}, "Ann Lee", "ann@example.com"},
		"Entra ID, version 2":       {map[string]any{"name": "Ann Lee", "preferred_username": "ann@example.com"}, "Ann Lee", "ann@example.com"},
		"Entra ID, version 1":       {map[string]any{"name": "Ann Lee", "upn": "ann@example.com", "unique_name": "ann@example.com"}, "Ann Lee", "ann@example.com"},
		"a personal account":        {map[string]any{"unique_name": "live.com#ann@example.com"}, "", "ann@example.com"},
		"a guest":                   {map[string]any{"upn": "ann_example.com#EXT#@acme.onmicrosoft.com"}, "", ""},
		"Keycloak":                  {map[string]any{"preferred_username": "ann"}, "ann", ""},
		"parts of a name":           {map[string]any{"given_name": "Ann", "family_name": "Lee"}, "Ann Lee", ""},
		"a given name":              {map[string]any{"given_name": "Ann"}, "Ann", ""},
		"the name comes first":      {map[string]any{"name": "Dr. Ann Lee", "given_name": "Ann", "preferred_username": "al"}, "Dr. Ann Lee", ""},
		"the email comes first":     {map[string]any{"email": "a@example.com", "preferred_username": "b@example.com"}, "", "a@example.com"},
		"an email that is none":     {map[string]any{"email": "not known", "upn": "ann@example.com"}, "", "ann@example.com"},
		"an email with a name":      {map[string]any{"email": "Ann <ann@example.com>"}, "", ""},
		"a blank name":              {map[string]any{"name": "  ", "given_name": "Ann", "family_name": "Lee"}, "Ann Lee", ""},
		"white space":               {map[string]any{"name": " Ann  "}, "Ann", ""},
		"control characters":        {map[string]any{"name": "Ann\u0000", "given_name": "Ann"}, "Ann", ""},
		"a name that is no text":    {map[string]any{"name": 7, "email": []string{"ann@example.com"}}, "", ""},
		"a long name":               {map[string]any{"name": strings.Repeat("é", 300)}, strings.Repeat("é", 255), ""},
		"a long email":              {map[string]any{"email": strings.Repeat("a", 300) + "@example.com"}, "", ""},
		"neither a name nor a mail": {map[string]any{}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			claims := map[string]any{"name": nil, "email": nil}
			maps.Copy(claims, test.claims)

			got, err := verifierOf(t, p, nil).Verify(t.Context(), token(t, p, claims))
			require.NoError(t, err)
			assert.Equal(t, test.shown, got.DisplayName)
			assert.Equal(t, test.mail, got.Email)
		})
	}
}
