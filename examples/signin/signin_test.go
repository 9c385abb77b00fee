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

// world is the application between a browser and a server, with something between the latter two.
type world struct {
	*server

	app *httptest.Server
	// between answers in place of the server if it returns true.
	between atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
	// claims is how often Autoclaim was asked.
	claims atomic.Int32
}

func newWorld(t *testing.T, s *server, change ...func(*config)) *world {
	t.Helper()

	w := &world{server: s}

	target, err := url.Parse(s.url)
	require.NoError(t, err)

	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.claims.Add(1)

		if between := w.between.Load(); between == nil || !(*between)(rw, r) {
			forward.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(proxy.Close)

	var handler http.Handler

	w.app = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(w.app.Close)

	c := config{
		url: w.app.URL, issuer: s.url + "/oidc", clientID: "autoclaim-sign-in", clientSecret: "for-development-only",
		userClaim: "sub", autoclaim: proxy.URL, app: "TEAMS1", patience: 2 * time.Second,
	}
	for _, set := range change {
		set(&c)
	}

	application, err := newApplication(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	handler = application.handler()

	return w
}

// answer makes what is between the application and Autoclaim answer in its place.
func (w *world) answer(f func(http.ResponseWriter, *http.Request) bool) { w.between.Store(&f) }

func overloaded(rw http.ResponseWriter, _ *http.Request) bool {
	rw.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(rw, `{"errors": [{"message": "Later.", "extensions": {"code": "UNAVAILABLE"}}]}`)

	return true
}

// newBrowser is one without cookies.
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

// signIn is a user with a browser of their own, who signs in and says who they are.
func (w *world) signIn(user string) page {
	w.Helper()

	browser := newBrowser(w.T)
	choice := w.visit(browser.Get(w.app.URL + "/sign-in"))
	found := hidden.FindStringSubmatch(choice.body)
	require.NotNil(w, found, choice.body)

	arrived := w.visit(browser.PostForm(w.url+"/oidc/login", url.Values{"id": {found[1]}, "other": {user}}))
	home := w.visit(browser.Get(w.app.URL + "/"))

	if arrived.status == http.StatusOK {
		assert.Contains(w, home.body, "You are in.", "%s has been let in", user)
	} else {
		assert.NotContains(w, home.body, "You are in.", "%s has been kept out", user)
	}

	return arrived
}

func (w *world) visit(response *http.Response, err error) page {
	w.Helper()
	require.NoError(w, err)

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	require.NoError(w, err)

	return page{response.StatusCode, response.Request.URL.Path, string(body)}
}

// refused is a page that keeps a user out, and says what happened and what to do.
func (w *world) refused(p page, texts ...string) {
	w.Helper()
	assert.Equal(w, http.StatusForbidden, p.status)

	for _, text := range texts {
		assert.Contains(w, p.body, text)
	}
}

func TestAUserGetsALicenseAtTheirFirstSignInAndNoticesNothingLater(t *testing.T) {
	t.Parallel()

	w := newWorld(t, startServer(t))
	w.turnOn()

	first := w.signIn("ann")
	assert.Contains(t, first.body, "You have a license now")
	assert.Contains(t, first.body, "Continue to the application")

	assert.Equal(t, "/", w.signIn("ann").path, "straight through")

	w.signIn("ben")
	w.refused(w.signIn("eve"), "No license is left", "Once they have bought more, try again", `href="/sign-in"`)

	var missed struct{ ClaimReport struct{ TotalClaims int } }

	w.ask(`{ claimReport { totalClaims } }`, &missed)
	assert.Equal(t, 2, missed.ClaimReport.TotalClaims)
}

func TestEachRefusalSaysWhatToDo(t *testing.T) {
	t.Parallel()

	w := newWorld(t, startServer(t))
	w.refused(w.signIn("ann"), "You have no license", "Ask your admin", "Your organization does not")

	w.enable()
	w.refused(w.signIn("ann"), "You have no license", "Licenses of this application are not")

	policy := w.turnOn()
	w.ask(`mutation { setPolicyEnabled(input: {policyId: "`+policy+`", enabled: false}) { userErrors { message } } }`, nil)
	w.refused(w.signIn("ann"), "You have no license", "turned off at present")

	w.ask(`mutation { setPolicyEnabled(input: {policyId: "`+policy+`", enabled: true}) { userErrors { message } } }`, nil)
	w.ask(`mutation { assignLicense(input: {userExternalId: "ann", productId: "`+w.products["O365_BUSINESS_ESSENTIALS"]+
		`", appsOff: ["`+w.teams+`"]}) { userErrors { message } } }`, nil)
	w.refused(w.signIn("ann"), "leaves this application out", "Ask them to turn it on")

	w.ask(`mutation { blockUser(input: {userExternalId: "ann"}) { userErrors { message } } }`, nil)
	w.refused(w.signIn("ann"), "cannot get a license by yourself", "Ask them for one")
}

func TestAnAnswerThatIsLostIsAskedForAgain(t *testing.T) {
	t.Parallel()

	w := newWorld(t, startServer(t))
	w.turnOn()
	w.answer(func(rw http.ResponseWriter, r *http.Request) bool {
		switch w.claims.Load() {
		case 1:
			return overloaded(rw, r)
		case 2: // The connection breaks.
			panic(http.ErrAbortHandler)
		default:
			return false
		}
	})

	assert.Contains(t, w.signIn("ann").body, "You have a license now")
	assert.EqualValues(t, 3, w.claims.Load())
}

func TestNobodyWaitsForLongIfAutoclaimIsSlow(t *testing.T) {
	t.Parallel()

	s := startServer(t)
	s.turnOn()

	for _, letIn := range []bool{false, true} {
		w := newWorld(t, s, func(c *config) { c.patience, c.letInWhenDown = 300*time.Millisecond, letIn })
		w.answer(func(_ http.ResponseWriter, r *http.Request) bool {
			_, _ = io.Copy(io.Discard, r.Body) // Only then is it noticed that the client has gone.
			<-r.Context().Done()

			return true
		})

		began := time.Now()
		arrived := w.signIn("ann")

		assert.Less(t, time.Since(began), 10*time.Second)

		if letIn {
			assert.Equal(t, "/", arrived.path)
		} else {
			assert.Equal(t, http.StatusServiceUnavailable, arrived.status)
			assert.Contains(t, arrived.body, "Please try again in a minute")
			assert.Contains(t, arrived.body, `href="/sign-in"`)
		}
	}
}

func TestAServerThatIsDownIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()

	s := startServer(t)
	w := newWorld(t, s, func(c *config) { c.letInWhenDown = true })
	w.answer(overloaded)

	for range failuresToBreak {
		assert.Equal(t, "/", w.signIn("ann").path, "let in, as it was set")
	}

	asked := w.claims.Load()
	assert.EqualValues(t, failuresToBreak*tries, asked)
	w.signIn("ann")
	assert.Equal(t, asked, w.claims.Load(), "nobody waits for it any more")
}

func TestARequestThatAutoclaimRefusesIsNotRepeated(t *testing.T) {
	t.Parallel()

	w := newWorld(t, startServer(t), func(c *config) { c.app = "NO_SUCH_APP" })
	assert.Equal(t, http.StatusServiceUnavailable, w.signIn("ann").status)
	assert.EqualValues(t, 1, w.claims.Load())
}

func TestNobodyIsLetInByAnAnswerThatTheirBrowserDidNotAskFor(t *testing.T) {
	t.Parallel()

	w := newWorld(t, startServer(t))
	w.turnOn()

	// Somebody signs in, stops before the application, and makes another open the answer.
	evil, browser := newBrowser(t), newBrowser(t)
	evil.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/callback" {
			return http.ErrUseLastResponse
		}

		return nil
	}

	choice := w.visit(evil.Get(w.app.URL + "/sign-in"))
	response, err := evil.PostForm(w.url+"/oidc/login",
		url.Values{"id": {hidden.FindStringSubmatch(choice.body)[1]}, "other": {"eve"}})
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	answer := response.Header.Get("Location")
	require.Contains(t, answer, w.app.URL+"/callback?code=")

	assert.Equal(t, http.StatusBadRequest, w.visit(browser.Get(answer)).status)
	w.visit(browser.Get(w.app.URL + "/sign-in"))
	assert.Equal(t, http.StatusBadRequest, w.visit(browser.Get(answer)).status)
	assert.Zero(t, w.claims.Load())

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.app.URL+"/sign-out", nil)
	require.NoError(t, err)
	request.Header.Set("Origin", "https://evil.example")
	assert.Equal(t, http.StatusForbidden, w.visit(browser.Do(request)).status)
}

func TestCookiesAreOutOfReach(t *testing.T) {
	t.Parallel()

	for address, secure := range map[string]bool{"https://app.example": true, "http://127.0.0.1:8090": false} {
		cookie := (&application{config: config{url: address}}).cookie(sessionCookie, "x", time.Minute)
		assert.Equal(t, secure, cookie.Secure)
		assert.True(t, cookie.HttpOnly)
		assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	}
}
