package wire

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A program that cannot start says why in one line, says it about the setting that is wrong, and exits with a failure.
func TestWhatKeepsTheProgramFromStartingIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const otherKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	for name, c := range map[string]struct {
		env  []string
		says string
		used bool // the data directory was used before, under its own master key
	}{
		"a misspelt setting":          {env: []string{"BODHI_ADR=127.0.0.1:1"}, says: "BODHI_ADR (environment) is not a setting; did you mean BODHI_ADDR?"},
		"a malformed value":           {env: []string{"BODHI_ADDR=nowhere"}, says: "BODHI_ADDR"},
		"a database URL of nothing":   {env: []string{"DATABASE_URL=mysql://x"}, says: "DATABASE_URL"},
		"a taken port":                {env: []string{"BODHI_ADDR=" + taken.Addr().String()}, says: "is taken by another program"},
		"a data directory that is no": {env: []string{"BODHI_DATA_DIR=" + filepath.Join(file, "data")}, says: "BODHI_DATA_DIR"},
		"a short master key":          {env: []string{"BODHI_MASTER_KEY=c2hvcnQ="}, says: "BODHI_MASTER_KEY"},
		"another master key":          {env: []string{"BODHI_MASTER_KEY=" + otherKey}, says: "encrypted under another master key", used: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "BODHI_DATA_DIR=" + dir, "BODHI_LOG_LEVEL=error", "BODHI_ADDR=" + harness.FreeAddress(t)}
			if c.used {
				run(t, append(env, "PW=a long enough phrase"), "bootstrap", "--org", "Acme", "--admin", "a@acme.test", "--password-env", "PW")
			}
			said, code := run(t, append(env, c.env...), "serve")
			lines := strings.Split(strings.TrimSpace(said), "\n")
			if code != 1 || len(lines) != 1 || !strings.HasPrefix(lines[0], "bodhi: ") || !strings.Contains(lines[0], c.says) {
				t.Errorf("exit %d, said %q; want exit 1 and one line with %q", code, said, c.says)
			}
		})
	}
}

// run runs the program to its end and gives what it said on stderr and its exit code.
func run(t *testing.T, env []string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, harness.Binary(t), args...)
	cmd.Env, cmd.Dir = env, t.TempDir()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return stderr.String(), cmd.ProcessState.ExitCode()
}
