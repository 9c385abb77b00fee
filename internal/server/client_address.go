package server

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

const (
	forwardedHeader    = "Forwarded"
	forwardedForHeader = "X-Forwarded-For"
)

// trustedProxies are the addresses of proxies whose headers say for whom they forward a request.
type trustedProxies []netip.Prefix

func (p trustedProxies) contain(address netip.Addr) bool {
	address = address.Unmap().WithZone("")

	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}

// client returns the address of the client that sent a request: of the connection or, if a trusted proxy opened that, the
// address that the proxy names. Anybody can send such a header, and proxies append to it. So it is read from its end, and
// what a client without trust has named is never used.
//
// The headers X-Forwarded-Host, X-Forwarded-Proto and X-Forwarded-Prefix are not read at all: the operator says by which
// URL browsers reach the server ([Config.PublicPath]).
func (p trustedProxies) client(r *http.Request) string {
	if len(p) == 0 {
		return r.RemoteAddr
	}

	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !p.contain(remote.Addr()) {
		return r.RemoteAddr
	}

	old, standard := r.Header.Values(forwardedForHeader), r.Header.Values(forwardedHeader)
	byOld, byStandard := p.lastUntrusted(addressList(old)), p.lastUntrusted(forwardedFor(standard))

	switch {
	case len(standard) == 0 && byOld != "":
		return byOld
	case len(old) == 0 && byStandard != "":
		return byStandard
	case byOld != "" && sameHost(byOld, byStandard):
		return byOld
	default:
		// There is none. Or they differ, so a proxy has passed on one of them as its client had sent it.
		return r.RemoteAddr
	}
}

// lastUntrusted returns the last of the nodes that is no trusted proxy, or the first node if all are. It returns "" if
// even the last one is unknown.
func (p trustedProxies) lastUntrusted(nodes []string) string {
	client := ""

	for _, text := range slices.Backward(nodes) {
		name, address, ok := parseNode(text)
		if !ok { // Nobody has vouched for what is before it.
			break
		}

		client = name

		if !p.contain(address) {
			break
		}
	}

	return client
}

// obfuscated matches the identifiers that proxies may give in place of an address (RFC 7239, section 6.3).
var obfuscated = regexp.MustCompile(`^(_[A-Za-z0-9._-]{1,63})(:[A-Za-z0-9._-]{1,63})?$`)

// parseNode reads the address of a client or a proxy, with or without a port. The address is not valid if the proxy hides
// it behind an identifier. ok is false if the node is unknown.
func parseNode(text string) (name string, address netip.Addr, ok bool) {
	if found := obfuscated.FindStringSubmatch(text); found != nil {
		return found[1], netip.Addr{}, true
	}

	if withPort, err := netip.ParseAddrPort(text); err == nil {
		address = withPort.Addr().Unmap()

		return netip.AddrPortFrom(address, withPort.Port()).String(), address, true
	}

	host := text
	if colon := strings.LastIndex(text, ":_"); colon > 0 { // An obfuscated port.
		host = text[:colon]
	}

	if inner, found := strings.CutPrefix(host, "["); found {
		if host, found = strings.CutSuffix(inner, "]"); !found {
			return "", netip.Addr{}, false
		}
	}

	address, err := netip.ParseAddr(host)
	if err != nil {
		return "", netip.Addr{}, false
	}

	address = address.Unmap()

	return address.String(), address, true
}

// sameHost says whether two nodes have the same address. Only one of them may have a port.
func sameHost(a, b string) bool {
	nameA, addressA, okA := parseNode(a)
	nameB, addressB, okB := parseNode(b)

	return okA && okB && addressA == addressB && (addressA.IsValid() || nameA == nameB)
}

// addressList returns the nodes of X-Forwarded-For headers.
func addressList(lines []string) []string {
	var nodes []string

	for _, line := range lines {
		for node := range strings.SplitSeq(line, ",") {
			nodes = append(nodes, strings.Trim(strings.TrimSpace(node), `"`))
		}
	}

	return nodes
}
