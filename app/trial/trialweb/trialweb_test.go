package trialweb_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/app/trial/trialweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// desk grants what it is asked for, unless it was told not to.
type desk struct{ off bool }

func (d *desk) Grant(o id.Org, k id.Key) (*key.Grant, error) {
	if d.off {
		return nil, fault.New(fault.Unauthenticated, "key_disabled", "This key is disabled.")
	}
	return &key.Grant{Key: k, Chain: org.Chain{Org: o, Key: k}}, nil
}

// plane answers as the gateway would, and remembers what it was asked and as whom.
type plane struct {
	asked []string
	as    []id.Key
	heads []http.Header
	from  string
}

func (p *plane) As(g *key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		lock <- struct{}{}
		p.asked, p.as, p.heads, p.from = append(p.asked, string(body)), append(p.as, g.Key), append(p.heads, r.Header), r.RemoteAddr
		<-lock
		w.Header().Set("X-Bodhi-Request-Id", "req_1")
		if strings.Contains(string(body), "dear") {
			w.WriteHeader(http.StatusPaymentRequired)
			fmt.Fprint(w, `{"error":{"message":"The budget of Acme is used up."}}`)
			return
		}
		w.Header().Set("X-Bodhi-Cost-Usd", "0.0123")
		w.Header().Set("X-Bodhi-Warning", "dropped store")
		fmt.Fprint(w, `{"choices":[{"message":{"content":"<b>four</b>"},"finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`)
	})
}

var lock = make(chan struct{}, 1)

type scene struct {
	house *webtest.House
	site  http.Handler
	acme  webtest.Tenant
	desk  *desk
	plane *plane
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	store := db.NewConnectionStore(d)
	aliases := route.New(route.Parts{Store: db.NewAliasStore(d), Connections: store, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	connections := provider.New(provider.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}), Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	s := &scene{house: h, desk: &desk{}, plane: &plane{}}
	trials := trial.New(trial.Parts{Keys: h.Keys, Desk: s.desk, Gateway: s.plane, Tx: d, Audit: h.Audit, Clock: h.Clock})
	reports := report.NewService(db.NewReportStore(d), db.NewOrgStore(d), h.Clock)
	s.site = h.Serve(t, append(trialweb.New(trials, connections, reports, catalog.BuiltIn()).Routes(), webtest.Enter()))
	s.acme = h.Found(t, "Acme")
	if _, err := connections.Create(t.Context(), s.acme.Actor(org.Admin), provider.Input{Name: "box", Kind: provider.Sandbox}); err != nil {
		t.Fatal(err)
	}
	return s
}

// key makes a key that acts as the member of a role.
func (s *scene) key(t *testing.T, role org.Role) string {
	t.Helper()
	k, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "mine", Team: s.acme.Team, Member: s.acme.Members[role].ID})
	if err != nil {
		t.Fatal(err)
	}
	return k.Key.ID.String()
}

func TestAQuestionIsAskedAsAKeyOfOnesOwn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := browser.Get("/try"); !p.Has("You have no key that works", "/keys/new") || p.Has(`name="prompt"`) {
		t.Errorf("without a key: %d\n%s", p.Status, p.Body)
	}
	own, theirs := s.key(t, org.Developer), s.key(t, org.Manager)
	p := browser.Get("/try?target=box/sandbox-chat")
	if !p.Has(`name="prompt"`, own, "box/sandbox-chat") || p.Has(theirs) {
		t.Errorf("the form: %d\n%s", p.Status, p.Body)
	}
	form := url.Values{"prompt": {"2 + 2?"}, "target": {"box/sandbox-chat", "", "other/dear"}, "key": {theirs}, "max_output_tokens": {"50"}}
	if p := browser.Post("/try", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Choose a key of your own", "2 + 2?", "other/dear") || len(s.plane.asked) != 0 {
		t.Errorf("as somebody else's key: %d\n%s", p.Status, p.Body)
	}
	form.Set("key", own)
	p = browser.Post("/try", form)
	if p.Status != 200 || !p.Has("&lt;b&gt;four&lt;/b&gt;", "$0.0123", "7 in, 3 out", "The budget of Acme is used up.", "Refused (402)", "/requests/req_1", "ended at the longest answer", "dropped store", "2 + 2?") {
		t.Errorf("answers: %d\n%s", p.Status, p.Body)
	}
	if len(s.plane.asked) != 2 || s.plane.as[0].String() != own || s.plane.heads[0].Get("X-Bodhi-Fallback") != "off" || s.plane.heads[0].Get("Authorization") != "" {
		t.Errorf("asked %v as %v with %v", s.plane.asked, s.plane.as, s.plane.heads)
	}
	if all := strings.Join(s.plane.asked, ""); !strings.Contains(all, `"max_completion_tokens":50`) || !strings.Contains(all, `"model":"other/dear"`) {
		t.Error(all)
	}
	for name, bad := range map[string]url.Values{
		"max_output_tokens": {"prompt": {"x"}, "target": {"a/b"}, "key": {own}, "max_output_tokens": {"many"}},
		"prompt":            {"prompt": {" "}, "target": {"a/b"}, "key": {own}},
		"targets":           {"prompt": {"x"}, "key": {own}},
	} {
		if p := browser.Post("/try", bad); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a bad %s: %d", name, p.Status)
		}
	}
	s.desk.off = true
	if p := browser.Post("/try", form); p.Status != http.StatusUnprocessableEntity || !p.Has("This key is disabled.") || len(s.plane.asked) != 2 {
		t.Errorf("a key that was just disabled: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Viewer]).Post("/try", form); p.Status != http.StatusForbidden {
		t.Errorf("a viewer: %d", p.Status)
	}
}

func TestATokenAsksAsAKeyOfAService(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "ci", Team: s.acme.Team, Account: "ci"})
	if err != nil {
		t.Fatal(err)
	}
	own := k.Key.ID.String()
	api := s.house.Program(t, s.site, s.acme, org.Manager)
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+own+`","targets":["box/sandbox-chat"],"prompt":"hi"}`); p.Status != 200 || !p.Has(`"text":"`, `"cost_usd":"0.0123"`, `"request_id":"req_1"`, `"truncated":true`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+s.key(t, org.Manager)+`","targets":["a/b"],"prompt":"hi"}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"key"`) {
		t.Errorf("no key: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+own+`","targets":["a/b","b/c","c/d","d/e","e/f"],"prompt":"hi"}`); p.Status != http.StatusBadRequest || !p.Has("At most 4 models") {
		t.Errorf("five models: %d %s", p.Status, p.Body)
	}
}

func TestATokenThatMayNotManageAKeyMayNotSpendIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "ci", Team: s.acme.Team, Account: "ci"})
	if err != nil {
		t.Fatal(err)
	}
	api := s.house.Program(t, s.site, s.acme, org.Developer)
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+k.Key.ID.String()+`","targets":["a/b"],"prompt":"hi"}`); p.Status != http.StatusBadRequest || len(s.plane.asked) != 0 {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}
