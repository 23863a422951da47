package wire

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestNothingOnTheDiskNamesAPersonWhoWasErased has somebody work through the gateway, erases them, and reads every file of the data
// directory: journal, snapshots, letters, and a copy of the database as a backup would make it.
func TestNothingOnTheDiskNamesAPersonWhoWasErased(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	const mail, name = "jana.canary@acme.test", "Jana Canaryova"
	var jana struct{ ID string }
	w.manage(t, http.MethodPost, "/members", map[string]any{"name": name, "email": mail, "role": "lead", "teams": []string{w.TeamID}, "password": password}, http.StatusCreated, &jana)
	var laptop madeKey
	w.manage(t, http.MethodPost, "/keys", map[string]any{"name": "Laptop of " + name, "team": w.TeamID, "member": jana.ID}, http.StatusCreated, &laptop)
	w.manage(t, http.MethodPost, "/cache-policies", map[string]any{"name": "all", "mode": "exact", "sharing": "user", "ttl": "1h"}, http.StatusCreated, nil)
	c := w.client(option.WithAPIKey(laptop.Secret))
	in := ask("smart", "a question-canary")
	in.SafetyIdentifier = openai.String("user-canary")
	harness.Wait(t, "her key to work", func() bool {
		_, err := c.Chat.Completions.New(within(t, 20*time.Second), in)
		return err == nil
	})
	cookie := logIn(t, w.Gateway, mail, password)
	if cookie == nil {
		t.Fatal("no session")
	}
	harness.Wait(t, "her request to be in the books", func() bool { spent, held := w.standing(t); return spent > 0 && held == 0 })

	archive := w.zip(t, "/members/"+jana.ID+"/export")
	if !bytes.HasPrefix(archive, []byte("PK")) {
		t.Errorf("the archive begins with %.10q", archive)
	}
	w.manage(t, http.MethodPost, "/members/"+jana.ID+"/erase", map[string]any{"email": mail, "reason": "asked for"}, http.StatusOK, nil)
	harness.Wait(t, "her key to be refused", func() bool {
		_, err := c.Chat.Completions.New(within(t, 20*time.Second), in)
		return err != nil
	})
	w.Run(t, "verify")
	w.Stop(t)
	w.Serve(t) // what is written at the start and the end is looked at too
	w.Stop(t)

	db := reach(t, "sqlite", filepath.Join(w.Dir, "bodhi.db"))
	if _, err := db.ExecContext(t.Context(), "VACUUM"); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	words := canaries{"her address": "jana.canary", "her name": "Canaryova", "her name for a user": "user-canary", "what she asked": "question-canary"}
	files := 0
	err := filepath.WalkDir(w.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		words.in(t, strings.TrimPrefix(path, w.Dir), string(raw))
		return nil
	})
	if err != nil || files < 5 {
		t.Errorf("%d files were read: %v", files, err)
	}
}

// zip downloads what a POST of the management API answers.
func (w *world) zip(t *testing.T, path string) []byte {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+w.AdminToken)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %.300s", path, resp.StatusCode, err, b.String())
	}
	return b.Bytes()
}
