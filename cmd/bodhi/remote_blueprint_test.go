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
)

// An organization with a department answers reads, and takes changes down.
func TestABlueprintFromTheCommandLine(t *testing.T) {
	t.Parallel()
	var changed []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/api/v1")
		switch {
		case r.Method != http.MethodGet:
			changed = append(changed, r.Method+" "+path)
			_, _ = fmt.Fprint(w, `{"id":"dep_2"}`)
		case path == "/organization":
			_, _ = fmt.Fprint(w, `{"id":"org_1","name":"Acme"}`)
		case path == "/departments":
			_, _ = fmt.Fprint(w, `{"data":[{"id":"dep_1","name":"Research"}]}`)
		case path == "/budgets":
			_, _ = fmt.Fprint(w, `{"data":[{"id":"bud_1","scope":"mem_1","limit":"5","period":"monthly","measure":"usd"}]}`)
		case path == "/routing/rules":
			_, _ = fmt.Fprint(w, `{}`)
		default:
			_, _ = fmt.Fprint(w, `{"data":[]}`)
		}
	}))
	t.Cleanup(s.Close)
	name := filepath.Join(t.TempDir(), "acme.yaml")
	try := func(text string, args ...string) (string, string, int) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, wrong bytes.Buffer
		code := run(context.Background(), append(args, "--url", s.URL, "--token", "bdt_x"), &out, &wrong)
		return out.String(), wrong.String(), code
	}
	text, said, code := try("", "export")
	if code != 0 || !strings.HasPrefix(text, "blueprint: 1\n") || !strings.Contains(text, "- name: Research") || strings.Contains(text, "dep_") || !strings.Contains(said, "Left out: 1 ") {
		t.Fatalf("%d %s %s", code, text, said)
	}
	if out, said, code := try(text, "diff", name, "--prune"); code != 0 || !strings.HasPrefix(out, "Nothing to change") {
		t.Errorf("the same: %d %s %s", code, out, said)
	}
	more := "blueprint: 1\ndepartments: [{name: Sales}]"
	if out, _, code := try(more, "diff", name); code != 1 || out != "create department Sales\n    name: Sales\n" {
		t.Errorf("one more: %d %q", code, out)
	}
	if out, _, code := try(more, "diff", name, "--prune", "--json"); code != 1 || !strings.Contains(out, `"do": "archive"`) {
		t.Errorf("as JSON: %d %s", code, out)
	}
	if _, said, code := try("blueprint: 1\nteam: []", "diff", name); code != 2 || !strings.Contains(said, "line 2, column 1") {
		t.Errorf("a wrong file: %d %s", code, said)
	}
	if _, said, code := try(more, "apply", "-"); code != 2 || !strings.Contains(said, "--yes") {
		t.Errorf("nobody to ask: %d %s", code, said)
	}
	if out, said, code := try(more, "apply", name, "--json"); code != 2 || out != "" || !strings.Contains(said, "--yes") {
		t.Errorf("a program is asked: %d %q %s", code, out, said)
	}
	if len(changed) != 0 {
		t.Fatalf("changed before anything was applied: %v", changed)
	}
	if out, said, code := try(more, "apply", name, "--yes", "--prune"); code != 0 || !strings.HasSuffix(out, "Done: 2 changes.\n") {
		t.Errorf("applied: %d %s %s", code, out, said)
	}
	if got := strings.Join(changed, ", "); got != "POST /applies, PATCH /applies/dep_2, POST /departments, PATCH /applies/dep_2, POST /departments/dep_1/archive, POST /applies/dep_2/end" {
		t.Errorf("%s", got)
	}
}
