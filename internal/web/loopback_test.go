package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/autoclaim/autoclaim/internal/web"
)

// respond sends a request for /page?x=1 with the host to the handler.
func respond(t *testing.T, handler http.Handler, host string) *httptest.ResponseRecorder {
	t.Helper()

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/page?x=1", nil)
	request.Host = host
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, request)

	return response
}

func TestALoopbackPageRefusesOtherHosts(t *testing.T) {
	t.Parallel()

	page := web.LoopbackOnly(http.NotFoundHandler(), "")

	for host, status := range map[string]int{
		"localhost": http.StatusNotFound, "localhost:8080": http.StatusNotFound, "127.0.0.1:8080": http.StatusNotFound,
		"127.1.2.3": http.StatusNotFound, "[::1]:8080": http.StatusNotFound, "[::1]": http.StatusNotFound,
		"": http.StatusMisdirectedRequest, "rebound.example": http.StatusMisdirectedRequest,
		"127.0.0.1.rebound.example": http.StatusMisdirectedRequest, "192.0.2.1:8080": http.StatusMisdirectedRequest,
		"localhost.rebound.example:80": http.StatusMisdirectedRequest,
	} {
		assert.Equal(t, status, respond(t, page, host).Code, host)
	}
}

func TestALoopbackPageAcceptsTheHostOfThePublicURL(t *testing.T) {
	t.Parallel()

	page := web.LoopbackOnly(http.NotFoundHandler(), "example.com")

	for host, status := range map[string]int{
		"localhost:8080": http.StatusNotFound, "example.com": http.StatusNotFound, "Example.com:8443": http.StatusNotFound,
		"": http.StatusMisdirectedRequest, "rebound.example": http.StatusMisdirectedRequest, "x.example.com": http.StatusMisdirectedRequest,
	} {
		assert.Equal(t, status, respond(t, page, host).Code, host)
	}
}

func TestAPageRedirectsToItsOrigin(t *testing.T) {
	t.Parallel()

	page := web.RedirectToOrigin("http://127.0.0.1:8080", http.NotFoundHandler())

	assert.Equal(t, http.StatusNotFound, respond(t, page, "127.0.0.1:8080").Code)

	response := respond(t, page, "localhost:8080")
	assert.Equal(t, http.StatusTemporaryRedirect, response.Code)
	assert.Equal(t, "http://127.0.0.1:8080/page?x=1", response.Header().Get("Location"))
}
