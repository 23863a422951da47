package playgroundweb_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/playground"
	"github.com/bodhi-gateway/bodhi/app/playground/playgroundweb"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// desk knows every session as soon as it is made, unless it was told not to.
type desk struct{ off bool }

func (d *desk) Await(context.Context, string) {}

func (d *desk) Grant(o id.Org, k id.Key) (*key.Grant, error) {
	if d.off {
		return nil, fault.New(fault.Unauthenticated, "key_disabled", "This key is disabled.")
	}
	return &key.Grant{Key: k, Chain: org.Chain{Org: o, Key: k}}, nil
}

// plane answers as the gateway would, and remembers what it was asked and as whom.
type plane struct {
	mu    sync.Mutex
	asked []string
	as    []id.Key
	heads []http.Header
}

func (p *plane) As(g *key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/models" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"data":[{"id":"small"},{"id":"smart"}]}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.asked, p.as, p.heads = append(p.asked, string(body)), append(p.as, g.Key), append(p.heads, r.Header)
		p.mu.Unlock()
		w.Header().Set("X-Bodhi-Request-Id", "req_1")
		if strings.Contains(string(body), `"dear"`) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusPaymentRequired)
			fmt.Fprint(w, `{"error":{"message":"The budget of Acme is used up."}}`)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Bodhi-Warning", "dropped store")
		fmt.Fprint(w, ": ping\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"<b>fo\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"cont")
		fmt.Fprint(w, "ent\":\"ur</b>\"},\"finish_reason\":\"length\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n")
		w.Header().Set("X-Bodhi-Cost-Usd", "0.0123")
	})
}

type scene struct {
	t     *testing.T
	house *webtest.House
	site  http.Handler
	acme  webtest.Tenant
	desk  *desk
	plane *plane
	lib   *prompt.Service
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{t: t, house: h, desk: &desk{}, plane: &plane{}}
	s.lib = prompt.New(prompt.Parts{Store: db.NewPromptStore(d, h.Keyring), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	ground := playground.New(playground.Parts{Keys: h.Keys, Desk: s.desk, Gateway: s.plane, Library: s.lib, Clock: h.Clock})
	reports := report.NewService(db.NewReportStore(d), db.NewOrgStore(d), h.Clock)
	s.site = h.Serve(t, append(playgroundweb.New(ground, reports, s.lib, h.Identity, nil).Routes(), webtest.Enter()))
	s.acme = h.Found(t, "Acme")
	return s
}

func (s *scene) dev() *webtest.Client { return webtest.As(s.t, s.site, s.acme.Members[org.Developer]) }

// opened is a developer's browser whose playground is open.
func (s *scene) opened() *webtest.Client {
	s.t.Helper()
	b := s.dev()
	if p := b.Post("/playground/open", url.Values{"team": {s.acme.Team.String()}}); p.Status != http.StatusSeeOther {
		s.t.Fatalf("open: %d\n%s", p.Status, p.Body)
	}
	return b
}

func (s *scene) asking(more url.Values) url.Values {
	f := url.Values{"team": {s.acme.Team.String()}, "system": {"Be brief."}, "role": {"user"}, "text": {"2 + 2?"}, "model": {"smart", "", "dear"}, "temperature": {"0,5", "", ""}, "max_tokens": {"50", "", ""}}
	for name, values := range more {
		f[name] = values
	}
	return f
}

func TestOneOpensAPlaygroundOnceForATeamAndItIsAKey(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.dev()
	if p := b.Get("/playground?prompt="); !p.Has("Open the playground", "Acme") && !p.Has("Open the playground") || p.Has(`name="text"`) {
		t.Errorf("before: %d\n%s", p.Status, p.Body)
	}
	if p := b.Post("/playground", s.asking(nil)); p.Status != http.StatusUnprocessableEntity || len(s.plane.asked) != 0 {
		t.Errorf("asked before it was opened: %d", p.Status)
	}
	for range 2 {
		s.opened()
	}
	found, err := s.house.Keys.Find(t.Context(), s.acme.Actor(org.Developer), key.Query{Of: org.OfMember(s.acme.Org.ID, s.acme.Members[org.Developer].ID)})
	if err != nil || len(found.Keys) != 1 || found.Keys[0].Agent != key.Playground || found.Keys[0].Team != s.acme.Team {
		t.Fatalf("%+v %v", found.Keys, err)
	}
	if p := b.Post("/playground/open", url.Values{"team": {s.acme.AwayTeam.String()}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("for another's team: %d", p.Status)
	}
	if p := b.Get("/playground"); !p.Has(`name="text"`, `value="small"`, `value="smart"`) {
		t.Errorf("the form: %d\n%s", p.Status, p.Body)
	}
	for name, end := range map[string]func(context.Context, org.Actor, id.Key) error{"disabled": s.house.Keys.Disable} {
		if err := end(t.Context(), s.acme.Actor(org.Lead), found.Keys[0].ID); err != nil {
			t.Fatal(err)
		}
		s.desk.off = true
		if p := b.Get("/playground"); !p.Has("Your playground is closed", "was disabled") || p.Has(`name="text"`) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
		if p := b.Post("/playground", s.asking(nil)); p.Status != http.StatusUnprocessableEntity || len(s.plane.asked) != 0 {
			t.Errorf("%s: %d, asked %d", name, p.Status, len(s.plane.asked))
		}
	}
	if p := b.Post("/playground/open", url.Values{"team": {s.acme.Team.String()}}); p.Status != http.StatusSeeOther {
		t.Errorf("again: %d", p.Status)
	}
	if found, _ = s.house.Keys.Find(t.Context(), s.acme.Actor(org.Developer), key.Query{}); len(found.Keys) != 1 {
		t.Errorf("who was shut out made themselves another: %d", len(found.Keys))
	}
}

func TestWithoutScriptsAllAnswersComeOnOnePage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.opened()
	p := b.Post("/playground", s.asking(nil))
	if p.Status != 200 || !p.Has("&lt;b&gt;four&lt;/b&gt;", "$0.0123", "7 in, 3 out", "The budget of Acme is used up.", "/requests/req_1", "It ended at its most tokens", "dropped store", "2 + 2?", "Be brief.") {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	all := strings.Join(s.plane.asked, "\n")
	if len(s.plane.asked) != 2 || !strings.Contains(all, `{"model":"smart","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"2 + 2?"}],"max_completion_tokens":50,"temperature":0.5,"stream":true,"stream_options":{"include_usage":true}}`) {
		t.Error(all)
	}
	if h := s.plane.heads[0]; h.Get("User-Agent") != "bodhi-playground" || h.Get("X-Bodhi-Purpose") != "playground" || h.Get("Authorization") != "" {
		t.Errorf("%v", h)
	}
	p = b.Post("/playground", s.asking(url.Values{"act": {"continue.0"}, "answer": {"<b>four</b>", "", ""}}))
	if p.Status != 200 || strings.Count(p.Body, "data-message") != 4 || len(s.plane.asked) != 2 { // three, and the template
		t.Errorf("continue: %d, %d messages", p.Status, strings.Count(p.Body, "data-message"))
	}
	for act, n := range map[string]int{"column": 5, "drop.1": 3} { // and the template
		if p = b.Post("/playground", s.asking(url.Values{"act": {act}})); strings.Count(p.Body, "data-column") != n {
			t.Errorf("%s: %d columns", act, strings.Count(p.Body, "data-column")-1)
		}
	}
}

func TestAnotherTeamPaysForTheSameConversation(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b, away := s.opened(), s.acme.AwayTeam
	if err := s.house.Identity.Assign(t.Context(), s.acme.Actor(org.Admin), s.acme.Members[org.Developer].ID, org.Assignment{Role: org.Developer, At: org.OfTeam(s.acme.Org.ID, away)}); err != nil {
		t.Fatal(err)
	}
	form := s.asking(url.Values{"act": {"team"}, "team": {away.String()}, "paid": {s.acme.Team.String()}, "answer": {"It is four.", "", ""}})
	opens := "open." + away.String()
	for what, act := range map[string]string{"one that it is not open for": "team", "asked before it was switched": "", "a message more before it was switched": "message"} {
		form.Set("act", act)
		if p := b.Post("/playground", form); p.Status != http.StatusUnprocessableEntity || !p.Has("not open for this team", "2 + 2?", "<div>It is four.</div>", `name="paid" value="`+s.acme.Team.String()+`"`, `value="`+opens+`"`) {
			t.Errorf("%s: %d\n%s", what, p.Status, p.Body)
		}
	}
	form.Set("act", opens)
	if p := b.Post("/playground", form); p.Status != 200 || !p.Has("2 + 2?", "<div>It is four.</div>", `name="paid" value="`+away.String()+`"`) {
		t.Fatalf("open: %d\n%s", p.Status, p.Body)
	}
	form.Set("act", "team")
	if p := b.Post("/playground", form); p.Status != 200 || !p.Has("2 + 2?", "<div>It is four.</div>", `name="paid" value="`+away.String()+`"`, `form="playground"`) {
		t.Errorf("switched: %d\n%s", p.Status, p.Body)
	} else if i := strings.Index(p.Body, `<button type="submit" class="b-default" form="playground"`); i < 0 || i > strings.Index(p.Body, `value="team"`) || strings.Count(p.Body, "b-default") != 1 {
		t.Errorf("Enter in a field switches the team: the form's first button asks, in the order of the page\n%s", p.Body)
	}
}

func TestAStreamTellsOfEachPiece(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p := s.opened().Post("/playground/stream", s.asking(url.Values{"model": {"smart"}, "column": {"0"}}))
	if p.Status != 200 || !p.Has("event: begun\ndata: \"req_1\"\n\n", `event: text`+"\n"+`data: "\u003cb\u003efour\u003c/b\u003e"`, "event: end\n", "$0.0123") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	p = s.opened().Post("/playground/stream", s.asking(url.Values{"model": {"smart"}, "temperature": {"hot"}}))
	if p.Status != http.StatusUnprocessableEntity || !p.Has(`"temperature.0"`, "0 to 2") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Viewer]).Post("/playground/stream", s.asking(nil)); p.Status != http.StatusForbidden {
		t.Errorf("a viewer: %d", p.Status)
	}
}

func TestWhatIsWrongIsSaidAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.opened()
	for name, x := range map[string]struct {
		form url.Values
		says string
	}{
		"no model":        {url.Values{"model": {"", ""}}, "Choose at least one model"},
		"five models":     {url.Values{"model": {"a", "b", "c", "d", "e"}}, "At most 4 models"},
		"a temperature":   {url.Values{"temperature": {"", "", "3"}}, "A temperature is a number from 0 to 2"},
		"too many tokens": {url.Values{"max_tokens": {"", "", "many"}}, "capped at 1 to 32000"},
		"nothing to ask":  {url.Values{"text": {" "}, "system": {"typed"}}, "Type what to ask"},
		"tools":           {url.Values{"tools": {"[\n{]"}}, "line 2"},
		"no tool":         {url.Values{"tools": {`[{"type":"function"}]`}}, "Tool 1 is no function with a name"},
		"a schema":        {url.Values{"schema": {"[]"}}, "JSON Schema, an object"},
		"a role":          {url.Values{"role": {"judge"}}, "A message is of the system"},
		"a variable":      {url.Values{"template": {"1"}, "text": {"Hello {{name}}"}}, "needs the variable"},
		"braces":          {url.Values{"template": {"1"}, "text": {"Hello {{name"}}, "is never closed"},
		"too much text":   {url.Values{"text": {strings.Repeat("x", 600<<10)}}, "at most 512 are asked here"},
	} {
		form := s.asking(x.form)
		p := b.Post("/playground", form)
		if p.Status != http.StatusUnprocessableEntity || !p.Has(x.says) {
			t.Errorf("%s: %d, wants %q", name, p.Status, x.says)
		}
		for _, field := range []string{"system", "text", "tools", "schema"} {
			if kept := strings.NewReplacer(`"`, "&#34;", "\n", "\n").Replace(form.Get(field)); len(kept) < 1000 && strings.TrimSpace(kept) != "" && !p.Has(kept) {
				t.Errorf("%s: the %s %q is lost", name, field, kept)
			}
		}
	}
	if len(s.plane.asked) != 0 {
		t.Errorf("%d were asked", len(s.plane.asked))
	}
	if p := b.Post("/playground", s.asking(url.Values{"template": {"1"}, "text": {"Hello {{name}}"}, "var_name": {"{{system}} \"x\""}})); p.Status != 200 || !strings.Contains(strings.Join(s.plane.asked, ""), `"content":"Hello {{system}} \"x\""`) {
		t.Errorf("a value is text: %d\n%s", p.Status, strings.Join(s.plane.asked, "\n"))
	}
}

// upload sends the form with files.
func upload(t *testing.T, b *webtest.Client, path string, form url.Values, files map[string][]byte) webtest.Page {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	for name, data := range files {
		f, err := w.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(data)
	}
	_ = w.Close()
	return b.Upload(path, w.FormDataContentType(), body.String())
}

func TestFilesGoWithTheLastMessageOfTheUser(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.opened()
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 20)...)
	if p := upload(t, b, "/playground", s.asking(nil), map[string][]byte{"a.png": png, "b.pdf": []byte("%PDF-1.7 x")}); p.Status != 200 {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if all := s.plane.asked[0]; !strings.Contains(all, `{"type":"text","text":"2 + 2?"}`) || !strings.Contains(all, `"url":"data:image/png;base64,iVBOR`) || !strings.Contains(all, `"filename":"b.pdf","file_data":"data:application/pdf;base64,JVBERi0`) {
		t.Error(all)
	}
	for name, x := range map[string]struct {
		files map[string][]byte
		says  string
	}{
		"a program":    {map[string][]byte{"a.exe": []byte("MZ\x90\x00")}, "is no PNG"},
		"an empty one": {map[string][]byte{"a.png": nil}, "is empty"},
		"five":         {map[string][]byte{"a": png, "b": png, "c": png, "d": png, "e": png}, "At most 4 files"},
		"30 MB":        {map[string][]byte{"a.png": append(png, make([]byte, 30<<20)...)}, "larger than 8 MiB"},
	} {
		if p := upload(t, b, "/playground", s.asking(nil), x.files); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says, "2 + 2?", "Be brief.") {
			t.Errorf("%s: %d, wants %q", name, p.Status, x.says)
		}
	}
	if p := upload(t, b, "/playground", s.asking(nil), map[string][]byte{"a.png": append(png, make([]byte, 41<<20)...)}); p.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("41 MB: %d", p.Status)
	}
	if len(s.plane.asked) != 2 {
		t.Errorf("%d were asked", len(s.plane.asked))
	}
}

func TestAConversationBecomesAPromptAndAVersionComesBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.opened()
	form := s.asking(url.Values{"text": {"Say {{word}}."}, "template": {"1"}, "name": {"say"}, "tools": {`[{"type":"function","function":{"name":"look"}}]`}})
	paid := []string{"It is four.", "", ""}
	if p := b.Post("/playground", s.asking(url.Values{"act": {"variables"}, "answer": paid})); p.Status != 200 || !p.Has("<div>It is four.</div>", `name="answer" value="It is four."`) {
		t.Errorf("the answer went when variables were looked for: %d\n%s", p.Status, p.Body)
	}
	if p := b.Post("/playground/prompts", s.asking(url.Values{"name": {"No Name"}, "answer": paid})); p.Status != http.StatusUnprocessableEntity || !p.Has("small letters", "2 + 2?", "<div>It is four.</div>", `name="answer" value="It is four."`) {
		t.Errorf("a bad name: %d\n%s", p.Status, p.Body)
	}
	if p := b.Post("/playground/prompts", form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	all, err := s.lib.List(t.Context(), s.acme.Actor(org.Developer))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	c := all[0].Versions[0].Content
	if c.Model != "smart" || c.Settings.MaxOutput != 50 || c.Settings.Temperature != "0.5" || len(c.Variables) != 1 || c.Variables[0].Name != "word" || len(c.Messages) != 2 || len(c.Tools) != 1 {
		t.Errorf("%+v", c)
	}
	which := all[0].ID.String()
	p := b.Get("/playground?prompt=" + which + "&version=1")
	if !p.Has("Say {{word}}.", `name="var_word"`, "Save as a new version of say", `value="smart"`, "look") {
		t.Errorf("opened: %d\n%s", p.Status, p.Body)
	}
	form.Set("prompt", which)
	form.Set("version", "1")
	form.Set("text", "Say {{word}}!")
	if p := b.Post("/playground/versions", form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if f, err := s.lib.Get(t.Context(), s.acme.Actor(org.Developer), all[0].ID); err != nil || len(f.Versions) != 2 || f.Versions[0].Content.Messages[1].Text != "Say {{word}}!" || len(f.Versions[0].Content.Variables) != 1 {
		t.Errorf("%+v %v", f.Versions, err)
	}
	if p := b.Post("/playground/prompts", s.asking(url.Values{"name": {"braces"}, "text": {"{{ x }}"}})); p.Status != http.StatusSeeOther {
		t.Errorf("braces that are none: %d\n%s", p.Status, p.Body)
	}
	lead := s.acme.Actor(org.Lead)
	f, err := s.lib.Create(t.Context(), lead, prompt.Input{Name: "theirs", Kind: prompt.Chat, Visibility: prompt.Everyone}, c, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if p := b.Get("/playground?prompt=" + f.ID.String()); !p.Has("From theirs", "Save as a new prompt") || p.Has("Save as a new version") {
		t.Errorf("who may only see a prompt is offered to change it: %d", p.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Manager]).Get("/playground?prompt=" + which); p.Status != http.StatusNotFound {
		t.Errorf("another's private prompt: %d", p.Status)
	}
}

// The numbers in the form's buttons are the browser's to send.
func TestAButtonForAnAnswerThatIsNotThereDoesNothingWrong(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.opened()
	for _, act := range []string{"continue.-1", "continue.9", "continue.x", "drop.-1", "drop.9"} {
		if p := b.Post("/playground", s.asking(url.Values{"act": {act}, "answer": {"four"}})); p.Status != http.StatusOK || !p.Has("2 + 2?") {
			t.Errorf("%s: %d\n%.300s", act, p.Status, p.Body)
		}
	}
}
