package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestWhatPromptsSayLiesNowhereInClear looks for a text at every place that it could lie: the database's files and what a node keeps for
// a start without the database. It is found where it is asked for.
func TestWhatPromptsSayLiesNowhereInClear(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	a, _, s := furnished(t, url)
	const word, about = "canaryparcel", "about-canary"
	admin := org.System(s.Home.Org, "test")
	f, err := a.library.Create(t.Context(), admin, prompt.Input{Name: "secretive", Kind: prompt.Chat, About: about, Visibility: prompt.Everyone},
		prompt.Content{Model: "smart", Messages: []prompt.Message{{Role: "user", Text: "Where is the " + strings.ToUpper(word) + "?"}}}, "why", prompt.Production)
	must(t, err)
	all, err := a.promptStore.Records(t.Context())
	must(t, err)
	kept, err := json.Marshal(all)
	must(t, err)
	must(t, a.prompts.Load(all))
	look := func(what string, text []byte) (clear bool) {
		if bytes.Contains(bytes.ToLower(text), []byte(word)) {
			t.Errorf("%s has it in clear", what)
		}
		return bytes.Contains(text, []byte(about))
	}
	look("what a node keeps", kept)
	seen := false
	dir := filepath.Dir(strings.TrimPrefix(url, "sqlite://"))
	files, err := os.ReadDir(dir)
	must(t, err)
	for _, file := range files {
		if text, err := os.ReadFile(filepath.Join(dir, file.Name())); err == nil {
			seen = look(file.Name(), text) || seen
		}
	}
	if !seen {
		t.Error("the description was not found either: the files are not the database's")
	}
	if got, err := a.library.Get(t.Context(), admin, f.ID); err != nil || !strings.Contains(got.Versions[0].Content.Messages[0].Text, strings.ToUpper(word)) {
		t.Errorf("%+v %v", got, err)
	}
	ready, err := a.prompts.Fill(org.Chain{Org: s.Home.Org}, prompt.Ref{Name: "secretive", Label: prompt.Production}, nil)
	if err != nil || !strings.Contains(ready.Talk.Turns[0].Parts[0].Text, strings.ToUpper(word)) {
		t.Errorf("a request gets %+v, %v", ready, err)
	}
	for _, text := range []string{word, about, "secretiv"} {
		if p := s.Browser(t, org.Viewer).Get("/search?q=" + text); !p.Has(`href="/prompts/` + f.ID.String()) {
			t.Errorf("the palette does not find it by %q", text)
		}
	}
	if p := s.Browser(t, org.Viewer).Get("/prompts?q=" + word); !p.Has("secretive") {
		t.Error("the list does not find it by its text")
	}
}
