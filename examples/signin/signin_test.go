package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testbed has the application, an Autoclaim server, and a proxy between them.
type testbed struct {
	*server

	app *httptest.Server
	// intercept answers a request instead of the server if it returns true.
	intercept atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
	// claims is the number of requests to Autoclaim.
	claims atomic.Int32
}

func newTestbed(t *testing.T, s *server, change ...func(*config)) *testbed {
	t.Helper()

	b := &testbed{server: s}

	target, err := url.Parse(s.url)
	require.NoError(t, err)

	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b.claims.Add(1)

		if intercept := b.intercept.Load(); intercept == nil || !(*intercept)(rw, r) {
			forward.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(proxy.Close)

	var handler http.Handler

	b.app = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(b.app.Close)

	c := config{
		url: b.app.URL, issuer: s.url + "/oidc", clientID: "autoclaim-sign-in", clientSecret: "for-development-only",
		userClaim: "sub", autoclaim: proxy.URL, app: "TEAMS1", timeout: 2 * time.Second,
	}
	for _, set := range change {
		set(&c)
	}

	application, err := newApplication(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	handler = application.handler()

	return b
}

// interceptWith sets a function that can answer requests instead of the server.
func (b *testbed) interceptWith(f func(http.ResponseWriter, *http.Request) bool) {
	b.intercept.Store(&f)
}

func overloaded(rw http.ResponseWriter, _ *http.Request) bool {
	rw.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(rw, `{"errors": [{"message": "Later.", "extensions": {"code": "UNAVAILABLE"}}]}`)

	return true
}

// newBrowser returns an HTTP client with an empty cookie jar.
func newBrowser(t *testing.T) *http.Client {
	t.Helper()

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)

	return &http.Client{Jar: jar}
}

var hidden = regexp.MustCompile(`name="id" value="([^"]+)"`)

type page struct {
	status int
	path   string
	body   string
}

// signIn signs a user in with a new browser, and returns the page that the user sees.
func (b *testbed) signIn(user string) page {
	b.Helper()

	browser := newBrowser(b.T)
	choice := b.visit(browser.Get(b.app.URL + "/sign-in"))
	found := hidden.FindStringSubmatch(choice.body)
	require.NotNil(b, found, choice.body)

	result := b.visit(browser.PostForm(b.url+"/oidc/login", url.Values{"id": {found[1]}, "other": {user}}))
	home := b.visit(browser.Get(b.app.URL + "/"))

	if result.status == http.StatusOK {
		assert.Contains(b, home.body, "You are signed in.", "%s is signed in", user)
	} else {
		assert.NotContains(b, home.body, "You are signed in.", "%s is not signed in", user)
	}

	return result
}

func (b *testbed) visit(response *http.Response, err error) page {
	b.Helper()
	require.NoError(b, err)

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	require.NoError(b, err)

	return page{response.StatusCode, response.Request.URL.Path, string(body)}
}

// assertRefused checks that the page refuses access and has the texts.
func (b *testbed) assertRefused(p page, texts ...string) {
	b.Helper()
	assert.Equal(b, http.StatusForbidden, p.status)

	for _, text := range texts {
		assert.Contains(b, p.body, text)
	}
}

func TestAUserGetsALicenseAtTheFirstSignInAndIsNotInterruptedLater(t *testing.T) {
	t.Parallel()

	b := newTestbed(t, startServer(t))
	b.createPolicy()

	first := b.signIn("ann")
	assert.Contains(t, first.body, "You have a license now")
	assert.Contains(t, first.body, "Continue to the application")

	assert.Equal(t, "/", b.signIn("ann").path, "the second sign-in shows no extra page")

	b.signIn("ben")
	b.assertRefused(b.signIn("eve"), "No licenses are left", "Try again when they have bought more", `href="/sign-in"`)

	var missed struct{ ClaimReport struct{ TotalClaims int } }

	b.send(`{ claimReport { totalClaims } }`, &missed)
	assert.Equal(t, 2, missed.ClaimReport.TotalClaims)
}

func TestEachRefusalSaysWhatTheUserCanDo(t *testing.T) {
	t.Parallel()

	b := newTestbed(t, startServer(t))
	b.assertRefused(b.signIn("ann"), "You have no license", "Ask your admin", "Your organization does not")

	b.turnAutoClaimOn()
	b.assertRefused(b.signIn("ann"), "You have no license", "Licenses for this application are not")

	policy := b.createPolicy()
	b.send(`mutation { setPolicyEnabled(input: {policyId: "`+policy+`", enabled: false}) { userErrors { message } } }`, nil)
	b.assertRefused(b.signIn("ann"), "You have no license", "currently turned off")

	b.send(`mutation { setPolicyEnabled(input: {policyId: "`+policy+`", enabled: true}) { userErrors { message } } }`, nil)
	b.send(`mutation { assignLicense(input: {userExternalId: "ann", productId: "`+b.products["O365_BUSINESS_ESSENTIALS"]+
		`", appsOff: ["`+b.teams+`"]}) { userErrors { message } } }`, nil)
	b.assertRefused(b.signIn("ann"), "does not include this application", "Ask them to turn it on")

	b.send(`mutation { blockUser(input: {userExternalId: "ann"}) { userErrors { message } } }`, nil)
	b.assertRefused(b.signIn("ann"), "cannot get a license by signing in", "Ask them for one")
}

func TestAClaimWithoutAnAnswerIsRetried(t *testing.T) {
	t.Parallel()

	b := newTestbed(t, startServer(t))
	b.createPolicy()
	b.interceptWith(func(rw http.ResponseWriter, r *http.Request) bool {
		switch b.claims.Load() {
		case 1:
			return overloaded(rw, r)
		case 2: // The connection breaks.
			panic(http.ErrAbortHandler)
		default:
			return false
		}
	})

	assert.Contains(t, b.signIn("ann").body, "You have a license now")
	assert.EqualValues(t, 3, b.claims.Load())
}

func TestUsersDoNotWaitLongerThanTheTimeout(t *testing.T) {
	t.Parallel()

	s := startServer(t)
	s.createPolicy()

	for _, letIn := range []bool{false, true} {
		b := newTestbed(t, s, func(c *config) { c.timeout, c.letInWhenDown = 300*time.Millisecond, letIn })
		b.interceptWith(func(_ http.ResponseWriter, r *http.Request) bool {
			_, _ = io.Copy(io.Discard, r.Body) // The server detects a closed connection only after it has read the body.
			<-r.Context().Done()

			return true
		})

		began := time.Now()
		result := b.signIn("ann")

		assert.Less(t, time.Since(began), 10*time.Second)

		if letIn {
			assert.Equal(t, "/", result.path)
		} else {
			assert.Equal(t, http.StatusServiceUnavailable, result.status)
			assert.Contains(t, result.body, "Please try again in a minute")
			assert.Contains(t, result.body, `href="/sign-in"`)
		}
	}
}

func TestTheCircuitBreakerStopsCallsToAServerThatIsDown(t *testing.T) {
	t.Parallel()

	s := startServer(t)
	b := newTestbed(t, s, func(c *config) { c.letInWhenDown = true })
	b.interceptWith(overloaded)

	for range failuresToOpen {
		assert.Equal(t, "/", b.signIn("ann").path, "let in as configured")
	}

	calls := b.claims.Load()
	assert.EqualValues(t, failuresToOpen*maxAttempts, calls)
	b.signIn("ann")
	assert.Equal(t, calls, b.claims.Load(), "no further call while the circuit breaker is open")
}

func TestARefusedRequestIsNotRetried(t *testing.T) {
	t.Parallel()

	b := newTestbed(t, startServer(t), func(c *config) { c.app = "NO_SUCH_APP" })
	assert.Equal(t, http.StatusServiceUnavailable, b.signIn("ann").status)
	assert.EqualValues(t, 1, b.claims.Load())
}

func TestASignInThatAnotherBrowserStartedIsRejected(t *testing.T) {
	t.Parallel()

	b := newTestbed(t, startServer(t))
	b.createPolicy()

	// An attacker signs in at the provider, stops before the callback, and makes a victim open the callback URL.
	attacker, victim := newBrowser(t), newBrowser(t)
	attacker.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/callback" {
			return http.ErrUseLastResponse
		}

		return nil
	}

	choice := b.visit(attacker.Get(b.app.URL + "/sign-in"))
	response, err := attacker.PostForm(b.url+"/oidc/login",
		url.Values{"id": {hidden.FindStringSubmatch(choice.body)[1]}, "other": {"eve"}})
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	callback := response.Header.Get("Location")
	require.Contains(t, callback, b.app.URL+"/callback?code=")

	assert.Equal(t, http.StatusBadRequest, b.visit(victim.Get(callback)).status)
	b.visit(victim.Get(b.app.URL + "/sign-in"))
	assert.Equal(t, http.StatusBadRequest, b.visit(victim.Get(callback)).status)
	assert.Zero(t, b.claims.Load())

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.app.URL+"/sign-out", nil)
	require.NoError(t, err)
	request.Header.Set("Origin", "https://evil.example")
	assert.Equal(t, http.StatusForbidden, b.visit(victim.Do(request)).status)
}

func TestCookiesAreHiddenFromScriptsAndOtherSites(t *testing.T) {
	t.Parallel()

	for address, secure := range map[string]bool{"https://app.example": true, "http://127.0.0.1:8090": false} {
		cookie := (&application{config: config{url: address}}).cookie(sessionCookie, "x", time.Minute)
		assert.Equal(t, secure, cookie.Secure)
		assert.True(t, cookie.HttpOnly)
		assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	}
}
