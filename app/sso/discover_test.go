package sso_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestProvidersThatCannotBeTrustedAreNotConnected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		word string
		do   func(s *scene, in *sso.Input)
	}{
		"calls itself something else": {"calls itself", func(s *scene, _ *sso.Input) { s.idp.document["issuer"] = "https://other.test" }},
		"differs by a slash":          {"calls itself", func(s *scene, in *sso.Input) { in.Issuer += "/" }},
		"signs with secrets only": {"no public-key algorithm", func(s *scene, _ *sso.Input) {
			s.idp.document["id_token_signing_alg_values_supported"] = []string{"HS256", "none"}
		}},
		"knows plain PKCE only":          {"no PKCE with S256", func(s *scene, _ *sso.Input) { s.idp.document["code_challenge_methods_supported"] = []string{"plain"} }},
		"leads browsers to a script":     {"authorization_endpoint is no https address", func(s *scene, _ *sso.Input) { s.idp.document["authorization_endpoint"] = "javascript:alert(1)" }},
		"takes tokens from a file":       {"token_endpoint is no https address", func(s *scene, _ *sso.Input) { s.idp.document["token_endpoint"] = "file:///etc/passwd" }},
		"has its keys nowhere":           {"jwks_uri is no https address", func(s *scene, _ *sso.Input) { s.idp.document["jwks_uri"] = nil }},
		"logs out at a script":           {"end_session_endpoint is no https address", func(s *scene, _ *sso.Input) { s.idp.document["end_session_endpoint"] = "data:text/html,x" }},
		"is no provider":                 {"could not be read", func(s *scene, in *sso.Input) { in.Issuer += "/nothing-here" }},
		"is the cloud's metadata":        {"", func(_ *scene, in *sso.Input) { in.Issuer = "http://169.254.169.254" }},
		"is on a private network":        {"", func(_ *scene, in *sso.Input) { in.Issuer = "https://10.0.0.1" }},
		"has an address with a query":    {"query", func(_ *scene, in *sso.Input) { in.Issuer += "?x=1" }},
		"has an address with a password": {"password", func(_ *scene, in *sso.Input) { in.Issuer = "https://a:b@idp.test" }},
		"has no address":                 {"", func(_ *scene, in *sso.Input) { in.Issuer = "" }},
		"a client without id":            {"client id", func(_ *scene, in *sso.Input) { in.ClientID = " " }},
		"a name that is none":            {"calls it", func(_ *scene, in *sso.Input) { in.Name = "" }},
		"domains that are none":          {"no mail domain", func(_ *scene, in *sso.Input) { in.Domains = []string{"not a domain"} }},
		"newcomers from anywhere":        {"Name the mail domains", func(_ *scene, in *sso.Input) { in.Domains = nil }},
		"a role that is none":            {"Newcomers become", func(_ *scene, in *sso.Input) { in.Role = "owner" }},
		"another organization's team":    {"Choose one of your", func(s *scene, in *sso.Input) { in.Team = s.Found(s.t, "Beta").Team }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, dbtest.SQLite(t))
			in := s.input(nil)
			c.do(s, &in)
			_, err := s.SSO.Set(t.Context(), s.acme.Actor(org.Admin), in)
			r, ok := web.Refused(err)
			if !ok || len(r.Fields) == 0 || !strings.Contains(err.Error(), c.word) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// Redirects are not followed and answers are bounded, whatever the provider wants.
func TestDiscoveryFollowsNoRedirectAndReadsNoEnd(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	for name, h := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, s.idp.issuer()+"/.well-known/openid-configuration", http.StatusFound)
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for range 3 << 10 {
				if _, err := w.Write([]byte(strings.Repeat(" ", 1<<10))); err != nil {
					return
				}
			}
		},
	} {
		srv := httptest.NewServer(h)
		in := s.input(func(in *sso.Input) { in.Issuer = srv.URL })
		if _, err := s.SSO.Set(t.Context(), s.acme.Actor(org.Admin), in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		srv.Close()
	}
}

// With the egress of a real installation, which allows no private network, an honest provider on the loopback is out of
// reach: by its address when it is typed, and by the dial when a name hides it.
func TestEgressGuardsTheWayToProviders(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	strict := egress.New(egress.Config{})
	s.SSO.URLs, s.SSO.Out = strict, strict.Transport()
	if _, err := s.SSO.Set(t.Context(), s.acme.Actor(org.Admin), s.input(nil)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("typed: %v", err)
	}
	s.SSO.URLs = egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}) // the first wall is down
	if _, err := s.SSO.Set(t.Context(), s.acme.Actor(org.Admin), s.input(nil)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("dialled: %v", err)
	}
	if n := s.idp.hits["discovery"]; n != 1 {
		t.Fatalf("the provider was reached %d times", n)
	}
}
