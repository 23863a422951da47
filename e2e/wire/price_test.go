package wire

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// The price command needs no configuration, no database and no network: it runs in an empty environment.
func TestTheBinaryPricesRecordedAnswers(t *testing.T) {
	t.Parallel()
	run := func(stdin string, args ...string) (string, string, error) {
		cmd := exec.CommandContext(t.Context(), harness.Binary(t), append([]string{"price"}, args...)...)
		cmd.Env = []string{"PATH=/nonexistent"}
		cmd.Dir = t.TempDir()
		cmd.Stdin = strings.NewReader(stdin)
		var out, failed bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &failed
		err := cmd.Run()
		return out.String(), failed.String(), err
	}
	const answer = `{"model":"claude-sonnet-4-5","usage":{"input_tokens":1,"cache_read_input_tokens":1000,"output_tokens":10}}`
	out, failed, err := run(answer, "--kind", "anthropic", "--at", "2026-08-21T12:00:00Z")
	if err != nil || !strings.Contains(out, `"cost_usd": "0.000453"`) || !strings.Contains(out, `"class": "cache_read"`) {
		t.Errorf("%v\n%s\n%s", err, out, failed)
	}
	out, failed, err = run(`{"kind":"anthropic","family":"anthropic","at":"2026-08-21","body":`+answer+"}\nnonsense\n", "--jsonl")
	first, second, _ := strings.Cut(strings.TrimSpace(out), "\n")
	if err != nil || !strings.Contains(first, `"cost_usd":"0.000453"`) || !strings.Contains(second, `"error"`) {
		t.Errorf("%v\n%s\n%s", err, out, failed)
	}
	for name, args := range map[string][]string{"without a kind": nil, "an unknown model": {"--kind", "anthropic", "--model", "gpt-99"}, "no time": {"--kind", "anthropic", "--at", "then"}} {
		if out, failed, err := run(answer, args...); err == nil || out != "" || !strings.Contains(failed, "price:") {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, failed)
		}
	}
}
