package bulletinweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/bulletin/bulletinweb"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// proofs answers with so many lines, and notes who asked about which month.
func (s *scene) proofs(lines int) *[]string {
	var asked []string
	s.reports.Maker.Proofs = func(_ context.Context, a org.Actor, k bulletin.Kind, month string) (bulletin.Evidence, error) {
		if err := a.Require(org.Admin); err != nil {
			return bulletin.Evidence{}, err
		}
		asked = append(asked, k.Topic()+" "+month)
		people := bulletin.Sheet{Title: "People", Columns: []string{"Address", "Keys"}, Figures: 1}
		for range lines {
			people.Rows = append(people.Rows, []string{"=ada@acme.test", "2"})
		}
		return bulletin.Evidence{Lead: "Who may do what.", Sheets: []bulletin.Sheet{people, {Title: "Services", Columns: []string{"Key"}}}}, nil
	}
	return &asked
}

func (s *scene) due(t *testing.T, at time.Time) {
	t.Helper()
	s.house.Clock.Set(at)
	if err := s.reports.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Evidence of a month goes once to each admin on the 1st, with its files, and to nobody who is none.
func TestEvidenceGoesToAdminsOnceAMonth(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		asked := s.proofs(3)
		s.house.Clock.Set(time.Date(2027, 2, 10, 12, 0, 0, 0, time.UTC))
		in := bulletin.Input{Kind: bulletin.AccessEvidence, Hour: 8, Answering: true, CSV: true, PDF: true}
		for _, r := range org.Roles {
			if _, err := s.reports.Create(t.Context(), s.acme.Actor(r), in); r != org.Admin && !fault.Is(err, fault.Forbidden) {
				t.Errorf("a %s orders evidence: %v", r, err)
			}
		}
		l := s.only(t)
		wrong := in
		wrong.Kind, wrong.Members = bulletin.CostsEvidence, append(wrong.Members, s.acme.Members[org.Viewer].ID)
		if _, err := s.reports.Create(t.Context(), s.acme.Actor(org.Admin), wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("a viewer is chosen for evidence: %v", err)
		}
		wrong.Members, wrong.Team = nil, s.acme.Team
		if _, err := s.reports.Create(t.Context(), s.acme.Actor(org.Admin), wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("evidence of a team: %v", err)
		}
		s.office.Deliver(t)

		s.due(t, time.Date(2027, 3, 1, 7, 59, 0, 0, time.UTC))
		if n := len(s.office.Deliver(t)); n != 0 {
			t.Errorf("%d letters before the hour", n)
		}
		for range 2 {
			s.due(t, time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC))
		}
		letters := s.office.Deliver(t)
		if len(letters) != 1 || letters[0].To != s.acme.Members[org.Admin].Email || strings.Join(*asked, ";") != "access 2027-02" {
			t.Fatalf("%d letters, asked for %v", len(letters), *asked)
		}
		m := letters[0]
		if len(m.Files) != 2 || m.Files[0].Name != "evidence-access-2027-02.pdf" || !strings.HasPrefix(string(m.Files[0].Body), "%PDF-") || !strings.Contains(string(m.Files[1].Body), "'=ada@acme.test,2") {
			t.Errorf("files: %d", len(m.Files))
		}
		if strings.Contains(m.Text, "ada@acme.test") || !strings.Contains(m.Text, "3 lines") || !strings.Contains(m.Subject, "February 2027") {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}

		if err := s.reports.Stop(t.Context(), s.acme.Actor(org.Viewer), l.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a viewer stops evidence: %v", err)
		}
		if err := s.reports.Stop(t.Context(), s.acme.Actor(org.Admin), l.ID); err != nil {
			t.Fatal(err)
		}
		s.due(t, time.Date(2027, 4, 1, 8, 0, 0, 0, time.UTC))
		if n := len(s.office.Deliver(t)); n != 0 {
			t.Errorf("%d letters to somebody who stopped it", n)
		}
		if err := s.reports.Resume(t.Context(), s.acme.Actor(org.Admin), l.ID); err != nil {
			t.Fatal(err)
		}
		s.due(t, time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC))
		if n := len(s.office.Deliver(t)); n != 1 {
			t.Errorf("%d letters after it was wanted again", n)
		}
		for _, r := range org.Roles {
			all, err := s.reports.Archive(t.Context(), s.acme.Actor(r), bulletin.EditionQuery{Limit: 10})
			if want := map[org.Role]int{org.Admin: 3}[r]; err != nil || len(all) != want {
				t.Errorf("a %s sees %d editions of evidence, %v", r, len(all), err)
			}
		}
	})
}

// only is the one report that there is.
func (s *scene) only(t *testing.T) bulletin.Listed {
	t.Helper()
	all, err := s.reports.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 {
		t.Fatalf("%d reports, %v", len(all), err)
	}
	return all[0]
}

// What is too large for a mail stays behind the link, and what is too long for an edition is cut, which it says.
func TestEvidenceIsBounded(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.proofs(6000)
	s.house.Clock.Set(time.Date(2027, 3, 10, 12, 0, 0, 0, time.UTC))
	l := s.create(t, bulletin.Input{Kind: bulletin.AccessEvidence, Hour: 8, Answering: true, CSV: true})
	e, err := s.reports.Preview(t.Context(), s.acme.Actor(org.Admin), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	if sheet := e.Content.Evidence.Sheets[0]; len(sheet.Rows) != 5000 || !strings.Contains(sheet.Note, "first 5,000 of 6,000") {
		t.Errorf("%d lines, %q", len(sheet.Rows), sheet.Note)
	}
	e.Content.Evidence.Sheets[0].Rows[0][0] = strings.Repeat("x", 7<<20)
	letter, err := s.writer.Letter(e)
	if err != nil {
		t.Fatal(err)
	}
	if len(letter.Files) != 0 || !strings.Contains(strings.Join(letter.Text, " "), "too large for a mail") {
		t.Errorf("%d files, %q", len(letter.Files), letter.Text)
	}
}

func TestPagesOfEvidence(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.proofs(2)
	s.house.Clock.Set(time.Date(2027, 3, 8, 12, 0, 0, 0, time.UTC))
	site := s.house.Serve(t, append(bulletinweb.New(s.reports, s.writer, s.house.Identity, s.house.Keys).Routes(), webtest.Enter()))
	admin, lead := webtest.As(t, site, s.acme.Members[org.Admin]), webtest.As(t, site, s.acme.Members[org.Lead])
	if p := lead.Get("/reports/new"); p.Has("evidence_access") {
		t.Error("a lead is offered evidence")
	}
	if p := admin.Get("/reports/new?kind=evidence_access"); !p.Has(`value="evidence_access"`, "Evidence: who has access") {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	p := admin.Post("/reports", url.Values{"kind": {"evidence_access"}, "scope": {s.acme.Org.ID.String()}, "hour": {"8"}, "answering": {"on"}, "pdf": {"on"}})
	if p.Status != http.StatusSeeOther {
		t.Fatalf("set up: %d\n%s", p.Status, p.Body)
	}
	one := p.Location
	if p := admin.Get(one); !p.Has("Evidence: who has access", "=ada@acme.test", "Stop it for me", "on the 1st of each month at 08:00") {
		t.Errorf("page: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Get(one); p.Status != http.StatusNotFound {
		t.Errorf("a lead sees evidence: %d", p.Status)
	}
	if p := admin.Post(one+"/stop", nil); p.Status != http.StatusSeeOther {
		t.Errorf("stop: %d", p.Status)
	}
	if p := admin.Get(one); !p.Has("Send it to me again") {
		t.Errorf("stopped: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(one+"/send", nil); p.Status != http.StatusSeeOther {
		t.Fatalf("sent: %d %s", p.Status, p.Location)
	} else if p := admin.Get(p.Location + "/file?format=csv"); !p.Has("'=ada@acme.test,2", "People") {
		t.Errorf("table: %d\n%s", p.Status, p.Body)
	}
}
