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

// script runs a script in node/, which uses an official package as a program would and prints one JSON line for each case.
// At least so many cases must have run.
func script(t *testing.T, name, pkg string, least int, env ...string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		harness.Missing(t, "Node is not installed")
	}
	if _, err := os.Stat(filepath.Join(harness.Root(), "node_modules", filepath.FromSlash(pkg))); err != nil {
		harness.Missing(t, "the package "+pkg+" is not installed; run npm ci")
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(harness.Root(), "e2e", "wire", "node", name))
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
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
	if cases < least {
		t.Errorf("only %d cases ran", cases)
	}
}

func (w *world) root() string { return strings.TrimSuffix(w.ProxyURL, "/v1") }

// every starts a gateway in front of one sandbox, which is reached as OpenAI's, Anthropic's, Google's and AWS's kind.
func every(t *testing.T) *world {
	t.Helper()
	s := harness.StartSandbox(t)
	root := strings.TrimSuffix(s.URL, "/v1")
	return &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{
		Env: []string{"AKID=AKIDEXAMPLE", "ASECRET=s3cr3t/with+signs"},
		Providers: []string{"name=sb,kind=sandbox,key-env=E2E_KEY,base-url=" + s.URL, "name=cl,kind=anthropic,key-env=E2E_KEY,base-url=" + root,
			"name=gg,kind=gemini,key-env=E2E_KEY,base-url=" + root, "name=aws,kind=bedrock,region=eu-west-1,access-key-env=AKID,secret-key-env=ASECRET,base-url=" + root},
		Models: []string{"gpt=sb/sandbox-vision", "claude=cl/claude-sonnet-4-5", "gem=gg/gemini-2.5-flash", "converse=aws/anthropic.claude-sonnet-4-5-20250929-v1:0",
			"embed=sb/sandbox-embed", "down=sb/sandbox-chat+status=503", "hang=sb/sandbox-chat+tokens=500+usage=each+hang=6", "cut=sb/sandbox-chat+tokens=500+cut=4",
			"gpt-two=sb/sandbox-vision+tools=2"}})}
}

func TestTheNodeClient(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	script(t, "client.mjs", "openai", 15, "OPENAI_BASE_URL="+w.ProxyURL, "OPENAI_API_KEY="+w.VirtualKey)
	w.balanced(t)
}

func TestGooglesNodeClient(t *testing.T) {
	t.Parallel()
	w := google(t, "")
	script(t, "gemini.mjs", "@google/genai", 25, "GEMINI_BASE_URL="+w.root(), "GEMINI_API_KEY="+w.VirtualKey)
}

func TestAnthropicsNodeClient(t *testing.T) {
	t.Parallel()
	w := every(t)
	script(t, "anthropic.mjs", "@anthropic-ai/sdk", 39, "ANTHROPIC_BASE_URL="+w.root(), "ANTHROPIC_API_KEY="+w.VirtualKey)
	w.balanced(t)
}

func TestVercelsAISDK(t *testing.T) {
	t.Parallel()
	w := every(t)
	script(t, "ai.mjs", "ai", 91, "GATEWAY_URL="+w.root(), "GATEWAY_KEY="+w.VirtualKey, "AI_SDK_LOG_WARNINGS=false")
	w.balanced(t)
}

func TestLangChain(t *testing.T) {
	t.Parallel()
	w := every(t)
	script(t, "langchain.mjs", "@langchain/openai", 34, "OPENAI_BASE_URL="+w.ProxyURL, "OPENAI_API_KEY="+w.VirtualKey)
	w.balanced(t)
}

// TestMediaThroughTheNodeClient runs node/media.mjs, which uses the official openai package.
func TestMediaThroughTheNodeClient(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		harness.Missing(t, "Node is not installed")
	}
	if _, err := os.Stat(filepath.Join(harness.Root(), "node_modules", "openai")); err != nil {
		harness.Missing(t, "the openai package is not installed; run npm ci")
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
