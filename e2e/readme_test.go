package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// What the README tells people to paste is run as it stands there; only the address and the key are put in.
func TestTheReadmesFirstRequestWorks(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{})
	tests := map[string]struct {
		program, language, begins, want string
	}{
		"with curl": {program: "bash", language: "sh", begins: "curl ", want: "data: [DONE]"},
		"with Node": {program: "node", language: "js", begins: "import OpenAI", want: " "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, needed := range []string{test.program, strings.Fields(test.begins)[0]} {
				if _, err := exec.LookPath(needed); err != nil && needed != "import" {
					harness.Missing(t, "there is no "+needed)
				}
			}
			code := strings.NewReplacer("http://127.0.0.1:8080", g.URL, "bdh_live_…", g.VirtualKey).Replace(snippet(t, test.language, test.begins))
			out := run(t, test.program, test.language, code, "BODHI_KEY="+g.VirtualKey)
			if !strings.Contains(out, test.want) || strings.Contains(out, `"error"`) {
				t.Errorf("it printed %q", out)
			}
		})
	}
}

func TestTheReadmesBootstrapWorks(t *testing.T) {
	t.Parallel()
	g := harness.Empty(t)
	code := snippet(t, "sh", "export PW=")
	code = strings.NewReplacer("bin/bodhi", harness.Binary(t), "sk-…", "sk-test").Replace(code)
	out := run(t, "bash", "sh", code, "BODHI_DATA_DIR="+g.Dir, "BODHI_PUBLIC_URL="+g.URL)
	if !strings.Contains(out, `"virtual_key":"bdh_live_`) || !strings.Contains(out, g.URL+"/t/acme/v1") {
		t.Errorf("it printed %q", out)
	}
}

// snippet is the README's block of code in this language that begins like this.
func snippet(t *testing.T, language, begins string) string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(harness.Root(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		if strings.HasPrefix(m[1], begins) {
			return m[1]
		}
	}
	t.Fatalf("the README has no %s code that begins with %q", language, begins)
	return ""
}

// run writes the code where Node finds the packages of npm, and runs it.
func run(t *testing.T, program, language, code string, env ...string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(harness.Root(), "var"), 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(filepath.Join(harness.Root(), "var"), "readme-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "snippet."+strings.NewReplacer("js", "mjs").Replace(language))
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, file)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
