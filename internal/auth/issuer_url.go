package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// personalAccounts stands in tokens of Entra ID for the organization of people who have none.
const personalAccounts = "9188040d-6c67-4c5b-b112-36a304b66dad"

// checkURLs checks the URLs of an issuer and its keys.
func (c Config) checkURLs() error {
	if strings.Contains(strings.Replace(c.Issuer, tenantPlaceholder, "", 1), "{") {
		return fmt.Errorf("the issuer %s: only %s can stand for an organization's id, and only once", c.Issuer, tenantPlaceholder)
	}

	// No token has this issuer. The provider says so too, but may be out of reach.
	if rest, personal := strings.CutPrefix(c.Issuer, "https://login.microsoftonline.com/consumers"); personal {
		return fmt.Errorf("%s is %q, and tokens of personal accounts have another iss: write https://login.microsoftonline.com/%s%s",
			c.setting("issuer"), c.Issuer, personalAccounts, rest)
	}

	if c.JWKSURL == "" {
		if err := requireHTTPS(c.Issuer); err != nil {
			return fmt.Errorf("the issuer: %w", err)
		}

		return nil
	}

	if !isPlain(c.JWKSURL) {
		if err := requireHTTPS(c.JWKSURL); err != nil {
			return fmt.Errorf("%s: %w", c.setting("jwks-url"), err)
		}

		return nil
	}

	if !c.AllowPlainHTTPKeys {
		return fmt.Errorf("%s: %s must start with https://; with --allow-plain-http-keys, a private or loopback address may have http://",
			c.setting("jwks-url"), c.JWKSURL)
	}

	address, err := url.Parse(c.JWKSURL)
	if err != nil {
		return fmt.Errorf("%s: %w", c.setting("jwks-url"), err)
	}

	// A name is checked when it is dialed.
	if ip, err := netip.ParseAddr(address.Hostname()); err == nil && !isPrivate(ip) {
		return fmt.Errorf("%s: %w", c.setting("jwks-url"), &publicAddressError{ip})
	}

	return nil
}

// requireHTTPS refuses URLs without TLS, whose responses an attacker in the network could forge, unless they are on
// this machine.
func requireHTTPS(text string) error {
	address, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("parse its URL: %w", err)
	}

	ip := net.ParseIP(address.Hostname())
	local := address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()

	if address.Scheme != "https" && (address.Scheme != "http" || !local) {
		return fmt.Errorf("%s must start with https://, unless it is on this machine", text)
	}

	return nil
}

// requireHTTPOrHTTPS refuses redirects to other schemes. Where plain HTTP leads to is checked when it is dialed.
func requireHTTPOrHTTPS(text string) error {
	if !isPlain(text) && !strings.HasPrefix(text, "https://") {
		return fmt.Errorf("%s must start with https:// or http://", text)
	}

	return nil
}

func isPlain(address string) bool { return strings.HasPrefix(strings.ToLower(address), "http://") }

// isPrivate says whether an address is in a private network or on this machine.
func isPrivate(ip netip.Addr) bool {
	ip = ip.Unmap()

	return ip.IsPrivate() || ip.IsLoopback()
}

// publicAddressError means that keys would be fetched from the internet without TLS.
type publicAddressError struct{ ip netip.Addr }

// Error names the address.
func (e *publicAddressError) Error() string {
	return fmt.Sprintf("%s is neither a private nor a loopback address, so its keys need https://", e.ip)
}

// plainTransport sends requests without TLS to private addresses only, and others as usual.
type plainTransport struct{ https, plain http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t plainTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return t.https.RoundTrip(r) //nolint:wrapcheck // The caller adds context.
	}

	response, err := t.plain.RoundTrip(r)
	if public, ok := errors.AsType[*publicAddressError](err); ok {
		return nil, &setupError{public}
	}

	return response, err //nolint:wrapcheck // The caller adds context.
}

// newPrivateTransport returns a transport that connects to private and loopback addresses only. It checks the address
// that a name was resolved to, and uses no proxy: a proxy would resolve the name itself.
func newPrivateTransport() *http.Transport {
	dialer := &net.Dialer{
		Timeout: issuerTimeout,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("parse the address: %w", err)
			}

			if !isPrivate(at.Addr()) {
				return &publicAddressError{at.Addr()}
			}

			return nil
		},
	}

	// Keys are fetched every few minutes, so connections are not kept.
	return &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
}
