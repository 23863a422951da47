package wire

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// ears are the servers behind Slack's, Teams' and webhooks' addresses.
type ears struct {
	mu    sync.Mutex
	heard map[string][]string // header and body, by path
}

// ServeHTTP implements http.Handler.
func (e *ears) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard[r.URL.Path] = append(e.heard[r.URL.Path], fmt.Sprint(r.Header)+string(body))
}

func (e *ears) at(path string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.heard[path], "\n")
}

// canaries are words that may not stand in what is said, by what they are.
type canaries map[string]string

// in fails for each that is found.
func (c canaries) in(t *testing.T, where, text string) {
	t.Helper()
	for what, word := range c {
		if at := strings.Index(text, word); at >= 0 {
			t.Errorf("%s tells %s: …%.160s…", where, what, text[max(0, at-60):])
		}
	}
}

// letter is one of the mailbox, as it lies there.
type letter struct {
	To, Subject, Text, HTML, Stop, Thread string
	Files                                 []struct {
		Name string
		Body []byte
	}
}

// mailbox are all letters of a gateway without a mail server.
func mailbox(t *testing.T, g *harness.Gateway) (out []letter) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(g.Dir, "mail", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var l letter
		if raw, err := os.ReadFile(file); err != nil || json.Unmarshal(raw, &l) != nil {
			t.Fatalf("%s cannot be read: %v", file, err)
		}
		out = append(out, l)
	}
	return out
}

var streams = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)

// told is all text of a letter: its own, and that of its files, whose packed parts are unpacked.
func told(m letter) string {
	text := m.Subject + "\n" + m.Text + "\n" + m.HTML + "\n" + m.Stop + m.Thread
	for _, f := range m.Files {
		text += "\n" + f.Name + "\n" + string(f.Body)
		for _, part := range streams.FindAllSubmatch(f.Body, -1) {
			if r, err := zlib.NewReader(bytes.NewReader(part[1])); err == nil {
				plain, _ := io.ReadAll(r)
				text += string(plain) + strings.ReplaceAll(string(plain), "\x00", "") // texts of documents are UTF-16
			}
		}
	}
	return text
}

// TestNoMessageTellsAPromptASecretOrAnotherTeamsNumber has two teams ask real questions, sets off what people are told of, and
// reads every letter with its files, every message to a channel, the log, and the whole database: inboxes, deliveries and the
// arguments of jobs are in it.
func TestNoMessageTellsAPromptASecretOrAnotherTeamsNumber(t *testing.T) {
	t.Parallel()
	w := begin(t, "", "locked=sb/sandbox-chat+status=401")
	f := fleet{t, w.Gateway, []*harness.Gateway{w.Gateway}}
	far := &ears{heard: map[string][]string{}}
	srv := httptest.NewServer(far)
	t.Cleanup(srv.Close)
	secrets := canaries{"the admin's token": w.AdminToken, "a key": w.VirtualKey, "a provider's credential": "sk-upstream-canary", "a password": password, "an address": "address-canary"}
	prompts := canaries{"a prompt": "question-canary", "a system prompt": "system-canary", "a tool": "tool-canary", "a user's name for a request": "user-canary"}
	const theirs, limit = "Zanzibar", "0.00001337"
	walls := canaries{"another team's name": theirs, "another team's limit": "0.000013"} // as people read it

	var other struct{ ID string }
	w.manage(t, http.MethodPost, "/teams", map[string]any{"name": theirs}, http.StatusCreated, &other)
	walls["another team"] = other.ID
	person := func(name, role, team string) (made struct{ ID string }) {
		w.manage(t, http.MethodPost, "/members", map[string]any{"name": name, "email": name + "@acme.test", "role": role, "teams": []string{team}, "password": password}, http.StatusCreated, &made)
		return made
	}
	lead, dev := person("lead", "lead", w.TeamID), person("dev", "developer", w.TeamID)
	person("stranger", "lead", other.ID)
	guest := person("guest", "developer", other.ID)
	var mine, foreign madeKey
	w.manage(t, http.MethodPost, "/keys", map[string]any{"name": "laptop", "team": w.TeamID, "member": dev.ID}, http.StatusCreated, &mine)
	w.manage(t, http.MethodPost, "/keys", map[string]any{"name": "theirs", "team": other.ID, "member": guest.ID}, http.StatusCreated, &foreign)
	secrets["my key"], secrets["their key"] = mine.Secret, foreign.Secret
	for path, in := range map[string]map[string]any{
		"/hook": {"kind": "webhook", "team": w.TeamID}, "/slack": {"kind": "slack", "team": w.TeamID}, "/teams": {"kind": "teams", "team": w.TeamID}, "/all": {"kind": "webhook"},
	} {
		var made struct{ Secret string }
		in["name"], in["address"] = path, srv.URL+path+"?token=address-canary"
		w.manage(t, http.MethodPost, "/channels", in, http.StatusCreated, &made)
		if made.Secret != "" {
			secrets["the signing key of "+path] = strings.TrimPrefix(made.Secret, "whsec_")
		}
	}
	for scope, amount := range map[string]string{w.TeamID: "0.00001", dev.ID: "0.00001", other.ID: limit, guest.ID: limit} {
		w.manage(t, http.MethodPost, "/budgets", map[string]any{"scope": scope, "limit_usd": amount, "period": "monthly", "enforcement": "soft", "thresholds": []int{50}}, http.StatusCreated, nil)
	}
	w.manage(t, http.MethodPost, "/policies", map[string]any{"deny": []string{"think"}, "may_ask": true, "approver": "lead"}, http.StatusCreated, nil)

	arrives := func(to, subject string) {
		t.Helper()
		harness.Wait(t, "a letter to "+to+": "+subject, func() bool {
			return slices.ContainsFunc(mailbox(t, w.Gateway), func(m letter) bool {
				return strings.HasPrefix(m.To, to) && strings.Contains(m.Subject+m.Text, subject)
			})
		})
	}
	chat := func(key madeKey, model string) error {
		c := w.client(option.WithAPIKey(key.Secret))
		in := ask(model, "My question-canary is this: may I?")
		in.Messages = append([]openai.ChatCompletionMessageParamUnion{openai.SystemMessage("Be system-canary.")}, in.Messages...)
		in.SafetyIdentifier = openai.String("user-canary")
		in.Tools = weather()
		in.Tools[0].OfFunction.Function.Description = openai.String("tool-canary")
		_, err := c.Chat.Completions.New(within(t, 20*time.Second), in)
		return err
	}
	for _, k := range []madeKey{mine, foreign} {
		harness.Wait(t, "a key to work", func() bool { return chat(k, "smart") == nil })
	}
	harness.Wait(t, "the policy to bind", func() bool { return chat(mine, "think") != nil })
	cookie := logIn(t, w.Gateway, "dev@acme.test", password)
	if status, b := f.form(w.Gateway, "/approvals", cookie, url.Values{"key": {mine.ID}, "model": {"think"}, "reason": {"to try it"}, "times": {"1"}}); status != http.StatusSeeOther {
		t.Fatalf("ask: %d %.300s", status, b)
	}
	var waiting struct {
		Data []struct{ ID string }
	}
	w.manage(t, http.MethodGet, "/approvals?state=pending", nil, http.StatusOK, &waiting)
	arrives("lead@", "asks for the model think") // before it is decided: nobody is called to decide what was
	w.manage(t, http.MethodPost, "/approvals/"+waiting.Data[0].ID+"/approve", map[string]any{}, http.StatusOK, nil)
	w.manage(t, http.MethodPost, "/prices/overrides", map[string]any{"model": "sandbox-chat", "prices_usd": map[string]string{"input": "1", "output": "2"}}, http.StatusCreated, nil)
	for _, kind := range []string{"weekly", "daily"} {
		var made struct{ ID string }
		w.manage(t, http.MethodPost, "/reports", map[string]any{"kind": kind, "scope": w.TeamID, "members": []string{lead.ID}, "answering": false, "csv": true, "pdf": true}, http.StatusCreated, &made)
		harness.Wait(t, "something to report", func() bool { // the budget is used up once what was spent is posted
			status, _ := f.call(w.Gateway, w.AdminToken, http.MethodPost, "/reports/"+made.ID+"/send", nil)
			return status == http.StatusCreated
		})
	}
	w.manage(t, http.MethodPost, "/keys/"+foreign.ID+"/disable", nil, http.StatusOK, nil)
	harness.Wait(t, "a key to be refused", func() bool { return chat(foreign, "smart") != nil })
	if err := chat(mine, "locked"); err == nil {
		t.Fatal("a provider that takes no credential answered")
	}
	harness.Wait(t, "word of the provider's refusal", func() bool { return strings.Contains(far.at("/all"), `"type":"target_away"`) })

	w.Stop(t) // what the key's misuse says is written down at the latest now, and sent after the start
	w.Serve(t)
	for _, want := range []struct{ to, subject string }{
		{"lead@", "has used 50 % of its budget"}, {"stranger@", "has used 50 % of its budget"}, {"dev@", "Approved: the model think"},
		{"admin@", "is out of service"}, {"guest@", "The key theirs was tried"}, {"lead@", "Weekly report"}, {"lead@", "Daily budget report"},
	} {
		arrives(want.to, want.subject)
	}
	for _, kind := range []string{"budget_threshold", "approval_asked", "key_misused", "target_away"} {
		harness.Wait(t, "a webhook about "+kind, func() bool { return strings.Contains(far.at("/all"), `"type":"`+kind+`"`) })
	}
	for _, path := range []string{"/hook", "/slack", "/teams"} {
		harness.Wait(t, "what "+path+" hears of its team's budget", func() bool { return strings.Contains(far.at(path), "has used 50 % of its budget") })
	}
	w.Stop(t)

	for _, m := range mailbox(t, w.Gateway) {
		where := fmt.Sprintf("the letter %q to %s", m.Subject, m.To)
		secrets.in(t, where, told(m))
		prompts.in(t, where, told(m))
		if strings.HasPrefix(m.To, "lead@") || strings.HasPrefix(m.To, "dev@") {
			walls.in(t, where, told(m))
		}
	}
	for _, path := range []string{"/hook", "/slack", "/teams", "/all"} {
		secrets.in(t, path, far.at(path))
		prompts.in(t, path, far.at(path))
		if path != "/all" {
			walls.in(t, path, far.at(path))
		}
	}
	secrets.in(t, "the log", w.Log())
	prompts.in(t, "the log", w.Log())
	files, err := filepath.Glob(filepath.Join(w.Dir, "bodhi.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no database in %s: %v", w.Dir, err)
	}
	whole := ""
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		whole += string(raw)
	}
	secrets.in(t, "the database", whole)
	prompts.in(t, "the database", whole)
	for _, there := range []string{"notify_spread", "has used 50 % of its budget", "mail_deliver", "budget_tell"} { // it looks in the right place
		if !strings.Contains(whole, there) {
			t.Errorf("the database does not hold %q", there)
		}
	}
}
