package trialweb_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/app/trial/trialweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
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
	s := &scene{house: h, desk: &desk{}, plane: &plane{}}
	trials := trial.New(trial.Parts{Keys: h.Keys, Desk: s.desk, Gateway: s.plane, Tx: d, Audit: h.Audit, Clock: h.Clock})
	s.site = h.Serve(t, append(trialweb.New(trials).Routes(), webtest.Enter()))
	s.acme = h.Found(t, "Acme")
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

func TestTheOldPageLeadsToThePlayground(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if p := webtest.As(t, s.site, s.acme.Members[org.Developer]).Get("/try?target=box/sandbox-chat"); p.Status != http.StatusSeeOther || p.Location != "/playground?target=box%2Fsandbox-chat" {
		t.Errorf("%d %s", p.Status, p.Location)
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
	if h := s.plane.heads[0]; len(s.plane.asked) != 1 || s.plane.as[0].String() != own || h.Get("X-Bodhi-Fallback") != "off" || h.Get("Authorization") != "" || !strings.Contains(s.plane.asked[0], `"max_completion_tokens":500`) {
		t.Errorf("asked %v as %v with %v", s.plane.asked, s.plane.as, s.plane.heads)
	}
	for field, bad := range map[string]string{
		"max_output_tokens": `"targets":["a/b"],"prompt":"hi","max_output_tokens":-1`,
		"prompt":            `"targets":["a/b"],"prompt":" "`,
		"targets":           `"targets":[],"prompt":"hi"`,
	} {
		if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+own+`",`+bad+`}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"`+field+`"`) {
			t.Errorf("a bad %s: %d %s", field, p.Status, p.Body)
		}
	}
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+own+`","targets":["other/dear"],"prompt":"hi"}`); p.Status != 200 || !p.Has("The budget of Acme is used up.", `"status":402`) {
		t.Errorf("refused: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+s.key(t, org.Manager)+`","targets":["a/b"],"prompt":"hi"}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"key"`) {
		t.Errorf("no key: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+own+`","targets":["a/b","b/c","c/d","d/e","e/f"],"prompt":"hi"}`); p.Status != http.StatusBadRequest || !p.Has("At most 4 models") {
		t.Errorf("five models: %d %s", p.Status, p.Body)
	}
	s.desk.off = true
	if p := api.JSON("POST", "/api/v1/trials", `{"key":"`+own+`","targets":["a/b"],"prompt":"hi"}`); p.Status != http.StatusBadRequest || !p.Has("This key is disabled.") {
		t.Errorf("a key that was just disabled: %d %s", p.Status, p.Body)
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
