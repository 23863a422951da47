package app

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

const securityHead = `# What is proven, row by row

Our own goals for bad input, isolation, and what the program is made of, with the tests that hold each of them, where its figure is
measured, or why it is open. Budgets have a page of their own ([how they hold](../explanation/budgets.md)), as have faults of providers
([44](faults.md)); a public standard is gone through [here](asvs.md). The page is written from ` + "`docs/reference/security.csv`" + ` by a test,
which also fails when a test that is named here is gone.

`

// securityStates are what the table may say of a goal.
var securityStates = []string{"met", "partly", "open"}

// TestEveryGoalOfSecurityNamesItsTestsOrWhyItIsOpen compares docs/reference/security.csv with the tree and its page with it.
func TestEveryGoalOfSecurityNamesItsTestsOrWhyItIsOpen(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../docs/reference/security.csv")
	must(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	if strings.Join(rows[0], ",") != "part,topic,goal,state,tests,measured,note" || len(rows) < 30 {
		t.Fatalf("%d rows with the columns %v", len(rows), rows[0])
	}
	tests, states, part := testNames(t), map[string]int{}, ""
	var page bytes.Buffer
	for _, r := range rows[1:] {
		topic, state, names, note := r[1], r[3], strings.Fields(r[4]), r[6]
		states[state]++
		switch {
		case !slices.Contains(securityStates, state):
			t.Errorf("%s: there is no state %q", topic, state)
		case state != "open" && len(names) == 0 && r[5] == "", state != "met" && note == "":
			t.Errorf("%s is %q and names neither tests nor a measurement, or no reason", topic, state)
		}
		for _, n := range names {
			if !tests[n] {
				t.Errorf("%s names %s, and there is no such test: name another, or say that it is open", topic, n)
			}
		}
		if r[0] != part {
			part = r[0]
			fmt.Fprintf(&page, "\n## %s\n\n| what | goal | state | tests | figure | note |\n|---|---|---|---|---|---|\n", part)
		}
		tested := ""
		if len(names) > 0 {
			tested = "`" + strings.Join(names, "`, `") + "`"
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s | %s | %s |\n", topic, r[2], state, tested, r[5], note)
	}
	text := []byte(securityHead + fmt.Sprintf("Goals that are met: %d; partly: %d; open: %d.\n", states["met"], states["partly"], states["open"]) + page.String())
	const path = "../docs/reference/security.md"
	if *update {
		must(t, os.WriteFile(path, text, 0o644)) //nolint:gosec // a document
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, text) {
		t.Errorf("the page is not what the table says; write it with go test ./app -run EveryGoalOfSecurity -update: %v", err)
	}
}

// TestNoOtherSiteChangesAnything sends each form there is from another site, in an admin's browser.
func TestNoOtherSiteChangesAnything(t *testing.T) {
	t.Parallel()
	webtest.Cross(t, furnish(t, dbtest.SQLiteURL(t)))
}
