package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
)

func TestAPromptThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"prompt", "show", "nope"}, {"prompt", "label", "nope", "production", "1"}} {
		if _, said, code := call(t, 200, `{"data":[]}`, args...); code != exitMissing || !strings.Contains(said, "no prompt") {
			t.Errorf("%v: %d %s", args, code, said)
		}
	}
}

// An organization that somebody changed after the plan is a conflict; what the API refuses in an import keeps its kind.
func TestWhyAnImportStoppedIsInItsExitCode(t *testing.T) {
	t.Parallel()
	if code := exitCode(fmt.Errorf("%w (0 of 1 change made before that)", blueprint.ErrMoved)); code != exitConflict {
		t.Errorf("moved: %d", code)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"keys.env": "OPENAI_API_KEY=sk-canary\n", "people.csv": "email\nada@acme.test\n"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for status, want := range map[int]int{403: exitForbidden, 409: exitConflict, 422: exitWrong, 500: exitFailed} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				path := strings.TrimPrefix(r.URL.Path, "/api/v1")
				switch {
				case r.Method == http.MethodPost && (path == "/connections" || path == "/invitations"):
					w.WriteHeader(status)
					_, _ = fmt.Fprint(w, `{"code":"x","detail":"What to do."}`)
				case r.Method != http.MethodGet || path == "/organization" || path == "/routing/rules":
					_, _ = fmt.Fprint(w, `{"id":"x_1","name":"Acme"}`)
				default:
					_, _ = fmt.Fprint(w, `{"data":[]}`)
				}
			}))
			t.Cleanup(s.Close)
			var out, wrong bytes.Buffer
			code := run(context.Background(), []string{"import", file, "--yes", "--url", s.URL, "--token", "bdt_x"}, &out, &wrong)
			if code != want || strings.Count(wrong.String(), "What to do.") != 1 || strings.Contains(wrong.String(), "canary") {
				t.Errorf("%s, %d: exit %d, %s", name, status, code, &wrong)
			}
		}
	}
}
