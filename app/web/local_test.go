package web

import (
	"net/url"
	"strings"
	"testing"
)

// astray are ways in which log-in pages of others were made to lead to another site: what browsers take for a host, for a scheme, or
// for nothing at all.
var astray = []string{
	"https://evil.test/", "http://evil.test", "HTTPS://EVIL.TEST", "https:evil.test", "https:/evil.test", "https:///evil.test", "http:\\\\evil.test",
	"//evil.test/", "///evil.test", "////evil.test", "//evil.test@gateway.test", "//gateway.test@evil.test/", "//evil.test:443/", "//[::1]/", "//2130706433/", "//%65vil.test/",
	"/\\evil.test", "\\/evil.test", "\\\\evil.test", "/\\/evil.test", "//\\evil.test", "/\\\\evil.test", "\\evil.test",
	"/\tevil.test", "/\t/evil.test", "\t//evil.test", "/\n/evil.test", "/\r\n/evil.test", "\r\n//evil.test", "/\x00/evil.test", "\x00//evil.test", "/\v\\evil.test",
	" //evil.test", " https://evil.test", "\u00a0//evil.test", "\ufeff//evil.test", "\u2028//evil.test", "／／evil.test", "〱evil.test",
	"javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", " javascript:alert(1)", "javascript://%0aalert(1)", "javascript&colon;alert(1)",
	"data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "blob:https://evil.test/1", "file:///etc/passwd", "about:blank", "view-source:https://evil.test", "mailto:a@evil.test", "tel:1",
	"evil.test", "evil.test/keys", "www.evil.test", "@evil.test", ":evil.test", ".evil.test", ";@evil.test", "?next=//evil.test", "#//evil.test", "%2f%2fevil.test", "%5cevil.test",
	"/keys\r\nLocation: https://evil.test", "/keys\nSet-Cookie: a=b", "/%zz", "http://[::1", "keys", "./keys", "../keys", "*",
}

func TestLocalRefusesOtherSites(t *testing.T) {
	t.Parallel()
	for _, path := range astray {
		if got := Local(path, "/"); got != "/" {
			t.Errorf("Local(%q) = %q", path, got)
		}
	}
	for _, path := range []string{"/", "/keys", "/keys?after=x", "/keys?next=//evil.test", "/requests#req_1", "/a/b//c", "/keys?q=a%20b%0d%0a", "/%2f/evil.test", "/@evil.test", "/:8080", "/schlüssel"} {
		if got := Local(path, "/else"); got != path {
			t.Errorf("Local(%q) = %q: a page of ours", path, got)
		}
	}
	if got := Local("", "/else"); got != "/else" {
		t.Errorf("nothing leads to %q", got)
	}
}

// Whatever it lets through leads to this host, also where a browser reads a backslash as a slash and leaves out what cannot be seen.
func FuzzLocal(f *testing.F) {
	for _, path := range astray {
		f.Add(path)
	}
	f.Add("/keys?after=x")
	f.Fuzz(func(t *testing.T, path string) {
		got := Local(path, "/")
		seen := strings.Map(func(r rune) rune {
			switch {
			case r == '\\':
				return '/'
			case r == '\t' || r == '\n' || r == '\r':
				return -1
			}
			return r
		}, strings.TrimFunc(got, func(r rune) bool { return r <= ' ' }))
		if !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") {
			t.Fatalf("Local(%q) = %q", path, got)
		}
		base, _ := url.Parse("https://gateway.test/log-in")
		if to, err := base.Parse(got); err != nil || to.Scheme != "https" || to.Host != "gateway.test" {
			t.Fatalf("Local(%q) = %q leads to %v, %v", path, got, to, err)
		}
	})
}
