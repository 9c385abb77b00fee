package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyPagesOfAllowedOriginsMayCallFromBrowsers(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.AllowedOrigins = []string{"https://admin.example.com"}
	url := serve(t, c) + "/graphql"

	ask := func(origin string) *http.Response {
		response, _ := send(t, http.MethodOptions, url, "", "", "Origin", origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")

		return response
	}

	allowed := ask("https://admin.example.com")
	assert.Equal(t, "https://admin.example.com", allowed.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "authorization,content-type", allowed.Header.Get("Access-Control-Allow-Headers"))
	assert.Empty(t, allowed.Header.Get("Access-Control-Allow-Credentials"), "cookies play no part")
	assert.Empty(t, ask("https://evil.example.com").Header.Get("Access-Control-Allow-Origin"))

	response, _ := send(t, http.MethodPost, url, "good", "{}", "Origin", "https://admin.example.com")
	assert.Contains(t, response.Header.Get("Access-Control-Expose-Headers"), "Retry-After")
}

// pageHeaders are headers that browsers send for GraphQL clients, tracing libraries and monitoring.
const pageHeaders = "accept,accept-language,authorization,content-type,x-request-id,x-requested-with," +
	"traceparent,tracestate,baggage,b3,x-b3-traceid,x-b3-spanid,x-b3-sampled,sentry-trace,uber-trace-id,newrelic,elastic-apm-traceparent," +
	"x-datadog-trace-id,x-datadog-origin,x-amzn-trace-id,x-cloud-trace-context,request-id,request-context," +
	"apollographql-client-name,apollographql-client-version,apollo-require-preflight,x-apollo-operation-name,x-apollo-operation-id," +
	"x-apollo-operation-type,x-apollo-cache-key,graphql-client-name,graphql-client-version,graphql-preflight,relay-operation-name," +
	"cache-control,pragma,if-none-match,x-csrf-token"

func TestPagesMaySendTheHeadersOfTheirTracesAndClients(t *testing.T) {
	t.Parallel()

	for _, origins := range [][]string{{"https://admin.example.com", "https://other.example.com"}, {"*"}} {
		c := config(new(log))
		c.AllowedOrigins = origins
		c.PublicPath = "/autoclaim"
		url := serve(t, c)

		for _, path := range []string{"/graphql", "/autoclaim/graphql", "/reports/claims.csv"} {
			for _, headers := range append(strings.Split(pageHeaders, ","), pageHeaders) {
				response, _ := send(t, http.MethodOptions, url+path, "", "", "Origin", "https://admin.example.com",
					"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", headers,
					"Access-Control-Request-Private-Network", "true")
				assert.Equal(t, http.StatusNoContent, response.StatusCode, headers)
				assert.Equal(t, headers, response.Header.Get("Access-Control-Allow-Headers"), headers)
				assert.Equal(t, "true", response.Header.Get("Access-Control-Allow-Private-Network"))
				assert.Equal(t, "7200", response.Header.Get("Access-Control-Max-Age"))
				assert.Contains(t, strings.Join(response.Header.Values("Vary"), ","), "Access-Control-Request-Headers")
			}
		}
	}
}

func TestPagesOfOtherOriginsGetNoCORSHeaders(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.AllowedOrigins = []string{"https://admin.example.com"}
	url := serve(t, c) + "/graphql"

	for _, origin := range []string{
		"https://evil.example.com", "http://admin.example.com", "https://admin.example.com:8443", "https://admin.example.com.evil.example",
		"https://xadmin.example.com", "null", "https://admin.example.com/",
	} {
		for _, method := range []string{http.MethodOptions, http.MethodPost} {
			response, _ := send(t, method, url, "good", "", "Origin", origin, "Access-Control-Request-Method", "POST",
				"Access-Control-Request-Headers", "authorization", "Access-Control-Request-Private-Network", "true")
			for name := range response.Header {
				assert.False(t, strings.HasPrefix(name, "Access-Control-"), "%s %s: %s", method, origin, name)
			}

			assert.Contains(t, strings.Join(response.Header.Values("Vary"), ","), "Origin", "caches must keep answers apart")
		}
	}

	for _, method := range []string{"PUT", "DELETE", "PATCH"} {
		response, _ := send(t, http.MethodOptions, url, "", "", "Origin", "https://admin.example.com", "Access-Control-Request-Method", method)
		assert.Empty(t, response.Header.Get("Access-Control-Allow-Methods"), method)
	}
}

func TestPagesCanReadTheHeadersThatTheyNeed(t *testing.T) {
	t.Parallel()

	c := config(new(log))
	c.AllowedOrigins = []string{"https://admin.example.com"}
	url := serve(t, c)

	for _, token := range []string{"good", "", "no-keys"} { // Browsers hide errors that lack CORS headers.
		response, _ := send(t, http.MethodPost, url+"/graphql", token, "{}", "Origin", "https://admin.example.com")
		assert.Equal(t, "https://admin.example.com", response.Header.Get("Access-Control-Allow-Origin"))

		for _, name := range []string{"X-Request-Id", "Retry-After", "Content-Disposition", "Www-Authenticate", "Allow"} {
			assert.Contains(t, response.Header.Get("Access-Control-Expose-Headers"), name)
		}
	}
}
