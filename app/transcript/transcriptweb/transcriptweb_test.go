package transcriptweb_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/transcript/transcriptweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	t     *testing.T
	house *webtest.House
	acme  webtest.Tenant
	texts *transcript.Service
	desk  *transcript.Desk
	store *db.TranscriptStore
	site  http.Handler
	log   *bytes.Buffer
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	s := &scene{t: t, house: webtest.NewHouse(t, d), store: db.NewTranscriptStore(d), log: &bytes.Buffer{}}
	h := s.house
	h.Passwordless = true
	s.acme = h.Found(t, "Acme")
	log := slog.New(slog.NewTextHandler(s.log, nil))
	s.texts = transcript.New(transcript.Parts{Store: s.store, Teams: db.NewOrgStore(d), Vault: h.Keyring, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, Log: log})
	s.desk = transcript.NewDesk(h.Keyring, s.store, log, []llm.Wire{openai.Wire{}})
	s.site = h.Serve(t, append(transcriptweb.New(s.texts).Routes(), webtest.Enter()))
	return s
}

// load has the data plane read what was set.
func (s *scene) load() {
	s.t.Helper()
	all, err := s.store.Settings(s.t.Context())
	if err == nil {
		err = s.desk.Load(all)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// said has the data plane keep a request of a member.
func (s *scene) said(m id.Member, question, answer string) id.Request {
	s.t.Helper()
	call, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"` + question + `"}]}`)})
	if err != nil {
		s.t.Fatal(err)
	}
	r := id.NewRequest(s.house.IDs)
	s.desk.Keep(&transcript.Taken{Request: r, Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Member: m}, At: s.house.Clock.Now(), Call: *call,
		Body: []byte(`{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"` + answer + `"},"finish_reason":"stop"}]}`)})
	s.desk.Flush(s.t.Context())
	return r
}

func (s *scene) as(r org.Role) *webtest.Client { return webtest.As(s.t, s.site, s.acme.Members[r]) }

func TestATeamsTextsAreKeptReadAndGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.load()
		dev := s.acme.Members[org.Developer].ID
		if r := s.said(dev, "too early", "no"); s.has(r) {
			t.Error("kept before anybody wanted it")
		}
		team := url.Values{"team": {s.acme.Team.String()}, "days": {"10"}}
		if p := s.as(org.Lead).Post("/transcripts/teams", team); p.Status != http.StatusForbidden {
			t.Errorf("a lead turns it on: %d", p.Status)
		}
		if p := s.as(org.Manager).Post("/transcripts/teams", team); p.Status != http.StatusSeeOther {
			t.Fatalf("a manager turns it on: %d\n%s", p.Status, p.Body)
		}
		if p := s.as(org.Viewer).Get("/transcripts"); !p.Has("One of your teams keeps texts", "10 days") {
			t.Errorf("told to a viewer: %d\n%s", p.Status, p.Body)
		}
		s.load()
		r := s.said(dev, "what is canary-question?", "canary-answer")
		for role, status := range map[org.Role]int{org.Developer: 200, org.Lead: 200, org.Manager: 200, org.Admin: 200, org.Viewer: 404} {
			p := s.as(role).Post("/requests/"+r.String()+"/text", nil)
			if p.Status != status || (status == 200) != p.Has("canary-question", "canary-answer", "be brief", "Kept until") {
				t.Errorf("%s reads it: %d", role, p.Status)
			}
		}
		other := s.house.Join(t, s.acme, "Other", org.Developer, s.acme.Team)
		if p := webtest.As(t, s.site, other).Post("/requests/"+r.String()+"/text", nil); p.Status != 404 {
			t.Errorf("a colleague reads it: %d", p.Status)
		}
		if n := s.noted("transcript.read"); n != 4 {
			t.Errorf("%d readings are in the audit log, want 4", n)
		}
		if strings.Contains(s.log.String(), "canary") {
			t.Error("the log has it")
		}
		record, err := s.store.Get(t.Context(), s.acme.Org.ID, r)
		if err != nil || bytes.Contains(record.Sealed, []byte("canary")) {
			t.Errorf("it is in clear: %v", err)
		}
		s.expires(r)
	})
}

// expires sees a text go by its age, by a shorter time, and by the organization's bound, but not under a legal hold.
func (s *scene) expires(r id.Request) {
	t, ctx := s.t, s.t.Context()
	t.Helper()
	s.house.Clock.Advance(5 * 24 * time.Hour)
	s.sweep()
	if !s.has(r) {
		t.Fatal("gone after 5 of 10 days")
	}
	manager := s.acme.Actor(org.Manager)
	if err := s.texts.Set(ctx, manager, s.acme.Team, 5); err != nil {
		t.Fatal(err)
	}
	if _, there, err := s.texts.Of(ctx, s.acme.Actor(org.Admin), r); there || err != nil {
		t.Errorf("still shown after a shorter time: %v", err)
	}
	s.sweep()
	if s.has(r) {
		t.Error("still there after a shorter time")
	}
	again := s.said(s.acme.Members[org.Developer].ID, "again", "yes")
	if err := s.texts.SetBound(ctx, s.acme.Actor(org.Admin), transcript.Bound{Forbidden: true, MostDays: 30}); err != nil {
		t.Fatal(err)
	}
	if err := s.texts.Set(ctx, manager, s.acme.Team, 3); fault.From(err).Code != "transcripts_forbidden" {
		t.Errorf("wanted although it is forbidden: %v", err)
	}
	held, holds := compliance.Hold{ID: id.NewHold(s.house.IDs), Org: s.acme.Org.ID, Reason: "a case", By: "test", At: s.house.Clock.Now()}, db.NewComplianceStore(s.house.DB)
	if err := holds.AddHold(ctx, held); err != nil {
		t.Fatal(err)
	}
	s.sweep()
	if !s.has(again) {
		t.Error("a legal hold does not keep it")
	}
	if _, err := holds.EndHold(ctx, s.acme.Org.ID, held.ID, "test", s.house.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	s.sweep()
	if s.has(again) {
		t.Error("it is there although it is forbidden")
	}
	s.load()
	if late := s.said(s.acme.Members[org.Developer].ID, "late", "no"); s.has(late) {
		t.Error("kept although it is forbidden")
	}
}

func (s *scene) sweep() {
	s.t.Helper()
	if err := s.texts.Sweep(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) has(r id.Request) bool {
	s.t.Helper()
	_, err := s.store.Get(s.t.Context(), s.acme.Org.ID, r)
	return err == nil
}

func (s *scene) noted(action string) (n int) {
	s.t.Helper()
	all, err := s.house.Audit.Search(s.t.Context(), s.acme.Actor(org.Admin), audit.Query{Action: action})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(all)
}

func TestMistakesAreSaidAndWhatWasTypedStays(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	admin, team := s.as(org.Admin), s.acme.Team.String()
	for name, x := range map[string]struct {
		path  string
		typed url.Values
		says  []string
	}{
		"too long":         {"/transcripts/teams", url.Values{"team": {team}, "days": {"31"}}, []string{"30 days at most", `value="31"`}},
		"no number":        {"/transcripts/teams", url.Values{"team": {team}, "days": {"ten"}}, []string{"1 to 365 days", `value="ten"`}},
		"less than none":   {"/transcripts/teams", url.Values{"team": {team}, "days": {"-1"}}, []string{"1 to 365 days"}},
		"a bound of years": {"/transcripts", url.Values{"allowed": {"on"}, "most_days": {"3650"}}, []string{"1 to 365 days", `value="3650"`}},
	} {
		if p := admin.Post(x.path, x.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says...) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := admin.Post("/transcripts/teams", url.Values{"team": {"team_nonsense"}, "days": {"3"}}); p.Status != http.StatusNotFound {
		t.Errorf("no such team: %d", p.Status)
	}
	if p := admin.Post("/transcripts", url.Values{"allowed": {"on"}, "most_days": {"60"}}); p.Status != http.StatusSeeOther {
		t.Errorf("a bound: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post("/transcripts/teams", url.Values{"team": {team}, "days": {"60"}}); p.Status != http.StatusSeeOther {
		t.Errorf("60 days: %d\n%s", p.Status, p.Body)
	}
	program := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := program.JSON(http.MethodPut, "/api/v1/teams/"+team+"/transcripts", `{"days": 0}`); p.Status != http.StatusOK || !p.Has(`"days":0`) {
		t.Errorf("off by the API: %d %s", p.Status, p.Body)
	}
	if p := program.Get("/api/v1/transcripts"); p.Status != http.StatusOK || !p.Has(`"most_days":60`, `"allowed":true`) {
		t.Errorf("the API: %d %s", p.Status, p.Body)
	}
}

func TestAPersonsTextsAreHandedOutAndErased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		if err := s.texts.Set(t.Context(), s.acme.Actor(org.Admin), s.acme.Team, 10); err != nil {
			t.Fatal(err)
		}
		s.load()
		who, other := s.acme.Members[org.Developer], s.acme.Members[org.Lead]
		mine, theirs := s.said(who.ID, "mine", "yes"), s.said(other.ID, "theirs", "no")
		var handed []id.Request
		err := s.texts.Export(t.Context(), s.acme.Actor(org.Admin), who.ID, func(k transcript.Kept, text transcript.Text) error {
			handed = append(handed, k.Request)
			if len(text.Messages) != 2 || text.Messages[1].Text != "mine" {
				t.Errorf("handed out %+v", text)
			}
			return nil
		})
		if err != nil || len(handed) != 1 || handed[0] != mine {
			t.Errorf("handed out %v, %v", handed, err)
		}
		p := compliance.Person{Org: s.acme.Org.ID, Member: who.ID, Email: who.Email, Name: who.Name}
		store := db.NewComplianceStore(d)
		if _, err := store.Erase(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		e := compliance.Erasure{ID: id.NewErasure(s.house.IDs), Org: p.Org, Member: p.Member, Pseudonym: p.Pseudonym(), At: s.house.Clock.Now()}
		if err := store.AddErasure(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if s.has(mine) || !s.has(theirs) {
			t.Error("erased the wrong ones")
		}
		if late := s.said(who.ID, "it waited in the queue", "yes"); s.has(late) {
			t.Error("kept of somebody who was erased")
		}
	})
}
