package app

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	gpt "github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

const (
	// fewestPayloads is how many there must be, fewestShown how many of them pages must show, lest the test looks where there are none.
	fewestPayloads, fewestShown = 300, 300
)

// saying are the pages that show whole texts: a kept request with its answer, a request with its comment, a stored prompt.
var saying = []string{"transcripts.read", "requests.show", "prompts.show"}

// TestNoNameBecomesMarkup gives things hostile names and reads every page: it has no element and no attribute that another
// organization's page has not, whose things have harmless names; its policy is strict; its files hold no formula.
func TestNoNameBecomesMarkup(t *testing.T) {
	t.Parallel()
	a, _, s := furnished(t, dbtest.SQLiteURL(t))
	hostile := payloads()
	if len(hostile) < fewestPayloads {
		t.Errorf("%d payloads", len(hostile))
	}
	harmless := make([]string, len(hostile))
	for i := range harmless {
		harmless[i] = fmt.Sprintf("word %d", i)
	}
	a.plant(t, &s.Foreign, harmless)
	a.plant(t, &s.Home, hostile)
	bad := s.Home
	s.Home = s.Foreign
	known := map[string]bool{}
	for _, r := range s.Routes {
		if page, _ := readPage(t, s, r); page != nil {
			page.words(func(w string) { known[w] = true })
		}
	}
	s.Home = bad
	pages, files, seen, told := 0, 0, map[string]bool{}, map[string]int{}
	for _, r := range s.Routes {
		page, rows := readPage(t, s, r)
		for _, row := range rows {
			files++
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+@\t\r", rune(cell[0])) || strings.HasPrefix(cell, "-") && strings.ContainsAny(cell, "|!(") {
					t.Errorf("%s hands out a formula: %q", r.Name, cell)
				}
			}
		}
		if page == nil {
			continue
		}
		pages++
		page.words(func(w string) {
			if !known[w] {
				t.Errorf("%s has %s, and no page of harmless names has", r.Name, w)
			}
		})
		for _, p := range hostile {
			if !seen[p] && slices.ContainsFunc(page.texts, func(x string) bool { return strings.Contains(x, p) }) {
				seen[p] = true
			}
		}
		if text := strings.Join(page.texts, "\n"); slices.Contains(saying, r.Name) {
			for _, p := range hostile {
				if strings.Contains(text, p) {
					told[r.Name]++
				}
			}
		}
	}
	t.Logf("%d pages, %d rows of files; %d of %d payloads stand on a page", pages, files, len(seen), len(hostile))
	for _, name := range saying {
		if told[name] < fewestShown {
			t.Errorf("%s shows %d payloads: it should say all of them", name, told[name])
		}
	}
	if pages < 100 || files < fewestPayloads || len(seen) < fewestShown {
		t.Errorf("%d pages, %d rows of files, %d payloads were shown: the test looks in the wrong place", pages, files, len(seen))
	}
}

// plant gives an organization things of these names: a request with each of them for its model, and in turn a team, a key, a dataset or a
// budget, where a name is not refused; and texts that say all of them.
func (a *App) plant(t *testing.T, v *webtest.Visitors, names []string) {
	t.Helper()
	ctx, admin := t.Context(), org.System(v.Org, "test")
	team, err := id.ParseTeam(v.Things["teams"])
	must(t, err)
	department, err := id.ParseDepartment(v.Things["departments"])
	must(t, err)
	holder, err := id.ParseKey(v.Things["keys"])
	must(t, err)
	must(t, a.people.RenameTeam(ctx, admin, team, names[len(names)-1]))
	must(t, a.people.RenameDepartment(ctx, admin, department, names[len(names)-2]))
	var asked []ledger.Request
	for i, name := range names {
		asked = append(asked, ledger.Request{ID: id.NewRequest(a.ids), At: a.clock.Now(), Family: "openai", Endpoint: "chat", Asked: name, Model: name, Provider: name, Client: name, Tags: "project=" + name, EndUser: name,
			Session: name, Message: name, Decisions: name, Status: http.StatusForbidden, Chain: org.Chain{Org: v.Org, Department: department, Team: team, Key: holder}})
		switch i % 4 {
		case 0:
			_, err = a.people.AddTeam(ctx, admin, name, department)
		case 1:
			_, err = a.keys.Create(ctx, admin, key.Input{Name: name, Team: team, Account: fmt.Sprint("service ", i)})
		case 2:
			rows := []evaluation.Row{{Messages: []evaluation.Message{{Role: "user", Content: name}}, Expected: name}}
			_, err = evaluation.New(a.evaluating()).Create(ctx, admin, evaluation.Input{Name: name, Visibility: evaluation.Team, Team: team}, rows)
		case 3:
			_, err = a.budgets(nil).Create(ctx, admin, budget.Input{Name: name, Scope: org.OfTeam(v.Org, team), Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
		}
		if err != nil {
			t.Logf("%q is refused: %v", name, err)
		}
	}
	_, err = a.ledgerStore.Post(ctx, id.NewNode(a.ids), budget.Batch{Requests: asked})
	must(t, err)
	a.plantTexts(t, v, admin, team, asked[0], names)
}

// plantTexts gives an organization texts that say all of it: a stored prompt, what one request asked and a model answered, and what its
// client found of that.
func (a *App) plantTexts(t *testing.T, v *webtest.Visitors, admin org.Actor, team id.Team, r ledger.Request, names []string) {
	t.Helper()
	all := strings.Join(names, "\n")
	said, err := json.Marshal(all)
	must(t, err)
	a.keepText(t, admin, r, `{"model":"m","messages":[{"role":"user","content":`+string(said)+`}]}`,
		`{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":`+string(said)+`},"finish_reason":"stop"}]}`)
	_, err = db.NewFeedbackStore(a.db).Put(t.Context(), feedback.Feedback{Org: v.Org, Request: r.ID, Key: r.Chain.Key, Model: r.Model, Comment: all, At: r.At})
	must(t, err)
	plain := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.Contains(n, "{{") }) // no template
	said = []byte(strings.Join(plain, "\n"))
	made, err := a.library.Create(t.Context(), admin, prompt.Input{Name: "planted", Kind: prompt.Chat, Visibility: prompt.Team, Team: team, About: "x"},
		prompt.Content{Model: "m", Messages: []prompt.Message{{Role: "user", Text: string(said)}}}, "", "")
	must(t, err)
	v.Things["requests"], v.Things["prompts"] = r.ID.String(), made.ID.String()
}

// keepText keeps a request's text and its answer's, for a team that wants it.
func (a *App) keepText(t *testing.T, admin org.Actor, r ledger.Request, asked, answered string) {
	t.Helper()
	texts := a.transcripts()
	must(t, texts.Set(t.Context(), admin, r.Chain.Team, 7))
	all, err := texts.Store.Settings(t.Context())
	must(t, err)
	must(t, a.texts.Load(all))
	call, err := gpt.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(asked)})
	must(t, err)
	a.texts.Keep(&transcript.Taken{Request: r.ID, Chain: r.Chain, At: r.At, Call: *call, Body: []byte(answered)})
	a.texts.Flush(t.Context())
}

// parsed is what a browser makes of a page.
type parsed struct {
	root  *html.Node
	texts []string
}

// readPage asks as an admin for what a route shows people: a page, or the rows of a file.
func readPage(t *testing.T, s *webtest.Site, r web.Route) (*parsed, [][]string) {
	t.Helper()
	if r.Method != http.MethodGet && r.Name != "transcripts.read" || r.Guard != web.Person && r.Guard != web.Open {
		return nil, nil
	}
	a := s.Ask(t, r, org.Admin)
	switch kind := a.Header.Get("Content-Type"); {
	case strings.HasPrefix(kind, "text/csv"):
		rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
		must(t, err)
		return nil, rows
	case !strings.HasPrefix(kind, "text/html"):
		return nil, nil
	}
	p := a.Header.Get("Content-Security-Policy")
	if !strings.Contains(p, "default-src 'none'") || !strings.Contains(p, "base-uri 'none'") || !strings.Contains(p, "frame-ancestors 'none'") || strings.Contains(p, "unsafe-eval") || strings.Contains(p, "script-src 'unsafe") {
		t.Errorf("%s has the policy %q", r.Name, p)
	}
	root, err := html.Parse(strings.NewReader(a.Body))
	must(t, err)
	page := &parsed{root: root}
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			page.texts = append(page.texts, n.Data)
		}
	}
	return page, nil
}

// words are a page's elements with their attributes, and where those lead that name something to fetch.
func (p *parsed) words(yield func(string)) {
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		yield("<" + n.Data + ">")
		for _, at := range n.Attr {
			yield("<" + n.Data + " " + at.Key + ">")
			switch at.Key {
			case "href", "src", "action", "formaction", "hx-get", "hx-post", "data", "poster", "sse-connect":
				yield("<" + n.Data + " " + at.Key + "> to " + leads(at.Val))
			case "style", "srcdoc":
				yield("<" + n.Data + " " + at.Key + "=" + at.Val + ">")
			}
		}
		if n.Data == "script" && n.FirstChild != nil {
			yield("a script that says " + n.FirstChild.Data)
		}
	}
}

// leads says what kind of place a URL leads to.
func leads(url string) string {
	url = strings.ToLower(strings.TrimSpace(url))
	switch scheme, _, ok := strings.Cut(url, ":"); {
	case strings.HasPrefix(url, "//") || strings.HasPrefix(url, `/\`):
		return "another host"
	case strings.HasPrefix(url, "/"), strings.HasPrefix(url, "#"), strings.HasPrefix(url, "?"), url == "":
		return "this host"
	case ok && !strings.ContainsAny(scheme, "/?#"):
		return scheme
	}
	return "this page"
}
