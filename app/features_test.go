package app

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
)

// systems are the parts of the product, in the order that the table of features has them.
var systems = []string{
	"Virtual keys and workspaces", "Budgets and cost controls", "Providers", "Access control and approvals", "Quick-start templates",
	"Retries", "Fallback", "Exact cache", "Circuit breakers and health", "Timeouts",
	"Analytics and reports", "Conditional routing", "Rate limits", "Prompt library", "Semantic cache",
	"Load balancing", "A/B tests", "Batches", "Multimodal", "Compliance",
	"Sign-up and set-up", "Single sign-on and identity", "Billing", "Management API, CLI, SDK", "Notifications",
	"Operations", "Operator console",
}

const featuresHead = `# What it does, and which tests say so

Each part of the product with tests that fail when it breaks. The page is written from ` + "`docs/reference/features.csv`" + ` by a test, which
also fails when a test that is named here is gone, or when a part has none.

`

// TestEveryPartOfTheProductNamesTheTestsThatHoldIt compares docs/reference/features.csv with the tree and its page with it.
func TestEveryPartOfTheProductNamesTheTestsThatHoldIt(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../docs/reference/features.csv")
	must(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	if strings.Join(rows[0], ",") != "id,tests,feature" {
		t.Fatalf("columns: %v", rows[0])
	}
	tests := testNames(t)
	var page bytes.Buffer
	page.WriteString(featuresHead)
	rows = rows[1:]
	for i, system := range systems {
		id := fmt.Sprintf("M%d", i+1)
		fmt.Fprintf(&page, "## %s %s\n\n| what holds | tests |\n|---|---|\n", id, system)
		held := 0
		for len(rows) > 0 && rows[0][0] == id {
			names := strings.Fields(rows[0][1])
			for _, n := range names {
				if !tests[n] {
					t.Errorf("%s names %s, and there is no such test", id, n)
				}
			}
			held += len(names)
			fmt.Fprintf(&page, "| %s | `%s` |\n", rows[0][2], strings.Join(names, "`, `"))
			rows = rows[1:]
		}
		if held == 0 {
			t.Errorf("%s %s: no test holds it", id, system)
		}
		page.WriteString("\n")
	}
	if len(rows) > 0 {
		t.Errorf("rows out of order, or of an unknown part: %v", rows[0])
	}
	const path = "../docs/reference/features.md"
	text := append(bytes.TrimRight(page.Bytes(), "\n"), '\n')
	if *update {
		must(t, os.WriteFile(path, text, 0o644)) //nolint:gosec // a document
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, text) {
		t.Errorf("the page is not what the table says; write it with go test ./app -run EveryPartOfTheProduct -update: %v", err)
	}
}
