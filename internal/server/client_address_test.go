package server

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const proxyAddress = "10.0.0.1:4000"

// clientOf returns the client of a request that comes from an address with header lines.
func clientOf(remote string, lines ...string) string {
	proxies := trustedProxies{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48"), netip.MustParsePrefix("127.0.0.1/32"),
	}
	request := &http.Request{RemoteAddr: remote, Header: make(http.Header)}

	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Add(name, value)
	}

	return proxies.client(request)
}

func TestTheClientIsTheLastAddressThatNoTrustedProxyHas(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		want  string
		lines []string
	}{
		{proxyAddress, nil},
		{"192.0.2.1", []string{"X-Forwarded-For: 192.0.2.1"}},
		{"192.0.2.1", []string{"X-Forwarded-For: 203.0.113.9, 192.0.2.1"}},
		{"192.0.2.1", []string{"X-Forwarded-For: 203.0.113.9,192.0.2.1 , 10.1.1.1,  10.2.2.2"}},
		{"192.0.2.1", []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.2.2.2"}},
		{"192.0.2.1:5000", []string{"X-Forwarded-For: 192.0.2.1:5000"}},
		{"2001:db8::7", []string{"X-Forwarded-For: 2001:db8::7"}},
		{"2001:db8::7", []string{"X-Forwarded-For: 2001:DB8::7, 2001:db8:1::1"}},
		{"[2001:db8::7]:5000", []string{"X-Forwarded-For: [2001:db8::7]:5000"}},
		{"2001:db8::7", []string{"X-Forwarded-For: [2001:db8::7]"}},
		{"192.0.2.1", []string{"X-Forwarded-For: ::ffff:192.0.2.1, ::ffff:10.0.0.2"}},
		{"10.3.3.3", []string{"X-Forwarded-For: 10.3.3.3, 10.2.2.2"}},

		{"192.0.2.60", []string{`Forwarded: for=192.0.2.60;proto=http;by=203.0.113.43`}},
		{"192.0.2.60", []string{`Forwarded: For=203.0.113.9, fOR="192.0.2.60" ; Host=evil.example , for=10.2.2.2`}},
		{"[2001:db8:cafe::17]:4711", []string{`Forwarded: For="[2001:db8:cafe::17]:4711"`}},
		{"2001:db8:cafe::17", []string{`Forwarded: by="[2001:db8:1::2]";for="[2001:db8:cafe::17]"`}},
		{"2001:db8:cafe::17", []string{`Forwarded: for="[2001:db8:cafe::17]:_secret"`}},
		{"192.0.2.60", []string{`Forwarded: for="192.0.2.60:_secret"`}},
		{"192.0.2.60:47011", []string{`Forwarded: for="192.0.2.60:47011"`}},
		{"192.0.2.60:47011", []string{`Forwarded: for=192.0.2.60:47011`}},
		{"_gazonk", []string{`Forwarded: for=203.0.113.9, for="_gazonk"`}},
		{"_gazonk", []string{`Forwarded: for="_gazonk:_port"`}},
		{"192.0.2.60", []string{`Forwarded: for=203.0.113.9`, `Forwarded: for=192.0.2.60`}},
		{"192.0.2.60", []string{`Forwarded: for="evil, `, `Forwarded: ext="a,b;c=\"d"; for="1\92.0.2.60"`}},
		{"192.0.2.60", []string{`Forwarded: ;for=192.0.2.60;`}},

		{"192.0.2.1", []string{"X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1"}},
		{"192.0.2.1", []string{"X-Forwarded-For: 203.0.113.9, 192.0.2.1", `Forwarded: for="192.0.2.1:80"`}},
	} {
		assert.Equal(t, test.want, clientOf(proxyAddress, test.lines...), test.lines)
	}
}

func TestNobodyCanChooseTheAddressThatIsLogged(t *testing.T) {
	t.Parallel()

	for _, lines := range [][]string{
		{"X-Forwarded-For: "},
		{"X-Forwarded-For: ,"},
		{"X-Forwarded-For: unknown"},
		{"X-Forwarded-For: 192.0.2.1, unknown"},
		{"X-Forwarded-For: 192.0.2.1, x"},
		{"X-Forwarded-For: 192.0.2.1,"},
		{"X-Forwarded-For: 192.0.2.300"},
		{"X-Forwarded-For: 192.0.2.1:99999"},
		{"X-Forwarded-For: 192.0.2.1\x1b[31m"},
		{"X-Forwarded-For: [2001:db8::1"},
		{"X-Forwarded-For: _" + strings.Repeat("x", 64)},
		{"X-Forwarded-For: a\nb"},
		{"X-Real-Ip: 192.0.2.1"},

		{`Forwarded: for=192.0.2.1, for=unknown`},
		{`Forwarded: for=192.0.2.1, by=10.0.0.2`},
		{`Forwarded: for=`},
		{`Forwarded: for=""`},
		{`Forwarded: for=192.0.2.1;for=192.0.2.2`},
		{`Forwarded: for="192.0.2.1`},
		{`Forwarded: for="192.0.2.1\`},
		{`Forwarded: for=192.0.2.1 x`},
		{`Forwarded: for=192.0.2.1,`},
		{`Forwarded: for`},
		{`Forwarded: f or=192.0.2.1`},
		{`Forwarded: for="192.0.2.1"x`},
		{`Forwarded: for=192.0."2.1"`},
		{`Forwarded: for=192.0.2.1`, `Forwarded: for="evil`},
		{`Forwarded: for="_a b"`},
		{`Forwarded: for=_`},

		// A proxy that sets one of the headers passes on the other as the client has sent it.
		{"X-Forwarded-For: 192.0.2.1", "Forwarded: for=203.0.113.9"},
		{"X-Forwarded-For: 192.0.2.1", "Forwarded: for=_x"},
		{"X-Forwarded-For: 192.0.2.1", "Forwarded: garbage"},
		{"X-Forwarded-For: garbage", "Forwarded: for=192.0.2.1"},
	} {
		assert.Equal(t, proxyAddress, clientOf(proxyAddress, lines...), lines)
	}

	for _, remote := range []string{"192.0.2.9:1", "[2001:db8:2::1]:1", "127.0.0.2:1", "[::1]:1", "", "@", "garbage"} {
		assert.Equal(t, remote, clientOf(remote, "X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9"), "nobody trusts it")
	}

	assert.Equal(t, "203.0.113.9", clientOf("[::ffff:10.0.0.1]:1", "X-Forwarded-For: 203.0.113.9"))
	assert.Equal(t, proxyAddress, trustedProxies(nil).client(&http.Request{
		RemoteAddr: proxyAddress, Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}},
	}), "there are no trusted proxies")
}

func FuzzClientAddress(f *testing.F) {
	f.Add("203.0.113.9, 192.0.2.1", `for="[2001:db8:cafe::17]:4711";proto=https, for=_hidden`)
	f.Add("", `for="a\"b`)

	f.Fuzz(func(t *testing.T, old, standard string) {
		client := clientOf(proxyAddress, "X-Forwarded-For: "+old, "Forwarded: "+standard)
		for _, header := range []string{"X-Forwarded-For: " + old, "Forwarded: " + standard, "Forwarded: for=203.0.113.9, " + standard} {
			client := clientOf(proxyAddress, header)
			assert.Regexp(t, `^[][0-9A-Za-z._:%-]+$`, client)
		}

		assert.Regexp(t, `^[][0-9A-Za-z._:%-]+$`, client)
	})
}
