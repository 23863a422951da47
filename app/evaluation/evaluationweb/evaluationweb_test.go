package evaluationweb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/evaluation/evaluationweb"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type nobody struct{}

func (nobody) Quote(id.Org, string, string, time.Time) (catalog.Quote, bool) { return nil, false }

// plane answers as the gateway would: yes, for a thousandth of a dollar.
type plane struct{}

func (plane) As(*key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(body), "unknown/"):
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":{"message":"There is no model unknown/x for this key.","bodhi":{"code":"model_not_found"}}}`)
		case strings.Contains(string(body), "prompt:foreign"):
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":{"message":"There is no prompt \"foreign\" that this key may use.","bodhi":{"code":"prompt_not_found"}}}`)
		case r.Header.Get("X-Bodhi-Dry-Run") == "1":
			fmt.Fprint(w, `{"object":"dry_run","price_ceiling_usd":"0.01"}`)
		default:
			w.Header().Set("X-Bodhi-Cost-Usd", "0.001")
			fmt.Fprint(w, `{"choices":[{"message":{"content":"Yes <b>"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`)
		}
	})
}

type desk struct{}

func (desk) Grant(o id.Org, k id.Key) (*key.Grant, error) {
	return &key.Grant{Key: k, Chain: org.Chain{Org: o, Key: k}}, nil
}

type scene struct {
	house *webtest.House
	site  http.Handler
	acme  webtest.Tenant
	tests *evaluation.Service
	db    *db.DB
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log, store := slog.New(slog.DiscardHandler), db.NewConnectionStore(d)
	s := &scene{house: h, acme: h.Found(t, "Acme"), db: d}
	aliases := route.New(route.Parts{Prices: nobody{}, Store: db.NewAliasStore(d), Connections: store, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	connections := provider.New(provider.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}), Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	keys := trial.New(trial.Parts{Keys: h.Keys, Desk: desk{}, Gateway: plane{}, Tx: d, Audit: h.Audit, Clock: h.Clock})
	parts := evaluation.Parts{Store: db.NewEvaluationStore(d), Keys: keys, Desk: desk{}, Gateway: plane{}, Vault: h.Keyring, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log}
	s.tests = evaluation.New(parts)
	library := prompt.New(prompt.Parts{Store: db.NewPromptStore(d, h.Keyring), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	pages := evaluationweb.New(evaluationweb.Parts{Evaluations: s.tests, Keys: keys, People: h.Identity, Prompts: library, Models: aliases, Catalog: catalog.BuiltIn()})
	s.site = h.Serve(t, append(pages.Routes(), webtest.Enter()))
	if _, err := connections.Create(t.Context(), s.acme.Actor(org.Admin), provider.Input{Name: "box", Kind: provider.Sandbox}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); _ = evaluation.NewWorker(parts).Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return s
}

func (s *scene) key(t *testing.T, role org.Role) string {
	t.Helper()
	k, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "mine", Team: s.acme.Team, Member: s.acme.Members[role].ID})
	if err != nil {
		t.Fatal(err)
	}
	return k.Key.ID.String()
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

func TestFromRowsToAVerdictOnPages(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	developer, viewer := webtest.As(t, s.site, s.acme.Members[org.Developer]), webtest.As(t, s.site, s.acme.Members[org.Viewer])
	if p := developer.Get("/evaluations"); !p.Has("No datasets yet", "Create a dataset") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	if p := viewer.Get("/evaluations"); !p.Has("Developers of your teams create them") || p.Has("/datasets/new") {
		t.Errorf("empty, for a viewer: %s", p.Body)
	}
	set := url.Values{"name": {"Geo"}, "visibility": {"team"}, "team": {s.acme.Team.String()}, "format": {"jsonl"}, "text": {strings.Repeat("{\"input\":\"Is it?\",\"expected\":\"yes <b>\"}\n{\"input\":\"Was it?\",\"expected\":\"no\"}\n", 15)}}
	for name, c := range map[string]struct {
		change     map[string]string
		says, kept string
	}{
		"a broken line":            {map[string]string{"text": "{\"input\":\"a\"}\n{\"in"}, "Line 2: ", "{&#34;in"},
		"no name":                  {map[string]string{"name": ""}, "A name has letters", "Was it?"},
		"a team that is none":      {map[string]string{"team": "x"}, "Choose a team that you work in", "Was it?"},
		"for the organization":     {map[string]string{"visibility": "organization"}, "shared by leads", "Was it?"},
		"a column that is none":    {map[string]string{"format": "csv", "text": "a,b\n1,2", "question_column": "z"}, "There is no column", `value="z"`},
		"a text that is too large": {map[string]string{"text": strings.Repeat("x", 2<<20)}, "at most 768 KiB", `value="Geo"`},
		"a kind that is unknown":   {map[string]string{"format": "xml"}, "&#34;jsonl&#34; or &#34;csv&#34;", "Was it?"},
	} {
		if p := developer.Post("/datasets", with(set, c.change)); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, c.kept) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := viewer.Post("/datasets", set); p.Status != http.StatusForbidden {
		t.Errorf("a viewer creates: %d", p.Status)
	}
	p := developer.Post("/datasets", set)
	if p.Status != http.StatusSeeOther {
		t.Fatalf("create: %d\n%s", p.Status, p.Body)
	}
	at := p.Location
	if p := developer.Post("/datasets", set); p.Status != http.StatusUnprocessableEntity || !p.Has("a dataset of this name already") {
		t.Errorf("twice: %d", p.Status)
	}
	if p := viewer.Get(at); !p.Has("Was it?", "30") || p.Has(at+"/delete") {
		t.Errorf("a viewer reads: %d\n%s", p.Status, p.Body)
	}
	s.run(t, at, developer, viewer)
}

func (s *scene) run(t *testing.T, at string, developer, viewer *webtest.Client) {
	t.Helper()
	if p := developer.Get(at + "/run"); !p.Has("You have no key that works") {
		t.Errorf("without a key: %d\n%s", p.Status, p.Body)
	}
	run := url.Values{"key": {s.key(t, org.Developer)}, "model_0": {"box/sandbox-chat"}, "model_1": {"box/sandbox-vision"}, "exact": {"on"}, "ignore_case": {"on"}, "cap_usd": {"1"}}
	for name, c := range map[string]struct {
		change     map[string]string
		says, kept string
	}{
		"an expression that RE2 refuses":  {map[string]string{"regex": "on", "pattern": "(?=a)"}, "cannot be read", `value="(?=a)"`},
		"a schema that does not compile":  {map[string]string{"json_schema": "on", "schema": `{"type":"wombat"}`}, "The schema cannot be used", "wombat"},
		"an unknown model":                {map[string]string{"model_1": "unknown/x"}, "There is no model unknown/x", `value="unknown/x"`},
		"a foreign prompt":                {map[string]string{"model_1": "prompt:foreign@production"}, "There is no prompt", `value="prompt:foreign@production"`},
		"a limit below one question":      {map[string]string{"cap_usd": "0.001"}, "at least $0.011", `value="0.001"`},
		"no limit":                        {map[string]string{"cap_usd": ""}, "Set the most that the answers may cost", `value="box/sandbox-vision"`},
		"a limit that is no amount":       {map[string]string{"cap_usd": "much"}, "an amount in US dollars", `value="much"`},
		"a comma in a limit":              {map[string]string{"cap_usd": "1,000"}, "an amount in US dollars", `value="1,000"`},
		"a wild temperature":              {map[string]string{"temperature_0": "3"}, "a number from 0 to 2", `value="3"`},
		"a temperature that JSON has not": {map[string]string{"temperature_0": ".5"}, "a number from 0 to 2", `value=".5"`},
		"a judge without a rubric":        {map[string]string{"judge": "on", "judge_model": "box/x", "judge_cap_usd": "1"}, "Write in words what a good answer is", `value="box/x"`},
		"somebody else's key":             {map[string]string{"key": s.key(t, org.Lead)}, "Choose a key of your own", `value="box/sandbox-vision"`},
		"the same twice":                  {map[string]string{"model_1": "box/sandbox-chat"}, "stands there twice", `value="box/sandbox-chat"`},
		"nothing to score by":             {map[string]string{"exact": ""}, "Choose at least one way", `value="box/sandbox-vision"`},
	} {
		if p := developer.Post(at+"/run", with(run, c.change)); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, c.kept) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := developer.Post(at+"/estimate", with(run, map[string]string{"cap_usd": ""})); p.Status != http.StatusOK || !p.Has("All answers cost at most", `value="0.6"`) {
		t.Errorf("estimate: %d\n%s", p.Status, p.Body)
	}
	if p := viewer.Post(at+"/run", run); p.Status != http.StatusForbidden {
		t.Errorf("a viewer runs: %d", p.Status)
	}
	p := developer.Post(at+"/run", run)
	if p.Status != http.StatusSeeOther {
		t.Fatalf("start: %d\n%s", p.Status, p.Body)
	}
	ran := p.Location
	s.over(t, ran)
	p = viewer.Get(ran)
	if !p.Has("Finished", "sandbox-vision answers 15 of 30 right, box/sandbox-chat answers 15.", "There is no difference to see", "15 of 30", "Yes &lt;b&gt;", "50 %") || p.Has(ran+"/delete") {
		t.Errorf("report: %d\n%s", p.Status, p.Body)
	}
	if p := viewer.Get(ran + "?only=different"); !p.Has("No such row") {
		t.Errorf("where they differ: %s", p.Body)
	}
	if p := viewer.Get(ran + "?only=wrong"); !p.Has("Was it?") || p.Has("Is it?") {
		t.Errorf("where one is wrong: %s", p.Body)
	}
	for _, page := range []string{at + "?", ran + "?", ran + "?only=wrong&"} {
		for _, after := range []string{"9223372036854775807", "99999999999999999999", "-5", "x"} {
			if p := viewer.Get(page + "after=" + after); p.Status != http.StatusOK || p.Has("Rows -") {
				t.Errorf("%safter=%s: %d", page, after, p.Status)
			}
		}
	}
	if p := viewer.Get(ran + "/export?format=csv"); !p.Has("row,subject,model,question", "1,1,box/sandbox-chat,Is it?,yes <b>,Yes <b>,done,true,true,1.000") {
		t.Errorf("csv: %d\n%.400s", p.Status, p.Body)
	}
	var list struct {
		Data []struct{ Answer string }
	}
	if p := viewer.Get(ran + "/export?format=json"); json.Unmarshal([]byte(p.Body), &list) != nil || len(list.Data) != 60 || list.Data[0].Answer != "Yes <b>" {
		t.Errorf("json: %d %d\n%.400s", p.Status, len(list.Data), p.Body)
	}
	if p := developer.Get(at + "/run?again=" + strings.TrimPrefix(ran, "/evaluations/")); !p.Has(`value="box/sandbox-vision"`, `value="1"`) {
		t.Errorf("again: %s", p.Body)
	}
	if p := developer.Post(ran+"/cancel", nil); p.Status != http.StatusConflict {
		t.Errorf("cancelled what is over: %d", p.Status)
	}
	if p := developer.Post(at, url.Values{"name": {"Geography"}, "visibility": {"private"}}); p.Status != http.StatusSeeOther {
		t.Errorf("update: %d\n%s", p.Status, p.Body)
	}
	if p := viewer.Get(ran); p.Status != http.StatusNotFound {
		t.Errorf("a viewer reads a private one: %d", p.Status)
	}
	if p := developer.Get(at + "/export"); !p.Has(`{"messages":[{"role":"user","content":"Is it?"}],"expected":"yes `) {
		t.Errorf("export: %d\n%.300s", p.Status, p.Body)
	}
	if p := developer.Post(at+"/delete", nil); p.Status != http.StatusSeeOther || developer.Get(ran).Status != http.StatusNotFound || developer.Get(at).Status != http.StatusNotFound {
		t.Errorf("delete: %d", p.Status)
	}
}

// over waits until a run is over.
func (s *scene) over(t *testing.T, ran string) {
	t.Helper()
	which, err := id.ParseEvaluation(strings.TrimPrefix(ran, "/evaluations/"))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.After(time.Minute); ; {
		r, err := s.tests.Report(t.Context(), s.acme.Actor(org.Admin), which)
		if err != nil {
			t.Fatal(err)
		}
		if r.State != evaluation.Running {
			return
		}
		select {
		case <-end:
			t.Fatalf("%d of %d after a minute", r.Done, r.Items)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestProgramsEvaluate(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "ci", Team: s.acme.Team, Account: "ci"})
	if err != nil {
		t.Fatal(err)
	}
	program := s.house.Program(t, s.site, s.acme, org.Admin)
	made := program.JSON(http.MethodPost, "/api/v1/datasets", `{"name":"Geo","rows":[{"input":"Is it?","expected":"yes <b>"},{"input":"Was it?","expected":"no"}]}`)
	var set, run struct{ ID string }
	if made.Status != http.StatusCreated || json.Unmarshal([]byte(made.Body), &set) != nil {
		t.Fatalf("create: %d %s", made.Status, made.Body)
	}
	for name, c := range map[string][2]string{
		"rows and text":    {`{"name":"x","rows":[{"input":"a"}],"format":"csv","text":"a"}`, "not both"},
		"an unknown field": {`{"name":"x","row":[]}`, "row"},
		"no rows":          {`{"name":"x"}`, "no row"},
		"a broken line":    {`{"name":"x","format":"jsonl","text":"{"}`, "Line 1"},
	} {
		if p := program.JSON(http.MethodPost, "/api/v1/datasets", c[0]); p.Status < 400 || p.Status > 422 || !strings.Contains(p.Body, c[1]) {
			t.Errorf("%s: %d %s", name, p.Status, p.Body)
		}
	}
	body := fmt.Sprintf(`{"dataset":%q,"key":%q,"subjects":[{"model":"box/a"},{"model":"box/b","temperature":"0.5"}],"scorers":[{"kind":"exact","ignore_case":true}],"cap_usd":"0.5"}`, set.ID, k.Key.ID)
	if p := program.JSON(http.MethodPost, "/api/v1/evaluations/estimate", body); p.Status != http.StatusOK || !p.Has(`"most_usd":"0.04"`) {
		t.Errorf("estimate: %d %s", p.Status, p.Body)
	}
	started := program.JSON(http.MethodPost, "/api/v1/evaluations", body)
	if started.Status != http.StatusCreated || json.Unmarshal([]byte(started.Body), &run) != nil {
		t.Fatalf("start: %d %s", started.Status, started.Body)
	}
	s.over(t, "/evaluations/"+run.ID)
	if p := program.Get("/api/v1/evaluations/" + run.ID); !p.Has(`"state":"finished"`, `"right":1`, `"verdict":"few"`, `"cost_usd":"0.004"`) {
		t.Errorf("report: %d %s", p.Status, p.Body)
	}
	if p := program.Get("/api/v1/evaluations/" + run.ID + "/results"); !p.Has(`"answer":"Yes \u003cb\u003e"`) {
		t.Errorf("results: %d %s", p.Status, p.Body)
	}
	other := s.house.Program(t, s.site, s.house.Found(t, "Other"), org.Admin)
	for _, path := range []string{"/api/v1/datasets/" + set.ID, "/api/v1/datasets/" + set.ID + "/rows", "/api/v1/evaluations/" + run.ID, "/api/v1/evaluations/" + run.ID + "/results"} {
		if p := other.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("another tenant reads %s: %d", path, p.Status)
		}
	}
	if p := other.JSON(http.MethodPost, "/api/v1/evaluations", body); p.Status != http.StatusNotFound {
		t.Errorf("another tenant runs it: %d %s", p.Status, p.Body)
	}
}

// What rows and answers say is in the database as ciphertext only.
func TestContentIsSealed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	actor := s.acme.Actor(org.Developer)
	d, err := s.tests.Create(t.Context(), actor, evaluation.Input{Name: "Geo", Visibility: evaluation.Private}, []evaluation.Row{{Messages: []evaluation.Message{{Role: "user", Content: "wombats-are-marsupials"}}, Expected: "yes"}})
	if err != nil {
		t.Fatal(err)
	}
	k, _ := id.ParseKey(s.key(t, org.Developer))
	r, err := s.tests.Start(t.Context(), actor, evaluation.Plan{Dataset: d.ID, Key: k, Subjects: []evaluation.Subject{{Model: "box/a"}}, Scorers: []evaluation.Scorer{{Kind: evaluation.Contains}}, Cap: money.Dollar})
	if err != nil {
		t.Fatal(err)
	}
	s.over(t, "/evaluations/"+r.ID.String())
	rows, err := s.tests.Store.Rows(t.Context(), actor.Org, d.ID, 0, 10)
	items, wrong := s.tests.Store.Items(t.Context(), actor.Org, r.ID, 0, 10)
	if err != nil || wrong != nil || len(rows) != 1 || len(items) != 1 {
		t.Fatal(err, wrong, rows, items)
	}
	if regexp.MustCompile(`wombats|Yes <b>`).Match(append(rows[0].Sealed, items[0].Sealed...)) || items[0].Sealed == nil || items[0].Said.Text != "" {
		t.Error("content lies open in the database")
	}
}

// A browser sends the first option where none is selected: the form must have the one that stands.
func TestAFormKeepsWhoSeesADataset(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	owner, lead := webtest.As(t, s.site, s.acme.Members[org.Developer]), webtest.As(t, s.site, s.acme.Members[org.Lead])
	at := owner.Post("/datasets", url.Values{"name": {"Geo"}, "visibility": {"team"}, "team": {s.acme.Team.String()}, "format": {"jsonl"}, "text": {`{"input":"Is it?"}`}}).Location
	if p := owner.Get(at + "/edit"); p.Status != http.StatusOK || p.Has("The organization</option>") {
		t.Errorf("a developer may choose the organization: %d", p.Status)
	}
	if p := lead.Post(at, url.Values{"name": {"Geo"}, "visibility": {"organization"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("a lead shares it: %d\n%s", p.Status, p.Body)
	}
	if p := owner.Get(at + "/edit"); !p.Has(`<option value="organization" selected>The organization</option>`) {
		t.Errorf("the form of its owner: %d\n%s", p.Status, p.Body)
	}
	if p := owner.Post(at, url.Values{"name": {""}, "visibility": {"private"}}); p.Status != http.StatusUnprocessableEntity || !p.Has(`value="organization"`) {
		t.Errorf("the form again, with what is wrong: %d\n%s", p.Status, p.Body)
	}
	if p := owner.Post(at, url.Values{"name": {"Geo"}, "about": {"Places"}, "visibility": {"organization"}}); p.Status != http.StatusSeeOther {
		t.Errorf("its owner describes it: %d\n%s", p.Status, p.Body)
	}
	shared := url.Values{"name": {"Geo"}, "visibility": {"team"}, "team": {s.acme.Team.String()}}
	if p := owner.Post(at, shared); p.Status != http.StatusSeeOther {
		t.Errorf("its owner shows it to fewer: %d\n%s", p.Status, p.Body)
	}
	for at, role := range map[org.Scope]org.Role{org.OfTeam(s.acme.Org.ID, s.acme.AwayTeam): org.Developer, org.OfTeam(s.acme.Org.ID, s.acme.Team): org.Viewer} {
		if err := s.house.Identity.Assign(t.Context(), s.acme.Actor(org.Admin), s.acme.Members[org.Developer].ID, org.Assignment{Role: role, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	if p := owner.Get(at + "/edit"); !p.Has(`<option value="` + s.acme.Team.String() + `" selected>`) {
		t.Errorf("the form of its owner, who only reads there by now: %d\n%s", p.Status, p.Body)
	}
	if p := owner.Post(at, shared); p.Status != http.StatusSeeOther {
		t.Errorf("its owner, who only reads there by now: %d\n%s", p.Status, p.Body)
	}
}

// It would be gone for everybody, and for who did it.
func TestOnlyTheOwnerMakesADatasetPrivate(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	owner, lead := webtest.As(t, s.site, s.acme.Members[org.Developer]), webtest.As(t, s.site, s.acme.Members[org.Lead])
	at := owner.Post("/datasets", url.Values{"name": {"Geo"}, "visibility": {"team"}, "team": {s.acme.Team.String()}, "format": {"jsonl"}, "text": {`{"input":"Is it?"}`}}).Location
	var made struct{ ID string }
	if p := s.house.Program(t, s.site, s.acme, org.Admin).JSON(http.MethodPost, "/api/v1/datasets", `{"name":"Golden","rows":[{"input":"Is it?"}]}`); json.Unmarshal([]byte(p.Body), &made) != nil || made.ID == "" {
		t.Fatalf("create: %d %s", p.Status, p.Body)
	}
	for name, set := range map[string]string{"Geo": at, "Golden": "/datasets/" + made.ID} {
		if p := lead.Post(set, url.Values{"name": {name}, "visibility": {"private"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Only who made a dataset can make it private.") {
			t.Errorf("a lead makes %s private: %d", name, p.Status)
		}
		if p := lead.Get(set); p.Status != http.StatusOK {
			t.Errorf("a lead reads %s: %d", name, p.Status)
		}
	}
	if p := owner.Post(at, url.Values{"name": {"Geo"}, "visibility": {"private"}}); p.Status != http.StatusSeeOther {
		t.Errorf("its owner makes it private: %d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Post(at, url.Values{"name": {"Geography"}, "visibility": {"private"}}); p.Status != http.StatusSeeOther {
		t.Errorf("an admin renames what is private: %d\n%s", p.Status, p.Body)
	}
}
