package egress_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// forbidden are addresses inside every network that no provider lives in: first, last and something in between.
var forbidden = []string{
	"0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.100.100.200",
	"100.127.255.255", "127.0.0.0", "127.0.0.1", "127.0.0.53", "127.1.2.3", "127.255.255.255", "168.63.129.16",
	"169.254.0.1", "169.254.169.254", "169.254.170.2", "169.254.255.255", "172.16.0.0", "172.17.0.1", "172.31.255.255",
	"192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1",
	"192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.255", "224.0.0.1",
	"239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::2", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8",
	"::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::a9fe:a9fe", "100::1", "100:0:0:1::1",
	"2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1", "2001:db8::1",
	"2001:db8:ffff::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "2620:4f:8000::1", "3fff::1", "3fff:fff::1", "5f00::1",
	"fc00::1", "fd00::1", "fd00:ec2::254", "fd20:ce::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "feff::1",
	"ff00::1", "ff02::1", "4000::1", "e000::1",
}

// public are neighbours of those networks, which must stay reachable.
var public = []string{
	"1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
	"168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255",
	"192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255",
	"203.0.114.0", "223.255.255.255", "2000::1", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1111",
	"2a00:1450::1", "3ffe::1",
}

// spellings are the ways in which one IPv4 address can be written in a URL that some parser somewhere accepts.
func spellings(a netip.Addr) []string {
	s := []string{host(a)}
	if !a.Is4() {
		return s
	}
	b := a.As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	return append(s,
		fmt.Sprintf("%d", n),
		fmt.Sprintf("0x%x", n),
		fmt.Sprintf("0%o", n),
		fmt.Sprintf("%d.%d", b[0], n&0xffffff),
		fmt.Sprintf("%d.%d.%d", b[0], b[1], n&0xffff),
		fmt.Sprintf("0x%x.0x%x.0x%x.0x%x", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("0%o.0%o.0%o.0%o", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("%d.%d.%d.0x%x", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("%03d.%03d.%03d.%03d", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("%s.", a),
		fmt.Sprintf("[::ffff:%s]", a),
		fmt.Sprintf("[::ffff:%x:%x]", n>>16, n&0xffff),
		fmt.Sprintf("[::%s]", a),
		fmt.Sprintf("[64:ff9b::%s]", a),
		fmt.Sprintf("[2002:%x:%x::]", n>>16, n&0xffff),
		fmt.Sprintf("%%%02x%s", fmt.Sprint(a)[0], fmt.Sprint(a)[1:]),
		fmt.Sprintf("user@%s", a),
		fmt.Sprintf("api.openai.com@%s", a),
		fmt.Sprintf("api.openai.com#@%s", a),
		fmt.Sprintf("%s#api.openai.com", a),
		fmt.Sprintf("%s\\@api.openai.com", a),
		fmt.Sprintf("%s%%00.openai.com", a),
		fmt.Sprintf("%s?.openai.com", a),
	)
}

func host(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

func TestURLsIntoTheMachinesOwnNetworkAreRefused(t *testing.T) {
	t.Parallel()
	e, cases := egress.New(egress.Config{}), 0
	for _, s := range forbidden {
		for _, h := range spellings(netip.MustParseAddr(s)) {
			for _, form := range []string{"https://%s/v1", "http://%s/v1", "https://%s:8443"} {
				cases++
				raw := fmt.Sprintf(form, h)
				if u, err := e.CheckURL(raw); err == nil || !fault.Is(err, fault.Invalid) {
					t.Errorf("CheckURL(%q) = %v, %v; want a refusal", raw, u, err)
				}
			}
		}
	}
	if cases < 400 {
		t.Fatalf("the corpus shrank to %d cases", cases)
	}
}

func TestPublicAddressesStayReachable(t *testing.T) {
	t.Parallel()
	e := egress.New(egress.Config{})
	for _, s := range public {
		if _, err := e.CheckURL("https://" + host(netip.MustParseAddr(s)) + "/v1"); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestCheckURLGivesTheNormalForm(t *testing.T) {
	t.Parallel()
	e := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	for raw, want := range map[string]string{
		"https://api.openai.com/v1":           "https://api.openai.com/v1",
		" HTTPS://API.OpenAI.com./v1/ ":       "https://api.openai.com/v1",
		"https://api.openai.com:443":          "https://api.openai.com",
		"https://api.openai.com:8443/":        "https://api.openai.com:8443",
		"https://[2606:4700:0::1111]/v1":      "https://[2606:4700::1111]/v1",
		"http://127.0.0.1:9999/v1":            "http://127.0.0.1:9999/v1",
		"http://127.0.0.1:80/v1":              "http://127.0.0.1/v1",
		"http://[::1]:11434/v1":               "http://[::1]:11434/v1",
		"http://localhost:11434/v1":           "http://localhost:11434/v1",
		"http://ollama:11434/v1":              "http://ollama:11434/v1",
		"https://xn--bcher-kva.example/v1":    "https://xn--bcher-kva.example/v1",
		"https://res_1.openai.azure.com":      "https://res_1.openai.azure.com",
		"https://gateway.example/a/b/openai/": "https://gateway.example/a/b/openai",
	} {
		u, err := e.CheckURL(raw)
		if err != nil || u.String() != want {
			t.Errorf("CheckURL(%q) = %v, %v; want %s", raw, u, err, want)
		}
	}
}

func TestCheckURLRefusesWhatCouldBeReadInTwoWays(t *testing.T) {
	t.Parallel()
	e := egress.New(egress.Config{})
	for _, raw := range []string{
		"", "api.openai.com", "//api.openai.com", "https:", "https://", "https:///v1", "https:api.openai.com",
		"ftp://api.openai.com", "file:///etc/passwd", "gopher://api.openai.com", "unix:///var/run/docker.sock",
		"javascript:alert(1)", "https://u:p@api.openai.com", "https://u@api.openai.com", "https://@api.openai.com",
		"https://api.openai.com#", "https://api.openai.com/#x", "https://api.openai.com?", "https://api.openai.com/v1?a=b",
		"https://api.openai.com/../x", "https://api.openai.com/v1/./x", "https://api.openai.com/%2e%2e/x",
		"https://api.openai.com:0", "https://api.openai.com:65536", "https://api.openai.com:x", "https://api.openai.com:22",
		"https://api.openai.com:25", "https://api.openai.com:80", "https://api.openai.com:444",
		"http://api.openai.com", "http://api.openai.com:443", "https://api..openai.com", "https://-a.com", "https://a-.com",
		"https://bücher.example", "https://１２７.0.0.1", "https://api。openai.com", "https://ⓛocalhost", "https://a b.com",
		"https://a\tb.com", "https://a\nb.com", "https://a\x00b.com", "https://localhost", "http://localhost:8080",
		"https://x.localhost", "https://LOCALHOST.", "https://127.0.0.1.", "https://[fe80::1%25eth0]", "https://[::1",
		"https://1.2.3", "https://1.2.3.4.5", "https://256.1.1.1", "https://0x", "https://a.0x7f", "https://[api.openai.com]",
		"https://[127.0.0.1]", "https://*.openai.com", "https://a,b.com", "https://a;b.com", "https://a/b\\c", "https://a.com/!", "https://a.com/v1/(x)",
	} {
		if u, err := e.CheckURL(raw); err == nil || !fault.Is(err, fault.Invalid) {
			t.Errorf("CheckURL(%q) = %v, %v; want a refusal", raw, u, err)
		}
	}
}

func TestAWideAllowedNetworkDoesNotOpenMetadata(t *testing.T) {
	t.Parallel()
	wide := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
	for _, raw := range []string{"http://169.254.169.254", "https://100.100.100.200", "https://168.63.129.16", "http://[fd00:ec2::254]", "https://169.254.170.2"} {
		if _, err := wide.CheckURL(raw); err == nil {
			t.Errorf("%s was allowed", raw)
		}
	}
	if _, err := wide.CheckURL("http://169.254.1.1"); err != nil {
		t.Errorf("the rest of the allowed network is closed: %v", err)
	}
	exact := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("169.254.169.254/32")}})
	if _, err := exact.CheckURL("http://169.254.169.254"); err != nil {
		t.Errorf("an entry that names exactly this address does not open it: %v", err)
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"https://api.openai.com/v1", "https://127.1", "http://[::ffff:7f00:1]:80", "https://a@b#c"} {
		f.Add(s)
	}
	e := egress.New(egress.Config{})
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := e.CheckURL(raw)
		if err != nil {
			return
		}
		again, err := e.CheckURL(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q became %q, which became %v, %v", raw, u, again, err)
		}
		if u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.RawQuery != "" {
			t.Errorf("%q was let through as %#v", raw, u)
		}
	})
}
