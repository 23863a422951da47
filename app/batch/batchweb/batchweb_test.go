package batchweb_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/batch/batchweb"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type nobody struct{}

func (nobody) Quote(id.Org, string, string, time.Time) (catalog.Quote, bool) { return nil, false }

// plane answers as the gateway would: yes, for a thousandth of a dollar. What asks "bad" is refused, and "slow" waits for let.
type plane struct{ let chan struct{} }

func (p *plane) As(*key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(body), "unknown/"):
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":{"message":"There is no model unknown/x for this key.","bodhi":{"code":"model_not_found"}}}`)
			return
		case r.Header.Get("X-Bodhi-Dry-Run") == "1":
			fmt.Fprint(w, `{"object":"dry_run","price_ceiling_usd":"0.01"}`)
			return
		case strings.Contains(string(body), "slow"):
			select {
			case <-p.let:
			case <-r.Context().Done():
			}
		case strings.Contains(string(body), "bad"):
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":{"message":"It is <bad>.","bodhi":{"code":"invalid_request"}}}`)
			return
		}
		answer := []byte(`{"choices":[{"message":{"content":"Yes <b>"}}]}`)
		if k, ok := w.(interface{ Keep([]byte) }); ok {
			k.Keep(answer)
		}
		w.Header().Set("X-Bodhi-Cost-Usd", "0.001")
		_, _ = w.Write(answer)
	})
}

type desk struct{}

func (desk) Grant(o id.Org, k id.Key) (*key.Grant, error) {
	return &key.Grant{Key: k, Name: "mine", Chain: org.Chain{Org: o, Key: k}}, nil
}

type scene struct {
	house *webtest.House
	site  http.Handler
	acme  webtest.Tenant
	plane *plane
	parts batch.Parts
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	s := &scene{house: h, acme: h.Found(t, "Acme"), plane: &plane{make(chan struct{})}}
	s.parts = batch.Parts{Store: db.NewBatchStore(d), Vault: h.Keyring, Tx: d, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log}
	keys := trial.New(trial.Parts{Keys: h.Keys, Desk: desk{}, Gateway: s.plane, Tx: d, Audit: h.Audit, Clock: h.Clock})
	aliases := route.New(route.Parts{Prices: nobody{}, Store: db.NewAliasStore(d), Connections: db.NewConnectionStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	service := &batch.Service{Desk: *batch.NewDesk(s.parts), Keys: h.Keys, Purses: keys, Grants: desk{}, Gateway: s.plane, Audit: h.Audit}
	pages := batchweb.New(batchweb.Parts{Batches: service, Keys: keys, Models: aliases, Catalog: catalog.BuiltIn()})
	s.site = h.Serve(t, append(pages.Routes(), webtest.Enter()))
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); _ = batch.NewWorker(s.parts, s.plane, desk{}).Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return s
}

// key makes one for a member of a role, or with "" for a service.
func (s *scene) key(t *testing.T, role org.Role) string {
	t.Helper()
	in := key.Input{Name: "mine", Team: s.acme.Team}
	if role == "" {
		in.Account = "robot"
	} else {
		in.Member = s.acme.Members[role].ID
	}
	k, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), in)
	if err != nil {
		t.Fatal(err)
	}
	return k.Key.ID.String()
}

// noted are the audit log's entries of one action, the newest first.
func (s *scene) noted(t *testing.T, action string) (out []audit.Record) {
	t.Helper()
	all, err := s.house.Audit.List(t.Context(), s.acme.Actor(org.Admin), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Action == action {
			out = append(out, r)
		}
	}
	return out
}

func (s *scene) as(t *testing.T, role org.Role) *webtest.Client {
	t.Helper()
	return webtest.As(t, s.site, s.acme.Members[role])
}

func with(base url.Values, change map[string]string) url.Values {
	out := url.Values{}
	for k, v := range base {
		out[k] = v
	}
	for k, v := range change {
		out.Set(k, v)
	}
	return out
}

// sees asks for a page until it says something.
func sees(t *testing.T, c *webtest.Client, path string, texts ...string) webtest.Page {
	t.Helper()
	for late := time.After(30 * time.Second); ; {
		p := c.Get(path)
		if p.Has(texts...) {
			return p
		}
		select {
		case <-late:
			t.Fatalf("%s never says %q: %d\n%s", path, texts, p.Status, p.Body)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func table(k string) url.Values {
	return url.Values{"name": {"Reviews"}, "key": {k}, "format": {"csv"}, "text": {"id,review\nr1,\"Late, <i>\"\nr2,bad\n"}, "model": {"box/a"}, "prompt": {"Positive? {{review}}"}, "id_column": {"id"}, "priority": {"low"}, "max_cost_usd": {"1.50"}}
}

func TestFromATableToResultsOnPages(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	developer, viewer := s.as(t, org.Developer), s.as(t, org.Viewer)
	if p := developer.Get("/batches"); !p.Has("No batches yet", "Create a batch", "Off-peak hours") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	if p := viewer.Get("/batches"); !p.Has("Developers create them") || p.Has("/batches/new") {
		t.Errorf("empty, for a viewer: %s", p.Body)
	}
	if p := developer.Get("/batches/new"); !p.Has("You have no key that works") {
		t.Errorf("without a key: %s", p.Body)
	}
	k := s.key(t, org.Developer)
	if p := developer.Get("/batches/new"); !p.Has("Or paste it", "20:00 to 06:00, Saturday and Sunday all day", k) {
		t.Errorf("the form: %s", p.Body)
	}
	p := developer.Post("/batches/preview", table(k))
	if !p.Has("2 requests, at most $0.02", `Positive? Late, \u003ci\u003e`, `value="1.50"`) {
		t.Errorf("the preview: %d\n%s", p.Status, p.Body)
	}
	for name, c := range map[string]struct {
		change     map[string]string
		says, kept string
	}{
		"no such column":     {map[string]string{"prompt": "{{nope}}"}, "The table has no column", "{{nope}}"},
		"a model of nobody":  {map[string]string{"model": "unknown/x"}, "There is no model unknown/x", `value="Reviews"`},
		"a limit of words":   {map[string]string{"max_cost_usd": "much"}, "Write an amount in US dollars", `value="much"`},
		"a limit below zero": {map[string]string{"max_cost_usd": "-1"}, "Write an amount in US dollars", `value="-1"`},
		"another's key":      {map[string]string{"key": "key_00000000000000000000000000"}, "Choose a key of your own", "Late, &lt;i&gt;"},
		"a day that is none": {map[string]string{"start_at": "tomorrow"}, "Write a day and a time", `value="tomorrow"`},
		"far in the time":    {map[string]string{"start_at": "2036-01-01T00:00"}, "begins within 30 days", "2036-01-01T00:00"},
		"an answer of words": {map[string]string{"max_output": "long"}, "number of tokens", `value="long"`},
		"no format":          {map[string]string{"format": "xlsx"}, "&#34;jsonl&#34; or &#34;csv&#34;", "Late, &lt;i&gt;"},
		"larger than a form": {map[string]string{"text": strings.Repeat("x", batch.MaxTyped+1)}, "The file is larger than", `value="Reviews"`},
		"broken lines":       {map[string]string{"format": "jsonl", "text": `{"custom_id":`}, "Line 1: ", "custom_id"},
		"a line of another":  {map[string]string{"format": "jsonl", "text": `{"custom_id":"a","method":"GET","url":"/v1/chat/completions","body":{}}`}, "The method of each line", "custom_id"},
	} {
		for _, path := range []string{"/batches", "/batches/preview"} {
			if p := developer.Post(path, with(table(k), c.change)); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, c.kept) {
				t.Errorf("%s at %s: %d\n%.3000s", name, path, p.Status, p.Body)
			}
		}
	}
	if p := viewer.Post("/batches", table(k)); p.Status != http.StatusForbidden {
		t.Errorf("a viewer made one: %d", p.Status)
	}
	p = developer.Post("/batches", table(k))
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Location, "/batches/batch_") {
		t.Fatalf("%d %s\n%s", p.Status, p.Location, p.Body)
	}
	at := p.Location
	sees(t, developer, at, "Completed", "2 of 2 requests", "It is &lt;bad&gt;.", "invalid_request", "Delete")
	if p := developer.Get("/batches"); !p.Has(`href="`+at+`"`, "Reviews", "2 of 2", "mine") {
		t.Errorf("the list: %s", p.Body)
	}
	if p := developer.Get(at + "/results?format=csv"); !p.Has("line,custom_id,state,answer", "1,r1,done,Yes <b>,200", "2,r2,failed,,400,invalid_request,It is <bad>.") {
		t.Errorf("as a table: %s", p.Body)
	}
	if p := developer.Get(at + "/results"); strings.Count(p.Body, "\n") != 2 || !p.Has(`"custom_id":"r1"`) {
		t.Errorf("as lines: %s", p.Body)
	}
	// Who sees the key sees how far its batch is, and not what it says.
	if p := viewer.Get(at); !p.Has("2 of 2 requests", "For whose key asked") || p.Has("It is &lt;bad&gt;.") || p.Has("/results") {
		t.Errorf("a viewer's page: %d\n%s", p.Status, p.Body)
	}
	lead := s.as(t, org.Lead)
	for format, says := range map[string]string{"csv": "Yes <b>", "jsonl": `"custom_id":"r1"`} {
		if p := viewer.Get(at + "/results?format=" + format); p.Status != http.StatusForbidden || p.Has(says) {
			t.Errorf("a viewer has what it says: %d\n%s", p.Status, p.Body)
		}
		if read := s.noted(t, "batch.read"); len(read) != 0 {
			t.Errorf("noted %+v", read)
		}
	}
	for n, format := range []string{"csv", "jsonl"} {
		if p := lead.Get(at + "/results?format=" + format); p.Status != http.StatusOK || !p.Has("r1") {
			t.Errorf("a lead: %d", p.Status)
		}
		if read := s.noted(t, "batch.read"); len(read) != n+1 || read[0].Actor != s.acme.Members[org.Lead].Email || read[0].Target != strings.TrimPrefix(at, "/batches/") {
			t.Errorf("noted %+v", read)
		}
	}
	// What is over cannot be turned any more, and whoever is of another tenant sees what nobody has.
	for _, turn := range []string{"/pause", "/resume", "/cancel"} {
		if p := developer.Post(at+turn, nil); p.Status != http.StatusConflict {
			t.Errorf("%s of one that is over: %d", turn, p.Status)
		}
	}
	stranger := webtest.As(t, s.site, s.house.Found(t, "Globex").Members[org.Admin])
	for _, path := range []string{at, at + "/results", at + "/live", "/batches/batch_00000000000000000000000000", "/batches/x"} {
		if p := stranger.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s for another tenant: %d", path, p.Status)
		}
	}
	for _, turn := range []string{"/pause", "/resume", "/cancel", "/delete"} {
		if p := stranger.Post(at+turn, nil); p.Status != http.StatusNotFound {
			t.Errorf("%s by another tenant: %d", turn, p.Status)
		}
		if p := s.as(t, org.Viewer).Post(at+turn, nil); p.Status != http.StatusForbidden {
			t.Errorf("%s by a viewer: %d", turn, p.Status)
		}
	}
	which, err := id.ParseBatch(strings.TrimPrefix(at, "/batches/"))
	if err == nil { // what went for an answer that was lost with its node is spent as well; nobody has what is over, so the lease is none
		err = s.parts.Store.Put(t.Context(), s.acme.Org.ID, which, "", []batch.SealedItem{{Item: batch.Item{Number: 1, Step: batch.Done, Cost: money.Dollar, Lost: 3 * money.Dollar}}})
	}
	if page, list := developer.Get(at), developer.Get("/batches"); err != nil || !page.Has("$4.00") || !list.Has("$4.00") {
		t.Errorf("with a loss, %v: the page says\n%s\nand the list\n%s", err, page.Body, list.Body)
	}
	if p := developer.Post(at+"/delete", nil); p.Location != "/batches" {
		t.Errorf("deleted: %d", p.Status)
	}
	if p := developer.Get(at); p.Status != http.StatusNotFound {
		t.Errorf("it is still there: %d", p.Status)
	}
}

func TestAFileIsReadFromTheForm(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, org.Developer)
	upload := func(text string) webtest.Page {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, v := range table(k) {
			_ = w.WriteField(name, v[0])
		}
		f, _ := w.CreateFormFile("file", "reviews.csv")
		_, _ = f.Write([]byte(text))
		_ = w.Close()
		return s.as(t, org.Developer).Upload("/batches", w.FormDataContentType(), b.String())
	}
	if p := upload("id,review\na,1\nb,2\nc,3\n"); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	} else {
		sees(t, s.as(t, org.Developer), p.Location, "3 of 3 requests")
	}
	if p := upload("id,review\na,\xff\n"); p.Status != http.StatusUnprocessableEntity || !p.Has("Save the file as UTF-8") {
		t.Errorf("%d\n%.2000s", p.Status, p.Body)
	}
}

// The page of a batch that is under way is sent its middle as it changes, and is told when the batch needs it no more.
func TestProgressIsSent(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, org.Developer)
	developer := s.as(t, org.Developer)
	p := developer.Post("/batches", with(table(k), map[string]string{"text": "id,review\nr1,slow\nr2,slow\nr3,fine\n"}))
	at := p.Location
	page := sees(t, developer, at, "1 of 3 requests")
	if !page.Has(`sse-connect="`+at+`/live"`, `hx-trigger="sse:over"`, "Load the page again") || page.Has("every 2s") {
		t.Errorf("the page: %s", page.Body)
	}
	if p := developer.Get(at + "/live"); p.Status != http.StatusSeeOther || p.Location != at {
		t.Errorf("without an event source: %d to %q", p.Status, p.Location)
	}
	server := httptest.NewServer(s.site)
	defer server.Close()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+at+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.AddCookie(developer.Cookie())
	q.Header.Set("Accept", "text/event-stream")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", r.StatusCode, r.Header)
	}
	var told []string
	for in := bufio.NewScanner(r.Body); in.Scan(); {
		line := in.Text()
		if told = append(told, line); strings.Contains(line, "1 of 3 requests") {
			close(s.plane.let) // what is slow is answered
		}
		if line == "event: over" {
			break
		}
	}
	all := strings.Join(told, "\n")
	if !strings.Contains(all, "event: progress\ndata: <p>") || !strings.HasSuffix(all, "event: over") {
		t.Errorf("%s", all)
	}
	if p := developer.HTMX("outcome").Get(at); p.Has("requests") {
		t.Errorf("over, the middle alone was sent again, without its buttons: %d %s", p.Status, p.Body)
	}
}

func TestSchedulesOnPages(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, org.Developer)
	developer, viewer, admin := s.as(t, org.Developer), s.as(t, org.Viewer), s.as(t, org.Admin)
	if p := developer.Get("/batches/schedules"); !p.Has("No schedules yet", "Set up a schedule") {
		t.Errorf("empty: %s", p.Body)
	}
	if p := viewer.Get("/batches/schedules"); !p.Has("No schedules to see") || p.Has("/batches/schedules/new") {
		t.Errorf("empty, for a viewer: %s", p.Body)
	}
	if p := developer.Get("/batches/schedules/new"); !p.Has("At these times", "Each may cost at most", `name="zone"`) || p.Has("Not before") {
		t.Errorf("the form: %s", p.Body)
	}
	form := with(table(k), map[string]string{"cron": "0 2 * * 1-5", "zone": "Europe/Berlin", "off_peak": "on", "provider_batch": "on"})
	for name, c := range map[string]struct {
		change     map[string]string
		says, kept string
	}{
		"no cron":        {map[string]string{"cron": "daily"}, "Write five fields", `value="daily"`},
		"a day of none":  {map[string]string{"cron": "0 0 30 2 *"}, "No year has such a day", `value="0 0 30 2 *"`},
		"no zone":        {map[string]string{"zone": "Mars/North"}, "There is no such time zone", `value="Mars/North"`},
		"no name":        {map[string]string{"name": ""}, "A schedule has a name", `value="0 2 * * 1-5"`},
		"no such column": {map[string]string{"prompt": "{{nope}}"}, "The table has no column", "{{nope}}"},
	} {
		if p := developer.Post("/batches/schedules", with(form, c.change)); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, c.kept) {
			t.Errorf("%s: %d\n%.3000s", name, p.Status, p.Body)
		}
	}
	for name, change := range map[string]map[string]string{"a new one": nil, "one without a time yet": {"cron": "", "name": ""}} {
		if p := developer.Post("/batches/schedules/preview", with(form, change)); p.Status != http.StatusOK || !p.Has("Each time 2 requests, at most $0.02", `Positive? Late, \u003ci\u003e`, `action="/batches/schedules"`, `value="Europe/Berlin"`) {
			t.Errorf("the preview of %s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := developer.Post("/batches/schedules/preview", with(form, map[string]string{"model": "unknown/x"})); p.Status != http.StatusUnprocessableEntity || !p.Has("There is no model unknown/x") {
		t.Errorf("the preview of what cannot be asked: %d", p.Status)
	}
	p := developer.Post("/batches/schedules", form)
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Location, "/batches/schedules/sched_") {
		t.Fatalf("%d %s\n%s", p.Status, p.Location, p.Body)
	}
	at := p.Location
	if p := developer.Get(at); !p.Has("Reviews", "0 2 * * 1-5", "Europe/Berlin", "Waits for off-peak hours", "Nothing yet", "Run now", "$1.50", "for half the price") {
		t.Errorf("its page: %s", p.Body)
	}
	if p := developer.Get(at + "/edit"); !p.Has("Positive? {{review}}", "Late, &lt;i&gt;", `value="0 2 * * 1-5"`, `value="1.5"`, `name="provider_batch" value="on" checked`) {
		t.Errorf("its form: %s", p.Body)
	}
	if p := developer.Post(at, with(form, map[string]string{"name": "Nightly", "cron": "x"})); p.Status != http.StatusUnprocessableEntity || !p.Has("Write five fields", `action="`+at+`"`) {
		t.Errorf("changed to nothing: %d", p.Status)
	}
	if p := developer.Post(at+"/preview", with(form, map[string]string{"name": "Nightly"})); p.Status != http.StatusOK || !p.Has("Each time 2 requests", `action="`+at+`"`, `value="Nightly"`) || developer.Get(at).Has("Nightly") {
		t.Errorf("the preview of a change: %d\n%s", p.Status, p.Body)
	}
	changed := with(form, map[string]string{"name": "Nightly", "cron": "30 3 * * *"})
	changed.Del("off_peak")
	if p := developer.Post(at, changed); p.Status != http.StatusSeeOther {
		t.Errorf("changed: %d\n%s", p.Status, p.Body)
	}
	if p := developer.Post(at+"/pause", nil); p.Location != at || !developer.Get(at).Has("Paused by", "Resume") {
		t.Errorf("paused: %d", p.Status)
	}
	if p := developer.Post(at+"/pause", nil); p.Location != at || !developer.With(p).Get(at).Has("This schedule is paused already.", "b-alert-warn", `role="alert"`) {
		t.Errorf("paused twice: %d", p.Status)
	}
	if p := developer.Post(at+"/resume", nil); p.Location != at {
		t.Errorf("resumed: %d", p.Status)
	}
	p = developer.Post(at+"/run", nil)
	if !strings.HasPrefix(p.Location, "/batches/batch_") {
		t.Fatalf("run: %d %s\n%s", p.Status, p.Location, p.Body)
	}
	made := p.Location
	sees(t, developer, made, "Completed", "A schedule", "for half the price", `href="`+at+`"`)
	if p := developer.Get(at); !p.Has(`href="`+p.Location+`"`) && !p.Has("/batches/batch_", "Completed", "2 of 2", "Started by") {
		t.Errorf("what it made: %s", p.Body)
	}
	if p := developer.Get("/batches/schedules"); !p.Has("Nightly", "30 3 * * *", at) {
		t.Errorf("the list: %s", p.Body)
	}
	if p := admin.Get(at + "/edit"); !p.Has("The key that it has", k) {
		t.Errorf("an admin's form: %s", p.Body)
	}
	stranger := webtest.As(t, s.site, s.house.Found(t, "Globex").Members[org.Admin])
	for _, path := range []string{at, at + "/edit", "/batches/schedules/x", "/batches/schedules/sched_00000000000000000000000000"} {
		if p := stranger.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s for another tenant: %d", path, p.Status)
		}
	}
	for _, turn := range []string{"", "/preview", "/pause", "/resume", "/run", "/delete"} {
		if p := stranger.Post(at+turn, form); p.Status != http.StatusNotFound {
			t.Errorf("%q by another tenant: %d", turn, p.Status)
		}
		if p := viewer.Post(at+turn, form); p.Status != http.StatusForbidden {
			t.Errorf("%q by a viewer: %d", turn, p.Status)
		}
	}
	if p := developer.Post(at+"/delete", nil); p.Location != "/batches/schedules" || developer.Get(at).Status != http.StatusNotFound {
		t.Errorf("deleted: %d", p.Status)
	}
	if p := developer.Get(made); p.Has(at) || !p.Has("A schedule that is deleted") {
		t.Errorf("what it made: %d\n%s", p.Status, p.Body)
	}
}

func TestOffPeakHoursOnPages(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	developer, admin := s.as(t, org.Developer), s.as(t, org.Admin)
	if p := developer.Get("/batches/hours"); !p.Has("20:00 to 06:00, Saturday and Sunday all day", "As long as nobody chooses others") || p.Has("Save") {
		t.Errorf("a developer's: %s", p.Body)
	}
	good := url.Values{"zone": {"Europe/Berlin"}, "opens": {"22:30"}, "closes": {"05:00"}, "days": {"sunday"}}
	if p := developer.Post("/batches/hours", good); p.Status != http.StatusForbidden {
		t.Errorf("a developer changed them: %d", p.Status)
	}
	for name, c := range map[string]struct {
		change     map[string]string
		says, kept string
	}{
		"no time":     {map[string]string{"opens": "late"}, "Write a time of day", `value="late"`},
		"never":       {map[string]string{"opens": "05:00", "days": ""}, "days are", `value="05:00"`},
		"no zone":     {map[string]string{"zone": "Moon"}, "There is no such time zone", `value="Moon"`},
		"another day": {map[string]string{"days": "holiday"}, "The days are", `value="22:30"`},
	} {
		if p := admin.Post("/batches/hours", with(good, c.change)); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, c.kept) {
			t.Errorf("%s: %d\n%.3000s", name, p.Status, p.Body)
		}
	}
	if p := admin.Post("/batches/hours", good); p.Status != http.StatusSeeOther || !admin.Get("/batches/hours").Has("22:30 to 05:00, Sunday all day (Europe/Berlin)", "Your organization") {
		t.Errorf("saved: %d\n%s", p.Status, p.Body)
	}
}

// An off-peak batch of which a provider has lines is looked at by day. That is no start, and its pages do not say so.
func TestALookAtAProviderIsNoStart(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	noon := s.house.Clock.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour)
	s.house.Clock.Set(noon)
	k, err := id.ParseKey(s.key(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	o := s.acme.Actor(org.Admin).Org
	b := batch.Batch{ID: id.NewBatch(s.house.IDs), Org: o, Key: k, Family: batch.OpenAI, State: batch.Running, Input: id.NewFile(s.house.IDs), CreatedAt: noon, BeganAt: noon, StartAt: noon.Add(time.Minute),
		Body: batch.Body{Name: "Reviews", Endpoint: "/v1/chat/completions", KeyName: "robot", Native: true, OffPeak: true}}
	if err := errors.Join(s.parts.Store.SetHours(t.Context(), o, batch.Hours{Zone: "UTC", Opens: 20 * 60, Closes: 6 * 60}), s.parts.Store.InsertBatch(t.Context(), b)); err != nil {
		t.Fatal(err)
	}
	evening := noon.Add(8 * time.Hour).Format(time.RFC3339)
	if p := s.as(t, org.Admin).Get("/batches/" + b.ID.String()); !p.Has("Waits for its time", "Not before", evening) || p.Has(b.StartAt.Format(time.RFC3339)) {
		t.Errorf("its page: %s", p.Body)
	}
	program := s.house.Program(t, s.site, s.acme, org.Admin)
	for _, path := range []string{"/api/v1/batches", "/api/v1/batches/" + b.ID.String()} {
		if p := program.Get(path); !p.Has(`"start_at":"` + evening + `"`) {
			t.Errorf("%s: %s", path, p.Body)
		}
	}
}

func TestBatchesAndSchedulesOfPrograms(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "")
	lead, admin := s.house.Program(t, s.site, s.acme, org.Lead), s.house.Program(t, s.site, s.acme, org.Admin)
	viewer := s.house.Program(t, s.site, s.acme, org.Viewer)
	stranger := s.house.Program(t, s.site, s.house.Found(t, "Globex"), org.Admin)
	body := func(more string) string {
		return `{"name":"Reviews","key":"` + k + `","format":"csv","text":"id,review\na,1\nb,2\n","model":"box/a","prompt":"Positive? {{review}}","max_cost_usd":"2","priority":"high"` + more + `}`
	}
	var made struct{ ID, State, Schedule, Outcome string }
	read := func(p webtest.Page, status int) {
		t.Helper()
		if p.Status != status || status < 300 && json.Unmarshal([]byte(p.Body), &made) != nil {
			t.Fatalf("%d: %s", p.Status, p.Body)
		}
	}
	read(admin.JSON(http.MethodPost, "/api/v1/batches/preview", body("")), http.StatusOK)
	read(admin.JSON(http.MethodPost, "/api/v1/batches", body(`,"off_peak":false`)), http.StatusCreated)
	one := "/api/v1/batches/" + made.ID
	sees(t, admin, one, `"state":"completed"`, `"done":2`, `"off_peak":false`)
	for name, more := range map[string]string{"max_cost_usd": `,"max_cost_usd":"much"`, "start_at": `,"start_at":"tonight"`} {
		if p := admin.JSON(http.MethodPost, "/api/v1/batches", strings.Replace(body(more), `"max_cost_usd":"2",`, "", 1)); p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity || !p.Has(name) {
			t.Errorf("%s: %d %s", name, p.Status, p.Body)
		}
	}
	read(admin.JSON(http.MethodPost, "/api/v1/batches/schedules", body(`,"cron":"0 2 * * *","zone":"UTC","provider_batch":true`)), http.StatusCreated)
	plan := "/api/v1/batches/schedules/" + made.ID
	read(admin.JSON(http.MethodPatch, plan, `{"cron":"0 4 31 * *","max_cost_usd":""}`), http.StatusOK)
	if p := admin.Get(plan); !p.Has(`"cron":"0 4 31 * *"`, `"provider_batch":true`, `"max_cost_usd":null`, `"lines":2`, `"priority":"high"`, `"zone":"UTC"`) {
		t.Errorf("changed: %s", p.Body)
	}
	if p := admin.JSON(http.MethodPatch, plan, `{"cron":"never"}`); p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity || !p.Has(`"cron"`) {
		t.Errorf("a cron of words: %d %s", p.Status, p.Body)
	}
	read(admin.JSON(http.MethodPost, plan+"/run", ""), http.StatusCreated)
	sees(t, admin, plan+"/runs", `"outcome":"made"`, `"by_hand":true`, `"state":"completed"`)
	read(admin.JSON(http.MethodPatch, plan, `{"provider_batch":false}`), http.StatusOK)
	sees(t, admin, plan, `"provider_batch":false`)
	if p := admin.JSON(http.MethodPatch, plan, `{"provider_batch":"soon"}`); p.Status != http.StatusBadRequest || !p.Has("provider_batch") {
		t.Errorf("waiting in words: %d %s", p.Status, p.Body)
	}
	read(admin.JSON(http.MethodPost, plan+"/pause", ""), http.StatusOK)
	read(admin.JSON(http.MethodPost, plan+"/pause", ""), http.StatusConflict)
	read(admin.JSON(http.MethodPost, plan+"/resume", ""), http.StatusOK)
	if p := viewer.JSON(http.MethodPost, plan+"/run", ""); p.Status != http.StatusForbidden {
		t.Errorf("a viewer ran it: %d", p.Status)
	}
	for _, path := range []string{one, one + "/results", plan, plan + "/runs"} {
		if p := stranger.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s for another tenant: %d", path, p.Status)
		}
	}
	for _, path := range []string{one + "/pause", one + "/cancel", plan + "/pause", plan + "/run"} {
		if p := stranger.JSON(http.MethodPost, path, ""); p.Status != http.StatusNotFound {
			t.Errorf("%s by another tenant: %d", path, p.Status)
		}
	}
	read(admin.JSON(http.MethodGet, "/api/v1/batches/hours", ""), http.StatusOK)
	if p := lead.JSON(http.MethodPut, "/api/v1/batches/hours", `{"zone":"UTC","opens":"01:00","closes":"02:00"}`); p.Status != http.StatusForbidden {
		t.Errorf("a lead changed the hours: %d", p.Status)
	}
	if p := admin.JSON(http.MethodPut, "/api/v1/batches/hours", `{"zone":"UTC","opens":"01:00","closes":"02:00","days":["sunday"]}`); !p.Has(`"opens":"01:00"`, `"days":["sunday"]`) {
		t.Errorf("an admin changed them: %d %s", p.Status, p.Body)
	}
	if p := admin.JSON(http.MethodDelete, plan, ""); p.Status != http.StatusNoContent || admin.Get(plan).Status != http.StatusNotFound {
		t.Errorf("deleted: %d", p.Status)
	}
}
