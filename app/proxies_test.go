package app

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// Who asked is what trusted proxies say, and nobody else.
func TestOnlyTrustedProxiesSayWhoAsked(t *testing.T) {
	t.Parallel()
	var proxies Networks
	must(t, proxies.UnmarshalText([]byte("10.0.0.0/8, fd00::/8")))
	var seen string
	h := behind(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		a, err := netip.ParseAddrPort(r.RemoteAddr)
		must(t, err)
		seen = a.Addr().String()
	}))
	for name, c := range map[string]struct {
		from string
		said []string
		want string
	}{
		"the proxy alone":              {"10.0.0.1:5", nil, "10.0.0.1"},
		"through it":                   {"10.0.0.1:5", []string{"203.0.113.7"}, "203.0.113.7"},
		"through two":                  {"10.0.0.1:5", []string{"203.0.113.7, 10.9.9.9"}, "203.0.113.7"},
		"two lines":                    {"10.0.0.1:5", []string{"203.0.113.7", "10.9.9.9"}, "203.0.113.7"},
		"what the client wrote itself": {"10.0.0.1:5", []string{"127.0.0.1, 203.0.113.7"}, "203.0.113.7"},
		"from loopback":                {"10.0.0.1:5", []string{"127.0.0.1"}, "127.0.0.1"},
		"from another private network": {"10.0.0.1:5", []string{"203.0.113.7, 192.168.0.9"}, "192.168.0.9"},
		"IPv6":                         {"[fd00::1]:5", []string{"2001:db8::7"}, "2001:db8::7"},
		"with a port":                  {"10.0.0.1:5", []string{"203.0.113.7:51234, 10.9.9.9:80"}, "203.0.113.7"},
		"IPv6 with a port":             {"[fd00::1]:5", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		"nobody trusts them":           {"198.51.100.1:5", []string{"10.0.0.1"}, "198.51.100.1"},
		"not even loopback":            {"127.0.0.1:5", []string{"203.0.113.7"}, "127.0.0.1"},
		"no address":                   {"10.0.0.1:5", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		"a header of nothing":          {"10.0.0.1:5", []string{""}, "10.0.0.1"},
	} {
		q := httptest.NewRequest(http.MethodGet, "/", nil)
		q.RemoteAddr = c.from
		for _, s := range c.said {
			q.Header.Add("X-Forwarded-For", s)
		}
		seen = ""
		if h.ServeHTTP(httptest.NewRecorder(), q); seen != c.want {
			t.Errorf("%s: %q, want %q", name, seen, c.want)
		}
	}
}
