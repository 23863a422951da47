package wire

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestTheNodeClient runs node/client.mjs, which uses the official openai package and prints one JSON line for each case.
func TestTheNodeClient(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed")
	}
	if _, err := os.Stat(filepath.Join(harness.Root(), "node_modules", "openai")); err != nil {
		t.Skip("the openai package is not installed; run npm ci")
	}
	w := begin(t, "")
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(harness.Root(), "e2e", "wire", "node", "client.mjs"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "OPENAI_BASE_URL=" + w.ProxyURL, "OPENAI_API_KEY=" + w.VirtualKey}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("node: %v\n%s", err, stderr.String())
	}
	cases := 0
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); cases++ {
		var c struct{ Name, Error string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		t.Run(c.Name, func(t *testing.T) {
			if c.Error != "" {
				t.Error(c.Error)
			}
		})
	}
	if cases < 15 {
		t.Errorf("only %d cases ran", cases)
	}
	w.balanced(t)
}

// TestGooglesNodeClient runs node/gemini.mjs, which uses the official @google/genai package.
func TestGooglesNodeClient(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed")
	}
	if _, err := os.Stat(filepath.Join(harness.Root(), "node_modules", "@google", "genai")); err != nil {
		t.Skip("the @google/genai package is not installed; run npm ci")
	}
	w := google(t, "")
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(harness.Root(), "e2e", "wire", "node", "gemini.mjs"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GEMINI_BASE_URL=" + strings.TrimSuffix(w.ProxyURL, "/v1"), "GEMINI_API_KEY=" + w.VirtualKey}
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("node: %v", err)
	}
	cases := 0
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); cases++ {
		var c struct{ Name, Error string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		t.Run(c.Name, func(t *testing.T) {
			if c.Error != "" {
				t.Error(c.Error)
			}
		})
	}
	if cases < 25 {
		t.Errorf("only %d cases ran", cases)
	}
}

// TestMediaThroughTheNodeClient runs node/media.mjs, which uses the official openai package.
func TestMediaThroughTheNodeClient(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed")
	}
	if _, err := os.Stat(filepath.Join(harness.Root(), "node_modules", "openai")); err != nil {
		t.Skip("the openai package is not installed; run npm ci")
	}
	w := begin(t, "", mediaModels...)
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(harness.Root(), "e2e", "wire", "node", "media.mjs"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "OPENAI_BASE_URL=" + w.ProxyURL, "OPENAI_API_KEY=" + w.VirtualKey}
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("node: %v", err)
	}
	cases := 0
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); cases++ {
		var c struct{ Name, Error string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		t.Run(c.Name, func(t *testing.T) {
			if c.Error != "" {
				t.Error(c.Error)
			}
		})
	}
	if cases < 12 {
		t.Errorf("only %d cases ran", cases)
	}
	w.balanced(t)
}
