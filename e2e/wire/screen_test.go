package wire

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	claudeoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"google.golang.org/genai"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// What nobody but the client may see.
const (
	mail = "canary.lovelace@acme-canary.test"
	card = "4012 8888 8888 1881"
)

type incidents struct {
	Data []struct {
		ID, Request, Action, Key, Team string
		Found                          []struct {
			Detector, Action string
			Count            int
		}
	}
}

// rule sets the organization's data rule and waits until it binds.
func (w *world) rule(t *testing.T, probe string, rule map[string]any) {
	t.Helper()
	w.manage(t, http.MethodPost, "/data-rules", rule, http.StatusCreated, nil)
	harness.Wait(t, "the data rule binds", func() bool {
		_, body := w.raw(t, http.MethodPost, "/chat/completions", `{"model":"gpt","messages":[{"role":"user","content":"`+probe+`"}]}`, "X-Bodhi-Dry-Run", "1")
		return strings.Contains(body, "policy_blocked") || strings.Contains(body, "placeholders")
	})
}

// A policy block is 400 in the family's shape, is asked once, names the incident, and nothing of it reaches a provider.
func TestR5APolicyBlockIsFinalAndNamesItsIncident(t *testing.T) {
	t.Parallel()
	w := every(t)
	w.rule(t, mail, map[string]any{"actions": map[string]string{"email": "block", "card": "block"}})
	models := map[string]string{"chat": "gpt", "responses": "gpt", "anthropic": "claude", "gemini": "gem", "bedrock": "converse"}
	eachFamily(t, func(t *testing.T, f family) {
		f.body = strings.Replace(f.body, `"x"`, `"pay `+mail+` with `+card+`"`, 1)
		for _, stream := range []bool{false, true} {
			resp, body := w.told(t, f, models[f.name], stream)
			if h := resp.Header; resp.StatusCode != 400 || h.Get("X-Should-Retry") != "false" || h.Get("Retry-After") != "" || !strings.Contains(body, "policy_blocked") {
				t.Errorf("stream %v: %d %v: %s", stream, resp.StatusCode, h, body)
			}
			for _, word := range []string{"Nothing was sent", "1 e-mail address", "1 payment card number", "the data rule of Acme", "incident pii_"} {
				if !strings.Contains(body, word) {
					t.Errorf("it does not say %q: %s", word, body)
				}
			}
			if strings.Contains(body, "canary") || strings.Contains(body, "8888") {
				t.Errorf("it tells what it found: %s", body)
			}
		}
	})
	t.Cleanup(func() { // the families are through by then
		if bill := w.sandbox.Bill(t); bill.Calls != 0 {
			t.Errorf("%d requests reached a provider", bill.Calls)
		}
	})
}

// counted passes requests on and counts them.
type counted struct{ n int }

// RoundTrip implements http.RoundTripper.
func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n++
	return http.DefaultTransport.RoundTrip(r)
}

// The official clients, which repeat what they may, ask once and give their own typed error with our sentence.
func TestR5OfficialClientsAskOnce(t *testing.T) {
	t.Parallel()
	w := every(t)
	w.rule(t, mail, map[string]any{"actions": map[string]string{"email": "block"}})
	text := "Write to " + mail
	says := func(t *testing.T, c *counted, status int, message string) {
		t.Helper()
		if c.n != 1 || status != 400 || !strings.Contains(message, "policy_blocked") && !strings.Contains(message, "Nothing was sent") || !strings.Contains(message, "pii_") || strings.Contains(message, "canary") {
			t.Errorf("asked %d times, %d %s", c.n, status, message)
		}
	}
	t.Run("openai-go", func(t *testing.T) {
		c := &counted{}
		client := openai.NewClient(option.WithBaseURL(w.ProxyURL), option.WithAPIKey(w.VirtualKey), option.WithHTTPClient(&http.Client{Transport: c}))
		_, err := client.Chat.Completions.New(within(t, 20*time.Second), ask("gpt", text))
		e := typed(t, err)
		if e.Code != "policy_blocked" {
			t.Errorf("code %q", e.Code)
		}
		says(t, c, e.StatusCode, e.Message)
		c.n = 0
		s := client.Chat.Completions.NewStreaming(within(t, 20*time.Second), ask("gpt", text))
		for s.Next() {
			t.Error("a piece of an answer")
		}
		says(t, c, typed(t, s.Err()).StatusCode, typed(t, s.Err()).Message)
	})
	t.Run("anthropic-sdk-go", func(t *testing.T) {
		c := &counted{}
		client := anthropic.NewClient(claudeoption.WithBaseURL(w.root()), claudeoption.WithAPIKey(w.VirtualKey), claudeoption.WithHTTPClient(&http.Client{Transport: c}))
		_, err := client.Messages.New(within(t, 20*time.Second), message("claude", anthropic.NewTextBlock(text)))
		var e *anthropic.Error
		if !errors.As(err, &e) {
			t.Fatalf("%T %v", err, err)
		}
		says(t, c, e.StatusCode, e.RawJSON())
	})
	t.Run("genai", func(t *testing.T) {
		c := &counted{}
		client, err := genai.NewClient(t.Context(), &genai.ClientConfig{APIKey: w.VirtualKey, Backend: genai.BackendGeminiAPI, HTTPClient: &http.Client{Transport: c}, HTTPOptions: genai.HTTPOptions{BaseURL: w.root()}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Models.GenerateContent(within(t, 20*time.Second), "gem", genai.Text(text), nil)
		e := googleError(t, err)
		says(t, c, e.Code, e.Message)
	})
	script(t, "blocked.mjs", "openai", 6, "GATEWAY_URL="+w.root(), "GATEWAY_KEY="+w.VirtualKey, "BLOCKED_TEXT="+text)
	if bill := w.sandbox.Bill(t); bill.Calls != 0 {
		t.Errorf("%d requests reached a provider", bill.Calls)
	}
}

// What is masked reaches the provider as placeholders; it is in no answer of ours, no log line, and no file that we keep, and
// the incident says what kinds, how many and whose.
func TestFoundValuesAreKeptNowhere(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	up := httptest.NewServer(r)
	t.Cleanup(up.Close)
	w := &world{Gateway: harness.Start(t, harness.Setup{Budget: "1000/monthly/soft", Providers: []string{"name=oa,kind=openai,base-url=" + up.URL + "/v1,key-env=E2E_KEY"}, Models: []string{"gpt=oa/gpt-4o"}})}
	w.rule(t, "probe@acme.test", map[string]any{"actions": map[string]string{"email": "mask", "secret": "block"}, "patterns": []map[string]string{{"name": "Project code", "expr": `\bPRJ-\d{4}\b`, "action": "mask"}, {"name": "Cards", "expr": `4012 8888`, "action": "log"}}})
	const key = "AKIAIOSFODNN7CANARY2"
	_, _ = w.raw(t, http.MethodPost, "/chat/completions", `{"model":"gpt","messages":[{"role":"user","content":"for `+mail+` on PRJ-9041, `+card+`"}]}`)
	resp, body := w.raw(t, http.MethodPost, "/chat/completions", `{"model":"gpt","messages":[{"role":"user","content":"use `+key+`"}]}`)
	if resp.StatusCode != 400 || strings.Contains(body, key) {
		t.Errorf("a secret: %d %s", resp.StatusCode, body)
	}
	r.mu.Lock()
	for _, sent := range r.bodies {
		if strings.Contains(sent, "canary") || strings.Contains(sent, key) || strings.Contains(sent, "PRJ-9041") {
			t.Errorf("the provider got %s", sent)
		}
	}
	if last := r.bodies[len(r.bodies)-1]; !strings.Contains(last, "for [EMAIL_1] on [PROJECT_CODE_1], "+card) {
		t.Errorf("the provider got %s", last)
	}
	r.mu.Unlock()
	var found incidents
	harness.Wait(t, "the incidents are in the books", func() bool {
		w.manage(t, http.MethodGet, "/incidents?action=block", nil, http.StatusOK, &found)
		return len(found.Data) == 1
	})
	if i := found.Data[0]; len(i.Found) != 1 || i.Found[0].Detector != "secret" || i.Found[0].Count != 1 || !strings.Contains(body, i.ID) || i.Key == "" || i.Team == "" {
		t.Errorf("incident %+v, told %s", i, body)
	}
	w.manage(t, http.MethodGet, "/incidents?detector=email&action=mask", nil, http.StatusOK, &found)
	if n := len(found.Data); n == 0 || len(found.Data[0].Found) != 3 {
		t.Errorf("masked: %+v", found.Data)
	}
	tried := map[string]any{}
	w.manage(t, http.MethodPost, "/data-rules/try", map[string]string{"text": mail + " and " + key}, http.StatusOK, &tried)
	if tried["action"] != "block" {
		t.Errorf("tried: %v", tried)
	}
	log := w.Log()
	w.Stop(t) // so that everything is on disk
	for _, value := range []string{"canary.lovelace", key, "PRJ-9041", "8888 8888"} {
		if strings.Contains(log, value) {
			t.Errorf("the log has %q", value)
		}
		files := 0
		err := filepath.WalkDir(w.Dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			b, err := os.ReadFile(path)
			if strings.Contains(string(b), value) {
				t.Errorf("%s has %q", path, value)
			}
			return err
		})
		if err != nil || files < 3 {
			t.Errorf("looked at %d files, %v", files, err)
		}
	}
}
