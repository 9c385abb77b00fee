package devprovider

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/autoclaim/autoclaim/internal/auth"
)

var (
	//nolint:gochecknoglobals // Parsed once; it never changes.
	page = template.Must(template.ParseFS(files, "login.html"))
	// validID matches the user ids that somebody may type.
	validID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)
)

// choice is a person on the login page.
type choice struct{ ID, Name, Role string }

// showLogin shows the people to choose from. If the browser has a session, it signs in without asking, unless the
// application wants to ask.
func (p *Provider) showLogin(w http.ResponseWriter, r *http.Request) {
	request, ok := p.pending(w, r.URL.Query().Get("id"))
	if !ok {
		return
	}

	cookie, err := r.Cookie(p.cookie)
	known, signedIn := session{}, false

	if err == nil {
		known, signedIn = p.store.session(cookie.Value)
	}

	askAgain := slices.Contains(request.Prompt, oidc.PromptLogin) ||
		slices.Contains(request.Prompt, oidc.PromptSelectAccount)

	switch {
	case signedIn && !askAgain:
		p.finish(w, r, request.id, known)
	case slices.Contains(request.Prompt, oidc.PromptNone):
		op.AuthRequestError(w, r, request, oidc.ErrLoginRequired(), p)
	default:
		p.render(w, request, "", http.StatusOK)
	}
}

// submitLogin signs in as the chosen person.
func (p *Provider) submitLogin(w http.ResponseWriter, r *http.Request) {
	request, ok := p.pending(w, r.PostFormValue("id"))
	if !ok {
		return
	}

	subject := strings.TrimSpace(r.PostFormValue("person"))
	if subject == "" {
		subject = strings.TrimSpace(r.PostFormValue("other"))
	}

	if !validID.MatchString(subject) || subject == SignInUser {
		p.render(w, request, "Choose a person, or type an ID of up to 64 letters, digits and . _ @ -", http.StatusBadRequest)

		return
	}

	id := p.store.startSession(subject)
	known, _ := p.store.session(id)

	http.SetCookie(w, p.sessionCookie(id, int(refreshTTL.Seconds())))
	p.finish(w, r, request.id, known)
}

// pending returns the sign-in with the id. If there is none, it writes an error page, and ok is false.
func (p *Provider) pending(w http.ResponseWriter, id string) (request *authRequest, ok bool) {
	request, err := p.store.authRequest(id)
	if err != nil {
		http.Error(w, "This sign-in was finished or has expired. Go back to the application and sign in again.",
			http.StatusBadRequest)

		return nil, false
	}

	return request, true
}

// finish completes a sign-in as the person of the session, and redirects to the application.
func (p *Provider) finish(w http.ResponseWriter, r *http.Request, id string, known session) {
	if err := p.store.setSubject(id, known.subject, known.authTime); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)

		return
	}

	http.Redirect(w, r, op.AuthCallbackURL(p)(op.ContextWithIssuer(r.Context(), p.config.Issuer), id), http.StatusSeeOther)
}

func (p *Provider) render(w http.ResponseWriter, request *authRequest, problem string, status int) {
	choices := make([]choice, 0, len(p.config.People))

	for _, person := range p.config.People {
		choices = append(choices, choice{ID: person.UserExternalID, Name: person.DisplayName, Role: RoleName(person)})
	}

	// Browsers apply form-action to redirects after the form, too, so it must allow the application.
	formAction := "'self'"
	if to, err := url.Parse(request.RedirectURI); err == nil && to.Host != "" {
		formAction += " " + to.Scheme + "://" + to.Host
	}

	p.write(w, formAction, status, map[string]any{
		"Action": p.path + "login", "ID": request.id, "Client": request.ClientID, "Hint": request.LoginHint,
		"People": choices, "Problem": problem,
	})
}

// RoleName returns the first role of somebody, or "no role".
func RoleName(person auth.Identity) string {
	if roles := person.Roles.List(); len(roles) > 0 {
		return string(roles[0])
	}

	return "no role"
}

func (p *Provider) showSignedOut(w http.ResponseWriter, _ *http.Request) {
	p.write(w, "'none'", http.StatusOK, map[string]any{"SignedOut": true})
}

func (p *Provider) write(w http.ResponseWriter, formAction string, status int, data map[string]any) {
	data["Style"] = p.path + "login.css"

	var body bytes.Buffer
	if err := page.Execute(&body, data); err != nil {
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)

		return
	}

	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; "+
		"frame-ancestors 'none'; form-action "+formAction)
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // An error means that the client has gone.
}
