package app

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The OWASP Application Security Verification Standard 5.0.0 has 70 requirements of level 1 and 183 more of level 2.
const asvsFirst, asvsSecond = 70, 183

// asvsStates are what the matrix may say of a requirement, with the words of its page.
var asvsStates = []struct{ name, means string }{
	{"met", "tests hold it; they are named"},
	{"partly", "a part of it holds, and the note says which is missing"},
	{"open", "it does not hold, and the note says why"},
	{"built-in", "it holds by how the program is built; no test could fail"},
	{"operator", "whoever runs the gateway decides"},
	{"n/a", "the gateway has nothing that it is about"},
}

const asvsHead = `# Security requirements: OWASP ASVS 5.0, levels 1 and 2

Each requirement of the [Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/)
5.0.0 by its number, shortened in our own words, with the tests that hold it or the reason why none does. It is our own judgement, not
an audit's. The page is written from ` + "`docs/reference/asvs.csv`" + ` by a test, which also fails when a test that is named here is gone.

`

// TestTheSecurityMatrixIsWholeAndNamesTestsThatExist compares docs/reference/asvs.csv with the tree and its page with it.
func TestTheSecurityMatrixIsWholeAndNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	rows := asvsRows(t)
	tests := testNames(t)
	seen, levels, states := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, r := range rows {
		id, level, state, names, note := r[0], r[1], r[2], strings.Fields(r[3]), r[5]
		if seen[id] {
			t.Errorf("%s is there twice", id)
		}
		seen[id], levels[level], states[state] = true, levels[level]+1, states[state]+1
		if !slices.ContainsFunc(asvsStates, func(s struct{ name, means string }) bool { return s.name == state }) || r[4] == "" {
			t.Errorf("%s: state %q, requirement %q", id, state, r[4])
		}
		if state == "met" && len(names) == 0 || state != "met" && note == "" {
			t.Errorf("%s is %q and names neither a test nor a reason", id, state)
		}
		for _, n := range names {
			if !tests[n] {
				t.Errorf("%s names %s, and there is no such test: name another, or say that it is open", id, n)
			}
		}
	}
	if levels["1"] != asvsFirst || levels["2"] != asvsSecond {
		t.Errorf("levels: %v", levels)
	}
	page := asvsPage(rows, states)
	const path = "../docs/reference/asvs.md"
	if *update {
		if err := os.WriteFile(path, page, 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, page) {
		t.Errorf("the page is not what the matrix says; write it with go test ./app -run SecurityMatrix -update: %v", err)
	}
}

func asvsRows(t *testing.T) [][]string {
	t.Helper()
	f, err := os.Open("../docs/reference/asvs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 || strings.Join(rows[0], ",") != "id,level,state,tests,requirement,note" {
		t.Fatalf("asvs.csv: %v", err)
	}
	return rows[1:]
}

var testForm = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// testNames are the names of all tests of the tree.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return cmp.Or(err, fs.SkipDir)
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range testForm.FindAllSubmatch(text, -1) {
			out[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func asvsPage(rows [][]string, states map[string]int) []byte {
	var b bytes.Buffer
	b.WriteString(asvsHead)
	b.WriteString("| state | means | requirements |\n|---|---|---|\n")
	for _, s := range asvsStates {
		fmt.Fprintf(&b, "| %s | %s | %d |\n", s.name, s.means, states[s.name])
	}
	b.WriteString("\n| number | level | requirement | state | tests, or why not |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		var why []string
		for _, n := range strings.Fields(r[3]) {
			why = append(why, "`"+n+"`")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r[0], r[1], r[4], r[2], strings.TrimSpace(strings.Join(why, ", ")+" "+r[5]))
	}
	return b.Bytes()
}
