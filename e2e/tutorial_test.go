package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestTheTutorialWorks runs the tutorial's commands in their order, in one shell, as a stranger would: only the port is another, and
// what is built is there.
func TestTheTutorialWorks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(harness.Root(), "docs", "tutorial.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 9 || blocks[0][1] != "make build\n" {
		t.Fatalf("the tutorial has %d blocks, the first of which builds", len(blocks))
	}
	script := "set -euo pipefail\n"
	for n, b := range blocks[1:] {
		script += fmt.Sprintf("echo '== %d'\n%s", n, b[1])
	}
	dir, at := t.TempDir(), harness.FreeAddress(t)
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(harness.Binary(t), filepath.Join(dir, "bin", "bodhi")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(script, "127.0.0.1:8080", at))
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "BODHI_ADDR=" + at}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the gateway that it leaves behind where it fails ends with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"This is the sandbox.", "X-Bodhi-Cost-Usd: 0.000", "daily budget of $0.003 has only", "Limit         5 usd", "key_0", "sandbox-chat", "The books balance.", "acme.backup"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
	t.Logf("what follows the build took %s", time.Since(begun).Round(time.Second))
}
