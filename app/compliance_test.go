package app

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// The canary's address, name and words. None may be left of any.
const (
	canaryMail = "jana.canary@acme.test"
	canaryName = "Jana Canaryova"
	// shoutedMail is how a program may write the address in a tag.
	shoutedMail = "JANA.CANARY@ACME.TEST"
)

// canary is a member of whom there is something of every kind: they did things, were named by others, wrote, asked and paid.
func canary(t *testing.T, a *App, s *webtest.Site) org.Member {
	t.Helper()
	ctx := t.Context()
	x := &stage{t: t, a: a, s: s}
	admin, team := x.admin(), x.team()
	m, err := a.people.AddMember(ctx, admin, identity.NewMember{Name: canaryName, Email: canaryMail, Role: org.Lead, Teams: []id.Team{team}, Password: secret.New(webtest.Password)})
	must(t, err)
	me := m.Acting(org.Actor{IP: "203.0.113.77", UserAgent: "Canarybrowser/1.0"})
	mine, err := a.keys.Create(ctx, me, key.Input{Name: "Laptop of " + canaryName, Team: team, Member: m.ID})
	must(t, err)
	_, _, err = a.people.CreateToken(ctx, me, identity.NewToken{Name: "own", Personal: true})
	must(t, err)
	_, err = a.factors.BeginApp(ctx, me)
	must(t, err)
	which, err := id.ParseBudget(s.Home.Things["budgets"])
	must(t, err)
	more, err := a.budgets(nil).Ask(ctx, me, which, budget.RequestInput{Amount: 1, Reason: "canary-reason"})
	must(t, err)
	_, err = a.budgets(nil).Approve(ctx, admin, more.ID, budget.Verdict{})
	must(t, err)
	rate, err := id.ParseLimit(s.Home.Things["limits"])
	must(t, err)
	faster, err := a.limits(nil).AskMore(ctx, me, rate, limit.More{Add: 1, Until: a.clock.Now().Add(time.Hour), Reason: "canary-reason"})
	must(t, err)
	_, err = a.limits(nil).Approve(ctx, admin, faster.ID, limit.Verdict{})
	must(t, err)
	asked, err := a.asking.Ask(ctx, me, approval.Input{Key: mine.Key.ID, Model: "own-model", Reason: "canary-reason"})
	must(t, err)
	_, err = a.asking.Deny(ctx, admin, asked.ID, "no")
	must(t, err)
	_, err = a.library.Create(ctx, me, prompt.Input{Name: "notes", Kind: prompt.Chat, Visibility: prompt.Private}, prompt.Content{Model: "m", Messages: []prompt.Message{{Role: "user", Text: "canary-notes"}}}, "", "")
	must(t, err)
	_, err = evaluation.New(a.evaluating()).Create(ctx, me, evaluation.Input{Name: "questions", Visibility: evaluation.Private}, []evaluation.Row{{Messages: []evaluation.Message{{Role: "user", Content: "canary"}}}})
	must(t, err)
	request := ledger.Request{ID: id.NewRequest(a.ids), At: a.clock.Now(), Family: "openai", Endpoint: "chat", Asked: "m", Status: 200, EndUser: "canary-user", Session: "=1+canary-session", Tags: "project=" + canaryMail,
		Chain: org.Chain{Org: admin.Org, Team: team, Member: m.ID, Key: mine.Key.ID}}
	_, err = a.ledgerStore.Post(ctx, id.NewNode(a.ids), budget.Batch{Requests: []ledger.Request{request}})
	must(t, err)
	e := cache.Entry{Org: admin.Org, Sharing: cache.Team, Node: team.UUID(), Member: m.ID, Asked: "m", Model: "m", Made: a.clock.Now(), Fresh: a.clock.Now().Add(time.Hour), Stale: a.clock.Now().Add(time.Hour), Sealed: []byte("canary-answer")}
	must(t, a.cacheStore.Put(ctx, admin.Org, []*cache.Entry{&e}))
	webtest.LogIn(t, s.Handler, canaryMail, webtest.Password)
	return m
}

func TestNothingIsLeftOfAPersonWhoWasErased(t *testing.T) {
	t.Parallel()
	at := dbtest.SQLiteURL(t)
	a, _, s := furnished(t, at)
	x := &stage{t: t, a: a, s: s}
	admin := x.admin()
	a.unheld(t, admin.Org)
	m := canary(t, a, s)
	words := []string{"canary", "Canary", "203.0.113.77"}
	before := contents(t, at)
	for _, w := range append(words, canaryMail, canaryName) {
		if !bytes.Contains(before, []byte(w)) {
			t.Fatalf("%q is not in the database to begin with", w)
		}
	}
	entries, err := a.audit.Verify(t.Context(), admin.Org)
	must(t, err)

	var archive bytes.Buffer
	must(t, a.compliant().Export(t.Context(), admin, m.ID, &archive))
	if got := unzipped(t, archive.Bytes()); !strings.Contains(got["requests.json"], "canary-session") || !strings.Contains(got["audit_entries.csv"], "Canarybrowser") || !strings.Contains(got["requests.csv"], ",'=1+canary-session,") ||
		!strings.Contains(got["members.json"], canaryName) || !strings.Contains(got["manifest.json"], canaryMail) || strings.Contains(got["identities.json"], "argon2id") {
		t.Errorf("the archive holds %d files, and not what it should", len(got))
	}

	held, err := a.compliant().Hold(t.Context(), admin, m.ID, "the case of Smith")
	must(t, err)
	if _, err := a.compliant().Erase(t.Context(), admin, m.ID, canaryMail, "x"); !fault.Is(err, fault.Conflict) {
		t.Fatalf("a hold did not keep it: %v", err)
	}
	if err := a.people.DeleteOrganization(t.Context(), admin, "Acme"); !fault.Is(err, fault.Conflict) {
		t.Fatalf("a hold did not keep the organization: %v", err)
	}
	must(t, a.compliant().End(t.Context(), admin, held.ID))
	if _, err := a.compliant().Erase(t.Context(), admin, m.ID, "other@acme.test", "x"); !fault.Is(err, fault.Invalid) {
		t.Fatalf("the wrong address did it: %v", err)
	}
	did, err := a.compliant().Erase(t.Context(), admin, m.ID, canaryMail, "asked for on 26 November")
	must(t, err)
	if did.Entries == 0 || did.Rows() < 15 || did.Head == "" {
		t.Errorf("the proof says %+v", did)
	}

	for _, private := range []string{"prompts", "evaluation_datasets"} {
		if !slices.Contains(did.Counts, compliance.Count{Table: private, What: compliance.Deleted, Rows: 1}) {
			t.Errorf("the proof says nothing of their private %s: %+v", private, did.Counts)
		}
	}

	after := contents(t, at)
	for _, w := range words {
		for rest := after; ; {
			i := bytes.Index(rest, []byte(w))
			if i < 0 {
				break
			}
			t.Errorf("%q is left: …%q…", w, rest[max(0, i-80):min(len(rest), i+60)])
			rest = rest[i+len(w):]
		}
	}
	now, err := a.audit.Verify(t.Context(), admin.Org)
	if err != nil || now <= entries {
		t.Errorf("the audit chain: %d entries, %v", now, err)
	}
	if books, err := a.ledgerStore.Verify(t.Context()); err != nil || !books.Balanced() {
		t.Errorf("the books: %v %v", books, err)
	}
	if p, err := a.compliant().Person(t.Context(), admin, m.ID); err != nil || p.Email != did.Pseudonym {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := a.compliant().Erase(t.Context(), admin, m.ID, did.Pseudonym, "again"); !fault.Is(err, fault.Conflict) {
		t.Errorf("it is done twice: %v", err)
	}
}

// TestErasingIsTheSameOnPostgreSQL looks into every text that the database can print.
func TestErasingIsTheSameOnPostgreSQL(t *testing.T) {
	t.Parallel()
	at := dbtest.PostgresURL(t)
	a, _, s := furnished(t, at)
	x := &stage{t: t, a: a, s: s}
	m := canary(t, a, s)
	if left := printed(t, at); !strings.Contains(left, canaryMail) || !strings.Contains(left, "canary-session") {
		t.Fatal("the canary is not in the database to begin with")
	}
	_, err := a.compliant().Erase(t.Context(), x.admin(), m.ID, canaryMail, "asked for on 26 November")
	must(t, err)
	for line := range strings.Lines(printed(t, at)) {
		for _, w := range []string{"canary", "Canary", "203.0.113.77"} {
			if strings.Contains(line, w) {
				t.Errorf("%q is left: %.200s", w, line)
			}
		}
	}
	if _, err := a.audit.Verify(t.Context(), x.home().Org); err != nil {
		t.Error(err)
	}
}

func TestAHoldStopsWhatGoesByAge(t *testing.T) {
	t.Parallel()
	at := dbtest.SQLiteURL(t)
	a, _, s := furnished(t, at)
	x := &stage{t: t, a: a, s: s}
	admin := x.admin()
	a.unheld(t, admin.Org)
	held, err := a.compliant().Hold(t.Context(), admin, id.Member{}, "the case of Smith")
	must(t, err)
	later := a.clock.Now().AddDate(1, 0, 0)
	sweep := func() {
		t.Helper()
		must(t, db.NewBatchStore(a.db).Sweep(t.Context(), later, later, later))
		must(t, db.NewFeedbackStore(a.db).Sweep(t.Context(), later))
		must(t, db.NewMailStore(a.db).Sweep(t.Context(), later))
		must(t, db.NewNoticeStore(a.db).Sweep(t.Context(), later))
		must(t, db.NewDeliveryStore(a.db).SweepEvents(t.Context(), later))
	}
	raw := openRaw(t, at)
	left := func() map[string]int {
		t.Helper()
		out := map[string]int{}
		for _, table := range []string{"requests", "batches", "batch_files", "feedback", "mails", "notices", "events"} {
			var n int
			must(t, raw.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" WHERE org_id = ?", admin.Org).Scan(&n))
			out[table] = n
		}
		return out
	}
	for _, over := range []string{"batches SET ended_at", "batch_files SET expires_at"} {
		_, err = raw.ExecContext(t.Context(), "UPDATE "+over+" = created_at WHERE org_id = ?", admin.Org)
		must(t, err)
	}
	before := left()
	must(t, a.retention.ForgetAll(t.Context(), later))
	sweep()
	for table, n := range left() {
		if n == 0 || n < before[table] {
			t.Errorf("%s: %d of %d are left although a hold keeps them", table, n, before[table])
		}
	}
	if more, err := db.NewUsageStore(a.db).Forget(t.Context(), admin.Org, later, later); err != nil || more { // the job began before the hold
		t.Errorf("a hold set meanwhile: %v, %v", more, err)
	}
	kept, err := a.reports.Requests(t.Context(), admin, report.Query{})
	must(t, err)
	if len(kept.Requests) == 0 {
		t.Fatal("requests went although a hold keeps them")
	}
	must(t, a.compliant().End(t.Context(), admin, held.ID))
	must(t, a.retention.ForgetAll(t.Context(), later))
	sweep()
	for table, n := range left() {
		if n > 0 {
			t.Errorf("%s: %d are left although the hold is over", table, n)
		}
	}
	kept, err = a.reports.Requests(t.Context(), admin, report.Query{})
	must(t, err)
	if len(kept.Requests) != 0 {
		t.Error("requests stay although the hold is over")
	}
	if err := a.compliant().End(t.Context(), admin, held.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it ends twice: %v", err)
	}
}

// contents are the bytes of a fresh copy of a SQLite database: what a backup of it holds.
func contents(t *testing.T, at string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "copy.db")
	_, err := openRaw(t, at).ExecContext(t.Context(), "VACUUM INTO ?", file)
	must(t, err)
	raw, err := os.ReadFile(file)
	must(t, err)
	return raw
}

// printed is every row of every table, as text.
func printed(t *testing.T, at string) string {
	t.Helper()
	raw, err := sql.Open("pgx", at)
	must(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	rows, err := raw.QueryContext(t.Context(), "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)")
	must(t, err)
	var names []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	must(t, rows.Err())
	var out strings.Builder
	for _, name := range names {
		rows, err := raw.QueryContext(t.Context(), "SELECT x::text FROM "+name+" x")
		must(t, err)
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			out.WriteString(name + " " + line + "\n")
		}
		must(t, rows.Err())
	}
	return out.String()
}

func unzipped(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	must(t, err)
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, errors.Join(err, r.Close()))
		out[f.Name] = string(text)
	}
	return out
}
