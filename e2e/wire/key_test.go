package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// manage calls the management API and fails the test unless it answers with status.
func (w *world) manage(t *testing.T, method, path string, in any, status int, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(within(t, 20*time.Second), method, w.URL+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.AdminToken)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != status {
		t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, b)
		}
	}
}

type madeKey struct{ ID, Secret string }

// Keys are narrowed and taken back through the management API; the proxy follows within a second.
func TestNarrowedAndRevokedKeys(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	create := func(narrow map[string]any) (k madeKey) {
		t.Helper()
		in := map[string]any{"name": "narrow", "team": w.TeamID, "account": "tests"}
		for n, v := range narrow {
			in[n] = v
		}
		w.manage(t, http.MethodPost, "/keys", in, http.StatusCreated, &k)
		return k
	}
	chat := func(k madeKey, model string) error {
		c := w.client(option.WithAPIKey(k.Secret))
		_, err := c.Chat.Completions.New(within(t, 20*time.Second), ask(model, "May I?"))
		return err
	}
	// follows waits for the proxy to know of a change, and fails if that takes longer than the second it may take. The
	// margin is for a busy machine.
	follows := func(what string, ok func() bool) {
		t.Helper()
		start := time.Now()
		harness.Wait(t, what, ok)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s took %s", what, took)
		}
	}
	refused := func(k madeKey, model string, status int, code string) func() bool {
		return func() bool {
			err := chat(k, model)
			if err == nil {
				return false
			}
			e := typed(t, err)
			if e.StatusCode == status && e.Code == code && status != 404 && e.Response.Header.Get("X-Should-Retry") != "false" {
				t.Errorf("%s without x-should-retry: false", code)
			}
			return e.StatusCode == status && e.Code == code
		}
	}

	elsewhere := create(map[string]any{"networks": []string{"203.0.113.0/24"}})
	follows("a key for another network", refused(elsewhere, "smart", 403, "not_allowed"))
	here := create(map[string]any{"networks": []string{"127.0.0.0/8"}, "models": []string{"smart"}})
	follows("a key for this network", func() bool { return chat(here, "smart") == nil })
	follows("a model it may not use", refused(here, "see", 404, "model_not_allowed"))

	w.manage(t, http.MethodPost, "/keys/"+here.ID+"/disable", nil, http.StatusOK, nil)
	follows("a disabled key", refused(here, "smart", 401, "key_disabled"))
	w.manage(t, http.MethodPost, "/keys/"+here.ID+"/enable", nil, http.StatusOK, nil)
	follows("an enabled key", func() bool { return chat(here, "smart") == nil })

	short := create(map[string]any{"expires_at": time.Now().Add(3 * time.Second)})
	follows("a key that expires soon", func() bool { return chat(short, "smart") == nil })
	harness.Wait(t, "an expired key", refused(short, "smart", 401, "key_expired"))

	w.manage(t, http.MethodDelete, "/keys/"+here.ID, nil, http.StatusNoContent, nil)
	follows("a deleted key", refused(here, "smart", 401, "invalid_key"))
}
