package sso_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type auditRecord = audit.Record

func code(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// Each attack is an honest log-in with one thing wrong. reason is a part of what the log says, so that an attack that is
// refused for another reason than its own does not pass for tested.
func TestForgedLogInsAreRefused(t *testing.T) {
	t.Parallel()
	claim := func(change func(c map[string]any)) func(*scene, *sso.Flow, *sso.Answer) {
		return func(s *scene, _ *sso.Flow, _ *sso.Answer) { s.idp.claims = change }
	}
	sign := func(make func(s *scene, c map[string]any) string) func(*scene, *sso.Flow, *sso.Answer) {
		return func(s *scene, _ *sso.Flow, _ *sso.Answer) {
			s.idp.sign = func(c map[string]any) string { return make(s, c) }
		}
	}
	tried := 0
	for name, attack := range map[string]struct {
		reason string
		do     func(s *scene, f *sso.Flow, a *sso.Answer)
	}{
		"state: missing":                   {"not this browser's", func(_ *scene, _ *sso.Flow, a *sso.Answer) { a.State = "" }},
		"state: forged":                    {"not this browser's", func(_ *scene, _ *sso.Flow, a *sso.Answer) { a.State = strings.Repeat("A", 43) }},
		"state: of another browser":        {"not this browser's", func(s *scene, _ *sso.Flow, a *sso.Answer) { _, *a = s.begin("mallory") }},
		"state: no flow was begun here":    {"not this browser's", func(_ *scene, f *sso.Flow, _ *sso.Answer) { *f = sso.Flow{} }},
		"state: both empty":                {"not this browser's", func(_ *scene, f *sso.Flow, a *sso.Answer) { f.State, a.State = "", "" }},
		"state: too old":                   {"sso_expired", func(s *scene, _ *sso.Flow, _ *sso.Answer) { s.Clock.Advance(16 * time.Minute) }},
		"state: from the future":           {"sso_expired", func(s *scene, f *sso.Flow, _ *sso.Answer) { f.At += 3600 }},
		"code: missing":                    {"no code", func(_ *scene, _ *sso.Flow, a *sso.Answer) { a.Code = "" }},
		"code: made up":                    {"code exchange", func(_ *scene, _ *sso.Flow, a *sso.Answer) { a.Code = "made-up" }},
		"code: injected from another flow": {"code exchange", func(s *scene, _ *sso.Flow, a *sso.Answer) { _, b := s.begin("mallory"); a.Code = b.Code }},
		"code: injected, provider without PKCE": {"nonce", func(s *scene, _ *sso.Flow, a *sso.Answer) {
			s.idp.lax = true
			_, b := s.begin("mallory")
			a.Code = b.Code
		}},
		"code: PKCE stripped from the request": {"code exchange", func(s *scene, f *sso.Flow, a *sso.Answer) {
			s.idp.mu.Lock()
			defer s.idp.mu.Unlock()
			g := s.idp.codes[a.Code]
			g.challenge = ""
			s.idp.codes[a.Code] = g
		}},
		"code: bound to another redirect URI": {"code exchange", func(s *scene, _ *sso.Flow, a *sso.Answer) {
			s.idp.mu.Lock()
			defer s.idp.mu.Unlock()
			g := s.idp.codes[a.Code]
			g.redirect = "https://evil.test/callback"
			s.idp.codes[a.Code] = g
		}},
		"error with a message of the attacker's": {"sso_declined: The identity provider did not let you in: it gave no known reason.", func(_ *scene, _ *sso.Flow, a *sso.Answer) {
			a.Error = "call +1 555 0100 to unlock your account"
		}},

		"issuer: the answer names another":         {`names the issuer "https://evil.test"`, func(_ *scene, _ *sso.Flow, a *sso.Answer) { a.Issuer = "https://evil.test" }},
		"issuer: the provider always names itself": {`names the issuer ""`, func(s *scene, f *sso.Flow, a *sso.Answer) { s.announce(f, a) }},
		"issuer: the token's is another":           {"different provider", claim(func(c map[string]any) { c["iss"] = "https://evil.test" })},
		"issuer: a slash more":                     {"different provider", claim(func(c map[string]any) { c["iss"] = c["iss"].(string) + "/" })},
		"issuer: missing":                          {"different provider", claim(func(c map[string]any) { delete(c, "iss") })},
		"provider: replaced meanwhile":             {"replaced meanwhile", func(s *scene, _ *sso.Flow, _ *sso.Answer) { s.idp = newIDP(s.t, s.Clock); s.connect(s.acme, nil) }},
		"provider: removed meanwhile": {"replaced meanwhile", func(s *scene, _ *sso.Flow, _ *sso.Answer) {
			must(s.t, s.SSO.Remove(s.t.Context(), s.acme.Actor(org.Admin)))
		}},
		"provider: another tenant's connection": {"replaced meanwhile", func(s *scene, f *sso.Flow, _ *sso.Answer) { f.Provider = s.connect(s.Found(s.t, "Beta"), nil).ID }},
		"provider: the flow moved to another tenant": {"replaced meanwhile", func(s *scene, f *sso.Flow, _ *sso.Answer) {
			b := s.Found(s.t, "Beta")
			s.connect(b, nil)
			f.Org = b.Org.ID
		}},
		"provider: an organization that is gone": {"replaced meanwhile", func(s *scene, f *sso.Flow, _ *sso.Answer) { s.orphan(f) }},

		"signature: none": {"malformed jwt", sign(func(s *scene, c map[string]any) string { return unsigned(s.t, `{"alg":"none"}`, c, "") })},
		"signature: None": {"malformed jwt", sign(func(s *scene, c map[string]any) string { return unsigned(s.t, `{"alg":"None"}`, c, "") })},
		"signature: missing": {"malformed jwt", sign(func(s *scene, c map[string]any) string {
			x := s.idp.signed(c)
			return x[:strings.LastIndexByte(x, '.')]
		})},
		"signature: empty": {"verify", sign(func(s *scene, c map[string]any) string {
			x := s.idp.signed(c)
			return x[:strings.LastIndexByte(x, '.')+1]
		})},
		"signature: HS256 by secret": {"malformed jwt", sign(func(s *scene, c map[string]any) string {
			return jws(s.t, jose.HS256, []byte(clientSecret+strings.Repeat("x", 20)), s.idp.kid, c, nil)
		})},
		"signature: HS256 by the public key": {"malformed jwt", sign(func(s *scene, c map[string]any) string {
			der, err := x509.MarshalPKIXPublicKey(s.idp.key.Public())
			must(s.t, err)
			return jws(s.t, jose.HS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), s.idp.kid, c, nil)
		})},
		"signature: another key under the known id": {"verify", sign(func(s *scene, c map[string]any) string {
			return jws(s.t, jose.RS256, anotherKey(s.t), s.idp.kid, c, nil)
		})},
		"signature: an unknown key":             {"verify", sign(func(s *scene, c map[string]any) string { return jws(s.t, jose.RS256, anotherKey(s.t), "k2", c, nil) })},
		"signature: an algorithm not announced": {"malformed jwt", sign(func(s *scene, c map[string]any) string { return jws(s.t, jose.ES256, curveKey(s.t), s.idp.kid, c, nil) })},
		"signature: by a key inside the token": {"verify", sign(func(s *scene, c map[string]any) string {
			k := anotherKey(s.t)
			return jws(s.t, jose.RS256, k, s.idp.kid, c, map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: k.Public(), KeyID: s.idp.kid}})
		})},
		"signature: by a key the token points to": {"verify", sign(func(s *scene, c map[string]any) string {
			other := newIDP(s.t, s.Clock)
			return jws(s.t, jose.RS256, other.key, "k9", c, map[jose.HeaderKey]any{"jku": other.issuer() + "/keys"})
		})},
		"signature: of other claims": {"verify", sign(func(s *scene, c map[string]any) string {
			parts := strings.Split(s.idp.signed(c), ".")
			c["sub"] = "victim"
			return unsigned(s.t, string(decode(s.t, parts[0])), c, parts[2])
		})},
		"signature: not a token": {"malformed jwt", sign(func(*scene, map[string]any) string { return "hello" })},
		"no ID token": {"no ID token", func(s *scene, _ *sso.Flow, _ *sso.Answer) {
			s.idp.answer = func(a map[string]any) { delete(a, "id_token") }
		}},
		"a logout token instead": {"nonce", sign(func(s *scene, _ map[string]any) string {
			c := s.idp.goodbye("x")
			c["sub"] = "u1"
			return s.idp.signed(c)
		})},

		"audience: another client":       {"audience", claim(func(c map[string]any) { c["aud"] = "another" })},
		"audience: several, no party":    {"another party", claim(func(c map[string]any) { c["aud"] = []string{clientID, "another"} })},
		"audience: several, other party": {"another party", claim(func(c map[string]any) { c["aud"], c["azp"] = []string{clientID, "another"}, "another" })},
		"party: another client":          {"another party", claim(func(c map[string]any) { c["azp"] = "another" })},
		"party: no text":                 {"another party", claim(func(c map[string]any) { c["azp"] = []string{clientID} })},

		"time: expired":                {"expired", claim(func(c map[string]any) { c["exp"] = c["iat"].(int64) - 120 })},
		"time: issued in the future":   {"in the future", claim(func(c map[string]any) { c["iat"] = c["iat"].(int64) + 120 })},
		"time: not issued at any":      {"does not say when", claim(func(c map[string]any) { delete(c, "iat") })},
		"time: an old token":           {"older than this log-in", claim(func(c map[string]any) { c["iat"] = c["iat"].(int64) - 3600 })},
		"time: good for ten years":     {"lives too long", claim(func(c map[string]any) { c["exp"] = c["exp"].(int64) + 10*365*86400 })},
		"time: not before next week":   {"nbf", claim(func(c map[string]any) { c["nbf"] = c["iat"].(int64) + 7*86400 })},
		"nonce: another":               {"nonce", claim(func(c map[string]any) { c["nonce"] = "another" })},
		"nonce: missing":               {"nonce", claim(func(c map[string]any) { delete(c, "nonce") })},
		"hash of another access token": {"access token hash", claim(func(c map[string]any) { c["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" })},
		"subject: missing":             {"no usable subject", claim(func(c map[string]any) { delete(c, "sub") })},
		"subject: longer than allowed": {"no usable subject", claim(func(c map[string]any) { c["sub"] = strings.Repeat("u", 256) })},
		"userinfo of somebody else": {"somebody else", func(s *scene, _ *sso.Flow, _ *sso.Answer) {
			s.tell(map[string]any{"sub": "victim", "email": "ada@acme.test", "email_verified": true})
		}},
		"address: not verified":         {"sso_email_unverified", claim(func(c map[string]any) { c["email_verified"] = false })},
		"address: not verified, quoted": {"sso_email_unverified", claim(func(c map[string]any) { c["email_verified"] = "false" })},
		"address: verified is a number": {"sso_email_unverified", claim(func(c map[string]any) { c["email_verified"] = 1 })},
		"address: nothing is said":      {"sso_email_unverified", claim(func(c map[string]any) { delete(c, "email_verified") })},
		"address: none":                 {"sso_no_email", func(s *scene, _ *sso.Flow, _ *sso.Answer) { s.tell(map[string]any{"sub": "u1"}) }},
		"address: verified by userinfo, given by the token": {"sso_email_unverified", func(s *scene, _ *sso.Flow, _ *sso.Answer) {
			s.tell(map[string]any{"sub": "u1", "email": "own@acme.test", "email_verified": true})
			s.idp.claims = func(c map[string]any) { delete(c, "email_verified") }
		}},
		"address: in another domain":           {"sso_domain", claim(func(c map[string]any) { c["email"] = "ada@squatter.test" })},
		"address: in a domain that ends alike": {"sso_domain", claim(func(c map[string]any) { c["email"] = "ada@notacme.test" })},
		"address: in a domain below":           {"sso_domain", claim(func(c map[string]any) { c["email"] = "ada@acme.test.squatter.test" })},
		"address: two of them":                 {"the address", claim(func(c map[string]any) { c["email"] = "ada@squatter.test,ada@acme.test" })},
		"address: a second @":                  {"the address", claim(func(c map[string]any) { c["email"] = "ada@squatter.test@acme.test" })},
		"address: of a member":                 {"sso_not_linked", claim(func(c map[string]any) { c["email"] = "admin@acme.test" })},
		"address: of a member, shouted":        {"sso_not_linked", claim(func(c map[string]any) { c["email"] = "ADMIN@ACME.TEST" })},
		"address: of a member who was removed": {"member_removed", func(s *scene, _ *sso.Flow, _ *sso.Answer) {
			m := s.acme.Members[org.Viewer]
			must(s.t, s.Identity.RemoveMember(s.t.Context(), s.acme.Actor(org.Admin), m.ID))
			s.idp.claims = func(c map[string]any) { c["email"] = m.Email }
		}},
		"address: of a member who is disabled": {"sso_not_linked", func(s *scene, _ *sso.Flow, _ *sso.Answer) {
			m := s.acme.Members[org.Viewer]
			must(s.t, s.Identity.DisableMember(s.t.Context(), s.acme.Actor(org.Admin), m.ID))
			s.idp.claims = func(c map[string]any) { c["email"] = m.Email }
		}},
		"account: of a member who is disabled": {"member_disabled", func(s *scene, f *sso.Flow, a *sso.Answer) {
			must(s.t, s.Identity.DisableMember(s.t.Context(), s.acme.Actor(org.Admin), s.known("u1")))
			*f, *a = s.begin("u1")
		}},
		"account: of a member who was removed": {"member_removed", func(s *scene, f *sso.Flow, a *sso.Answer) {
			must(s.t, s.Identity.RemoveMember(s.t.Context(), s.acme.Actor(org.Admin), s.known("u1")))
			*f, *a = s.begin("u1")
		}},
		"nobody new is let in": {"sso_not_member", func(s *scene, f *sso.Flow, a *sso.Answer) {
			s.connect(s.acme, func(in *sso.Input) { in.Provision = false })
			*f, *a = s.begin("u1")
		}},
	} {
		tried++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, dbtest.SQLite(t))
			flow, answer := s.begin("u1")
			attack.do(s, &flow, &answer)
			found, err := s.SSO.Finish(t.Context(), from, flow, answer)
			if err == nil {
				t.Fatalf("let in as %+v", found)
			}
			if !strings.Contains(err.Error(), attack.reason) {
				t.Fatalf("refused for another reason: %v", err)
			}
			if f := fault.From(err); f.Kind != fault.Unauthenticated || strings.Contains(f.Public, "nonce") || strings.Contains(err.Error(), clientSecret) || answer.Code != "" && answer.Code != "made-up" && strings.Contains(err.Error(), answer.Code) {
				t.Fatalf("says too much, or the wrong thing: %v", err)
			}
			all, err := s.Identity.Members(t.Context(), s.acme.Actor(org.Admin))
			if want := 7; err != nil || len(all) > want {
				t.Fatalf("%d members, want %d at most: %v", len(all), want, err)
			}
		})
	}
	if tried < 40 {
		t.Errorf("%d attacks", tried)
	}
}

// announce makes the provider say that it names itself in every answer, as RFC 9207 wants, and then does not.
func (s *scene) announce(f *sso.Flow, a *sso.Answer) {
	s.idp.document["authorization_response_iss_parameter_supported"] = true
	s.connect(s.acme, nil)
	*f, *a = s.begin("u1")
}

// orphan points the flow at an organization that does not exist.
func (s *scene) orphan(f *sso.Flow) {
	f.Org = s.Found(s.t, "Gone").Org.ID // it never had a provider, which is all that is left of one that is gone
}

// tell makes the token silent about the address, and userinfo speak.
func (s *scene) tell(info map[string]any) {
	s.idp.userinfo = info
	s.idp.claims = func(c map[string]any) { delete(c, "email"); delete(c, "email_verified") }
}

func decode(t *testing.T, part string) []byte {
	t.Helper()
	out, err := base64.RawURLEncoding.DecodeString(part)
	must(t, err)
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAnswerIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	flow, a := s.begin("u1")
	if _, err := s.SSO.Finish(t.Context(), from, flow, a); err != nil {
		t.Fatal(err)
	}
	_, err := s.SSO.Finish(t.Context(), from, flow, a)
	if err == nil || !strings.Contains(err.Error(), "used before") {
		t.Fatalf("replayed: %v", err)
	}
	fresh, b := s.begin("u1")
	b.Code = a.Code // a used code in a fresh flow
	if _, err := s.SSO.Finish(t.Context(), from, fresh, b); err == nil || !strings.Contains(err.Error(), "code exchange") {
		t.Fatalf("a used code: %v", err)
	}
}

// One person at one provider, which two organizations use: neither lets the other's account in.
func TestAccountsOfOneTenantAreNotAnothers(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	if _, err := s.logIn("u1"); err != nil {
		t.Fatal(err)
	}
	beta := s.Found(t, "Beta")
	s.connect(beta, func(in *sso.Input) { in.Provision = false })
	at, flow, err := s.SSO.Begin(t.Context(), beta.Org.Slug, "", id.Member{})
	must(t, err)
	_, err = s.SSO.Finish(t.Context(), from, flow, sso.Answer{State: flow.State, Code: s.idp.authorize(at, "u1")})
	if code(err) != "sso_not_member" {
		t.Fatalf("got %v", err)
	}
}

// A token that names an unknown key makes us ask for the keys once, not at every try.
func TestKeysAreNotAskedForAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	if _, err := s.logIn("u1"); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		_ = s.SSO.EndByProvider(t.Context(), from, jws(t, jose.RS256, anotherKey(t), "unknown", s.idp.goodbye("session-u1"), nil))
	}
	if n := s.idp.hits["keys"]; n != 1 {
		t.Fatalf("the keys were fetched %d times", n)
	}
	s.idp.key, s.idp.kid = anotherKey(t), "k2" // the provider rotates
	s.Clock.Advance(2 * time.Minute)
	if _, err := s.logIn("u1"); err != nil {
		t.Fatalf("after the provider's rotation: %v", err)
	}
}
