package sso_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// browse puts a session into the database as app/web does after a log-in, and says whether it lives.
func (s *scene) browse(f sso.Found, name string) (alive func() bool) {
	s.t.Helper()
	store := db.NewSessionStore(s.DB)
	data := fmt.Sprintf(`{"values":{"org":%q,"member":%q,"provider":%q,"provider_session":%q,"provider_subject":%q}}`, f.Org, f.Member, f.Provider, f.Session, f.Subject)
	must(s.t, store.CommitCtx(s.t.Context(), name, []byte(data), s.Clock.Now().Add(1000*time.Hour)))
	return func() bool {
		_, found, err := store.FindCtx(s.t.Context(), name)
		must(s.t, err)
		return found
	}
}

func TestAProviderEndsSessions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		one, err := s.logIn("u1")
		must(t, err)
		laptop := s.browse(one, "laptop")
		one.Session = "another session"
		phone := s.browse(one, "phone")
		s.idp.claims = func(c map[string]any) { c["email"] = "bob@acme.test" }
		two, err := s.logIn("u2")
		must(t, err)
		bob := s.browse(two, "bob")

		must(t, s.SSO.EndByProvider(t.Context(), from, s.idp.signed(s.idp.goodbye("session-u1"))))
		if laptop() || !phone() || !bob() {
			t.Fatalf("by session: laptop %v, phone %v, bob %v", laptop(), phone(), bob())
		}
		all := s.idp.goodbye("")
		delete(all, "sid")
		all["sub"] = "u1"
		must(t, s.SSO.EndByProvider(t.Context(), from, s.idp.signed(all)))
		if phone() || !bob() {
			t.Fatalf("by subject: phone %v, bob %v", phone(), bob())
		}
		entries, err := s.Audit.List(t.Context(), s.acme.Actor(org.Admin), 0, 1)
		if err != nil || entries[0].Action != "session.revoked" || entries[0].Actor != "system: single sign-on" {
			t.Fatalf("audit: %+v, %v", entries, err)
		}
	})
}

func TestForgedLogoutTokensEndNothing(t *testing.T) {
	t.Parallel()
	claim := func(change func(c map[string]any)) func(*scene, map[string]any) string {
		return func(s *scene, c map[string]any) string { change(c); return s.idp.signed(c) }
	}
	const event = "http://schemas.openid.net/event/backchannel-logout"
	for name, attack := range map[string]struct {
		reason string
		make   func(s *scene, c map[string]any) string
	}{
		"nothing":           {"no token", func(*scene, map[string]any) string { return "" }},
		"no token":          {"no token", func(*scene, map[string]any) string { return "hello" }},
		"an enormous one":   {"no token", func(*scene, map[string]any) string { return strings.Repeat("a.", 1<<20) }},
		"with a nonce":      {"nonce", claim(func(c map[string]any) { c["nonce"] = "x" })},
		"with a null nonce": {"nonce", claim(func(c map[string]any) { c["nonce"] = nil })},
		"without events":    {"missing required", claim(func(c map[string]any) { delete(c, "events") })},
		"another event":     {"missing required", claim(func(c map[string]any) { c["events"] = map[string]any{"https://evil.test/event": map[string]any{}} })},
		"event no object":   {"no object", claim(func(c map[string]any) { c["events"] = map[string]any{event: "yes"} })},
		"event null":        {"no object", claim(func(c map[string]any) { c["events"] = map[string]any{event: nil} })},
		"an ID token":       {"missing required", func(s *scene, _ map[string]any) string { return s.idp.signed(s.idp.honest("u1", "n")) }},
		"another audience":  {"no organization", claim(func(c map[string]any) { c["aud"] = "another" })},
		"no audience":       {"no audience", claim(func(c map[string]any) { delete(c, "aud") })},
		"another issuer":    {"no organization", claim(func(c map[string]any) { c["iss"] = "https://evil.test" })},
		"no id":             {"'jti'", claim(func(c map[string]any) { delete(c, "jti") })},
		"no end":            {"'exp'", claim(func(c map[string]any) { delete(c, "exp") })},
		"expired":           {"expired", claim(func(c map[string]any) { c["exp"] = c["iat"].(int64) - 120 })},
		"from the future":   {"of this moment", claim(func(c map[string]any) { c["iat"] = c["iat"].(int64) + 600 })},
		"an hour old":       {"of this moment", claim(func(c map[string]any) { c["iat"] = c["iat"].(int64) - 3600 })},
		"names nobody":      {"'sub' claim", claim(func(c map[string]any) { delete(c, "sid") })},
		"unsigned":          {"malformed", func(s *scene, c map[string]any) string { return unsigned(s.t, `{"alg":"none"}`, c, "") }},
		"signed by a secret": {"malformed", func(s *scene, c map[string]any) string {
			return jws(s.t, jose.HS256, []byte(strings.Repeat("x", 32)), "k1", c, nil)
		}},
		"signed by another":                           {"verify", func(s *scene, c map[string]any) string { return jws(s.t, jose.RS256, anotherKey(s.t), "k1", c, nil) }},
		"somebody's session and somebody else's name": {"", claim(func(c map[string]any) { c["sub"] = "u2" })},
		"another tenant's provider, the same session id": {"", func(s *scene, _ map[string]any) string {
			mine := s.idp
			other := newIDP(s.t, s.Clock)
			s.idp = other
			s.connect(s.Found(s.t, "Evil"), nil)
			token := other.signed(other.goodbye("session-u1"))
			s.idp = mine
			return token
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, dbtest.SQLite(t))
			found, err := s.logIn("u1")
			must(t, err)
			alive := s.browse(found, "laptop")
			err = s.SSO.EndByProvider(t.Context(), from, attack.make(s, s.idp.goodbye("session-u1")))
			if !alive() {
				t.Fatal("the session ended")
			}
			if attack.reason != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), attack.reason)) {
				t.Fatalf("refused for another reason: %v", err)
			}
		})
	}
}

func TestALogoutTokenIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	found, err := s.logIn("u1")
	must(t, err)
	token := s.idp.signed(s.idp.goodbye("session-u1"))
	must(t, s.SSO.EndByProvider(t.Context(), from, token))
	alive := s.browse(found, "again")
	if err := s.SSO.EndByProvider(t.Context(), from, token); err == nil || !strings.Contains(err.Error(), "used before") || !alive() {
		t.Fatalf("replayed: %v", err)
	}
}
