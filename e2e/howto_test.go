package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// notRun are the blocks of shell that no test can run as they stand, by page and how they begin, and why. Their words are still
// checked: cmd/bodhi TestDocumentsShowCommandsThatExist.
var notRun = map[string]string{
	"docs/how-to/nodes.md: bodhi suspense release":  "a node must have died with money; e2e/proof kills nodes and releases",
	"docs/reference/clouds.md: bin/bodhi bootstrap": "accounts at clouds are needed, and … stands for the flags of the README's command",
}

// TestTheHowTosCommandsWork runs every block of shell of the how-tos and the reference in bash, with the real curl and the built
// binary against a real gateway with the sandbox: page by page, each on what its earlier blocks made. A command that is refused
// fails. What cannot be run says why in notRun.
func TestTheHowTosCommandsWork(t *testing.T) {
	t.Parallel()
	for _, needed := range []string{"bash", "curl", "make", "openssl"} {
		if _, err := exec.LookPath(needed); err != nil {
			harness.Missing(t, "there is no "+needed)
		}
	}
	g := harness.Start(t, harness.Setup{
		Providers: []string{"name=sandbox,kind=sandbox", "name=openai,kind=sandbox", "name=anthropic,kind=sandbox"},
		Models:    []string{"smart=sandbox/sandbox-chat", "whisper-1=sandbox/sandbox-whisper", "gpt-5-pro=sandbox/sandbox-chat"},
		Env:       []string{"BODHI_CONSOLE=127.0.0.0/8"},
	})
	used, ran := map[string]bool{}, 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(filepath.Join(harness.Root(), page))
		if err != nil {
			t.Fatal(err)
		}
		var blocks []string
		for _, b := range fenced.FindAllStringSubmatch(string(text), -1) {
			if b[1] == "" && commandLine.MatchString(b[2]) {
				t.Errorf("%s shows commands in a block that is not marked as sh:\n%s", page, b[2])
			}
			if b[1] != "sh" && b[1] != "bash" {
				continue
			}
			if why := reason(page, b[2]); why != "" {
				used[why] = true
				continue
			}
			blocks = append(blocks, b[2])
		}
		if len(blocks) == 0 {
			continue
		}
		ran += len(blocks)
		t.Run(page, func(t *testing.T) { follow(t, g, page, blocks) })
	}
	for why := range notRun {
		if !used[why] {
			t.Errorf("no page has the block %q any more", why)
		}
	}
	if ran < 45 {
		t.Errorf("%d blocks were run: the test looks in the wrong place", ran)
	}
}

var (
	fenced      = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```")
	commandLine = regexp.MustCompile(`(?m)^(?:bin/)?(?:bodhi|curl) `)
)

// reason is the key of notRun that fits a block.
func reason(page, block string) string {
	for k := range notRun {
		if strings.HasPrefix(page+": "+block, k) {
			return k
		}
	}
	return ""
}

// pages are the documents whose commands are run here; the tutorial's and the README's have tests of their own.
func pages(t *testing.T) (out []string) {
	t.Helper()
	for _, dir := range []string{"docs/how-to", "docs/reference", "docs/explanation"} {
		files, err := filepath.Glob(filepath.Join(harness.Root(), dir, "*.md"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d pages, %v", dir, len(files), err)
		}
		for _, f := range files {
			out = append(out, dir+"/"+filepath.Base(f))
		}
	}
	return out
}

// before is what a page takes to be there, by page, in bash.
var before = map[string]string{
	"docs/how-to/approvals.md": `post policies '{"scope": "'$ORG'", "deny": ["*-pro"], "may_ask": true}'`,
	"docs/how-to/feedback.md":  `ask`,
	"docs/how-to/organization.md": `post departments '{"name": "Research"}'
MEMBER=$(fill mem_…)`,
	"docs/how-to/prompts.md": `text='{"model": "sandbox-chat", "messages": [{"role": "user", "text": "Answer: {{message}}"}], "variables": [{"name": "message", "type": "string"}]}'
post prompts '{"name": "support-reply", "visibility": "organization", "content": '"$text}"
for v in 2 3 4; do post "prompts/$(fill prm_…)/versions" '{"content": '"$text}"; done
put "prompts/$(fill prm_…)/labels/production" '{"version": 1}'`,
	"docs/how-to/evaluations.md": `post prices/overrides '{"model": "gpt-5.5-mini", "from": "2026-01-01T00:00:00Z", "prices_usd": {"input": "1", "output": "2"}}'
until [ "$(command curl -s -o /dev/null -w '%{http_code}' "$BASE/chat/completions" -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
  -d '{"model": "openai/gpt-5.5-mini", "messages": [{"role": "user", "content": "Hello"}]}')" != 402 ]; do sleep 0.1; done
put "teams/$TEAM/transcripts" '{"days": 7}'
kept
command curl -sS --fail-with-body "$BODHI_URL/v1/feedback" -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
  -d '{"request_id": "'$(fill req_…)'", "good": true, "score": 1}' >/dev/null
text='{"model": "sandbox-chat", "messages": [{"role": "system", "text": "Answer in one word."}]}'
post prompts '{"name": "geo", "visibility": "organization", "content": '"$text}"
for v in 2 3 4; do post "prompts/$(fill prm_…)/versions" '{"content": '"$text}"; done
put "prompts/$(fill prm_…)/labels/production" '{"version": 1}'`,
}

// may is a refusal that a page's commands meet here, where there is one person only: whoever asks would decide, and the admin is the last.
var may = map[string]string{
	"docs/how-to/budgets.md":      "You cannot decide your own request",
	"docs/how-to/approvals.md":    "You cannot decide your own request",
	"docs/how-to/organization.md": "This is the last organization admin",
}

// follow does what a page says.
func follow(t *testing.T, g *harness.Gateway, page string, blocks []string) {
	dir := t.TempDir()
	furnish(t, g, dir)
	prelude, err := os.ReadFile("testdata/howto.sh")
	if err != nil {
		t.Fatal(err)
	}
	script := string(prelude) + before[page] + "\n"
	for n, b := range blocks {
		script += fmt.Sprintf("echo '== %d'\n%s", n+1, b)
	}
	soon := time.Now().UTC().Add(10 * time.Minute).Format(time.RFC3339)
	script = strings.NewReplacer("http://127.0.0.1:8080", g.URL, "https://gateway.example.com", g.URL, "bdh_live_…", g.VirtualKey,
		"/var/backups/", dir+"/", "/backups/", dir+"/", "2026-11-30T18:00:00Z", soon).Replace(script)
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(g.Command(t, "version").Env, "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+dir, "ROOT="+harness.Root(),
		"BODHI_URL="+g.URL, "BASE="+g.URL+"/v1", "BODHI_TOKEN="+g.AdminToken, "TOKEN="+g.AdminToken, "BODHI_KEY="+g.VirtualKey,
		"KEY="+g.VirtualKey, "TEAM="+g.TeamID, "REQUEST=req_…", "ORG="+g.OrgID, "MAY="+may[page])
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// furnish puts into dir the files that pages speak of, the program, and what there is by its id.
func furnish(t *testing.T, g *harness.Gateway, dir string) {
	t.Helper()
	if err := os.Symlink(harness.Binary(t), filepath.Join(dir, "bodhi")); err != nil {
		t.Fatal(err)
	}
	var ids strings.Builder
	for _, list := range []string{"members", "keys", "budgets", "connections", "routes", "teams"} {
		ids.WriteString(ask(t, g, list))
	}
	all := files(t)
	all["ids"] = ids.String()
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// ask reads a list of the management API.
func ask(t *testing.T, g *harness.Gateway, list string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL+"/api/v1/"+list, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+g.AdminToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", list, resp.StatusCode, b, err)
	}
	return string(b) + "\n"
}
