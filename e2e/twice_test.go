package e2e

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestTwoBuildsAreEqual builds the last commit in two places, with what is compiled already; `make proof` compiles it anew each time.
func TestTwoBuildsAreEqual(t *testing.T) {
	t.Parallel()
	ask := exec.Command("git", "rev-parse", "HEAD")
	ask.Dir = harness.Root()
	if out, err := ask.CombinedOutput(); err != nil {
		harness.Missing(t, "there is no commit to build here: "+string(bytes.TrimSpace(out)))
	}
	twice := exec.Command("scripts/twice.sh")
	var said bytes.Buffer
	twice.Dir, twice.Stderr = harness.Root(), &said
	out, err := twice.Output()
	sum := strings.TrimSpace(string(out))
	if err != nil || len(sum) != 64 {
		t.Fatalf("%v\n%s%s", err, out, &said)
	}
	t.Logf("both have %s", sum)
}
