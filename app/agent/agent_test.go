package agent_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// logIn logs a coding agent in for somebody.
func logIn(t *testing.T, h *webtest.House, as org.Actor, team id.Team) identity.Redeemed {
	t.Helper()
	d, code, err := h.Identity.StartDevice(t.Context(), org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Agent: "claude_code"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Identity.DecideDevice(t.Context(), as, d.Printed(), true, team); err != nil {
		t.Fatal(err)
	}
	got, err := h.Identity.FinishDevice(t.Context(), org.Actor{}, code)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// opens says what the desk, freshly read, answers to a token.
func opens(t *testing.T, h *webtest.House, token secret.String) (*key.Grant, string) {
	t.Helper()
	h.Refresh(t)
	g, err := h.Desk.Authenticate(token.Reveal())
	if err != nil {
		return nil, fault.From(err).Code
	}
	return g, ""
}

func TestAnAgentActsAsItsPersonForTheirTeam(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		dev := x.Actor(org.Developer)
		before, _ := h.Audit.Verify(t.Context(), x.Org.ID)
		got := logIn(t, h, dev, id.Team{})
		g, code := opens(t, h, got.Access)
		if code != "" || !g.Agent || g.Chain.Member != dev.Member || g.Chain.Team != x.Team || got.Email != dev.Label {
			t.Fatalf("%s %+v", code, g)
		}
		if n, _ := h.Audit.Verify(t.Context(), x.Org.ID); n != before+2 { // confirmed, made
			t.Errorf("%d audit entries", n-before)
		}
		if _, err := h.Identity.Holder(t.Context(), got.Refresh); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a refresh token on the management API: %v", err)
		}
		if _, code := opens(t, h, got.Refresh); code != "invalid_key" {
			t.Errorf("a refresh token as a key: %s", code)
		}
		h.Clock.Advance(key.AccessLife)
		if _, code := opens(t, h, got.Access); code != "key_expired" {
			t.Errorf("after an hour: %s", code)
		}
		next, err := h.Agents.Refresh(t.Context(), org.Actor{}, got.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		if g, code := opens(t, h, next.Access); code != "" || g.Chain.Member != dev.Member {
			t.Errorf("refreshed: %s", code)
		}
		lost, err := h.Agents.Refresh(t.Context(), org.Actor{}, got.Refresh)
		if err != nil || lost.Refresh.IsEmpty() {
			t.Errorf("the answer was lost, so it asks again: %v", err)
		}
		h.Clock.Advance(3 * time.Minute)
		for name, old := range map[string]secret.String{"replaced twice": got.Refresh, "whose answer was lost": next.Refresh} {
			if _, err := h.Agents.Refresh(t.Context(), org.Actor{}, old); !errors.Is(err, agent.ErrGrant) {
				t.Errorf("a refresh token %s: %v", name, err)
			}
		}
		if _, err := h.Agents.Refresh(t.Context(), org.Actor{}, lost.Refresh); err != nil {
			t.Errorf("the last one: %v", err)
		}
	})
}

func TestAnAgentEndsWithWhatItStandsOn(t *testing.T) {
	t.Parallel()
	ends := map[string]func(t *testing.T, h *webtest.House, x webtest.Tenant, k id.Key){
		"the person is disabled": func(t *testing.T, h *webtest.House, x webtest.Tenant, _ id.Key) {
			if err := h.Identity.DisableMember(t.Context(), x.Actor(org.Admin), x.Members[org.Developer].ID); err != nil {
				t.Fatal(err)
			}
		},
		"the person is removed": func(t *testing.T, h *webtest.House, x webtest.Tenant, _ id.Key) {
			if err := h.Identity.RemoveMember(t.Context(), x.Actor(org.Admin), x.Members[org.Developer].ID); err != nil {
				t.Fatal(err)
			}
		},
		"the log-in is disabled on the page of keys": func(t *testing.T, h *webtest.House, x webtest.Tenant, k id.Key) {
			if err := h.Keys.Disable(t.Context(), x.Actor(org.Lead), k); err != nil {
				t.Fatal(err)
			}
		},
		"the log-in is deleted there": func(t *testing.T, h *webtest.House, x webtest.Tenant, k id.Key) {
			if err := h.Keys.Delete(t.Context(), x.Actor(org.Developer), k); err != nil {
				t.Fatal(err)
			}
		},
		"nobody used it for a month": func(_ *testing.T, h *webtest.House, _ webtest.Tenant, _ id.Key) { h.Clock.Advance(agent.IdleLife) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := webtest.NewHouse(t, dbtest.SQLite(t))
			x := h.Found(t, "Acme")
			got := logIn(t, h, x.Actor(org.Developer), id.Team{})
			g, _ := opens(t, h, got.Access)
			if g == nil {
				t.Fatal("it did not work before")
			}
			end(t, h, x, g.Key)
			if _, code := opens(t, h, got.Access); code == "" {
				t.Error("its access token works")
			}
			if _, err := h.Agents.Refresh(t.Context(), org.Actor{}, got.Refresh); !errors.Is(err, agent.ErrGrant) {
				t.Errorf("its refresh: %v", err)
			}
		})
	}
}

func TestAnAgentLogsOutWithEitherToken(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	for name, pick := range map[string]func(identity.Redeemed) secret.String{
		"access":  func(r identity.Redeemed) secret.String { return r.Access },
		"refresh": func(r identity.Redeemed) secret.String { return r.Refresh },
	} {
		got := logIn(t, h, x.Actor(org.Developer), id.Team{})
		for range 2 { // the second time there is nothing left to end
			if err := h.Agents.Revoke(t.Context(), org.Actor{}, pick(got)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, code := opens(t, h, got.Access); code != "invalid_key" {
			t.Errorf("%s: %q", name, code)
		}
	}
	if err := h.Agents.Revoke(t.Context(), org.Actor{}, secret.New("nonsense")); err != nil {
		t.Errorf("nonsense: %v", err)
	}
}

func TestAnAgentIsLetInForTeamsOfOnesOwn(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x, beta := h.Found(t, "Acme"), h.Found(t, "Beta")
	start := func(slug string) identity.Device {
		t.Helper()
		d, _, err := h.Identity.StartDevice(t.Context(), org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Agent: "claude_code", Slug: slug})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, team := range []id.Team{x.AwayTeam, beta.Team} {
		if err := h.Identity.DecideDevice(t.Context(), x.Actor(org.Developer), start("").Printed(), true, team); !fault.Is(err, fault.Invalid) {
			t.Errorf("a team of others: %v", err)
		}
	}
	if err := h.Identity.DecideDevice(t.Context(), x.Actor(org.Viewer), start("").Printed(), true, id.Team{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a viewer: %v", err)
	}
	if err := h.Identity.DecideDevice(t.Context(), x.Actor(org.Developer), start(beta.Org.Slug).Printed(), true, id.Team{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("at another organization's address: %v", err)
	}
	if err := h.Identity.DecideDevice(t.Context(), x.Actor(org.Developer), start("nobody").Printed(), true, id.Team{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("at an address of nobody: %v", err)
	}
}

func TestSettingsAreCheckedAndNamedByTheirContent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x, beta := h.Found(t, "Acme"), h.Found(t, "Beta")
		admin := x.Actor(org.Admin)
		for text, want := range map[string]string{
			`{"hooks":{}}`:         "left to device management",
			`{"apiKeyHelper":"x"}`: "left to device management",
			`{"env":{"ANTHROPIC_BASE_URL":"https://evil.test"}}`:       "env.ANTHROPIC_BASE_URL",
			`{"env":{"ANTHROPIC_CUSTOM_HEADERS":"x: y"}}`:              "env.ANTHROPIC_CUSTOM_HEADERS",
			`{"env":{"NODE_OPTIONS":"--require x"}}`:                   "env.NODE_OPTIONS",
			`{"env":{"CLAUDE_CODE_USE_BEDROCK":"1"}}`:                  "env.CLAUDE_CODE_USE_BEDROCK",
			`{"env":{"OTEL_EXPORTER_OTLP_ENDPOINT":"https://x.test"}}`: "OTEL_EXPORTER_OTLP_ENDPOINT",
			`{"model":5}`:                           `"model" takes a text`,
			`{"availableModels":["a",1]}`:           "takes a list of texts",
			`{"permissions":{"allow":["*"],"x":1}}`: "permissions.x",
			`{"cleanupPeriodDays":-1}`:              "whole number",
			`[1]`:                                   "JSON object",
			"{\n\"model\": }":                       "Line 2",
			`{"model":"a"} {}`:                      "behind the JSON object's end",
			`null`:                                  "JSON object",
			`{"model":"` + strings.Repeat("x", 40_000) + `"}`: "at most 32 KiB",
		} {
			if _, err := h.Agents.SetSettings(t.Context(), admin, text, ""); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
				t.Errorf("%.60s: %v", text, err)
			}
		}
		if _, err := h.Agents.SetSettings(t.Context(), x.Actor(org.Manager), `{}`, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a manager: %v", err)
		}
		s, err := h.Agents.SetSettings(t.Context(), admin, `{ "model": "smart<&>", "env": {"MAX_THINKING_TOKENS": "5", "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1"}, "cleanupPeriodDays": 30 }`, "")
		const canonical = `{"cleanupPeriodDays":30,"env":{"CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY":"1","MAX_THINKING_TOKENS":"5"},"model":"smart<&>"}`
		if err != nil || string(s.Body) != canonical {
			t.Fatalf("%s %v", s.Body, err)
		}
		before, _ := h.Audit.Verify(t.Context(), x.Org.ID)
		if _, err := h.Agents.SetSettings(t.Context(), admin, s.Pretty(), ""); err != nil {
			t.Error(err)
		}
		if n, _ := h.Audit.Verify(t.Context(), x.Org.ID); n != before {
			t.Error("the same settings left an audit entry")
		}
		all, err := db.NewAgentStore(d).AllSettings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var book agent.Book
		if _, _, ok := book.Managed(x.Org.ID); ok {
			t.Error("an empty book sends something")
		}
		if err := book.Load(all); err != nil {
			t.Fatal(err)
		}
		body, etag, ok := book.Managed(x.Org.ID)
		if !ok || !strings.Contains(string(body), canonical) || etag != `"`+s.Checksum()+`"` {
			t.Errorf("%s %s", body, etag)
		}
		if _, _, ok := book.Managed(beta.Org.ID); ok {
			t.Error("another organization's agents get them too")
		}
		none := agent.Settings{}.Checksum()
		for what, seen := range map[string]string{"none": none, "others": agent.Settings{Body: []byte("{}")}.Checksum()} {
			if _, err := h.Agents.SetSettings(t.Context(), admin, `{"model":"mine"}`, seen); !fault.Is(err, fault.Conflict) {
				t.Errorf("made on %s: %v", what, err)
			}
		}
		if _, err := h.Agents.SetSettings(t.Context(), admin, " ", s.Checksum()); err != nil {
			t.Error(err)
		}
		if _, set, _ := h.Agents.Settings(t.Context(), admin); set {
			t.Error("they were not taken back")
		}
	})
}

// A stranger names the surface, and a session of the playground would hide its tokens behind the dashboard.
func TestNobodyLogsInAsThePlayground(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	dev := h.Found(t, "Acme").Actor(org.Developer)
	d, code, err := h.Identity.StartDevice(t.Context(), org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Agent: key.Playground})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Identity.DecideDevice(t.Context(), dev, d.Printed(), true, id.Team{}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Identity.FinishDevice(t.Context(), org.Actor{}, code); !fault.Is(err, fault.Forbidden) || !got.Access.IsEmpty() {
		t.Errorf("the playground's token is given away: %v", err)
	}
	for said, want := range map[string]string{"claude_code": "claude_code", key.Playground: "unnamed", "something else": "unnamed", "": "unnamed"} {
		if got := agent.Surface(said); got != want {
			t.Errorf("%q is kept as %q, want %q", said, got, want)
		}
	}
}
