package main

import (
	"encoding/json"
	"maps"
	"os"
	"testing"
	"time"
)

const code = `package m

func Larger(a, b int) int {
	if a > b {
		return a
	}
	return b
}

func Odd(n int) (sum int) {
	for i := 0; i < n; i++ {
		sum += i*2 + 1 // both
	}
	if n--; n == 0 {
		return 1
	}
	return sum
}

var words = map[string]int{}

func Say(w string) (string, bool) {
	const most = 2 + 1
	words[w]++
	return "said " + w, words[w] >= most == (-len(w) < 0)
}

func never(a float64) bool { return a/2 == 1 }
`

const tests = `package m

import "testing"

func TestLarger(t *testing.T) {
	if Larger(1, 2) != 2 || Larger(2, 1) != 2 {
		t.Error("no")
	}
}

func TestOdd(t *testing.T) {
	if Odd(4) != 16 || Odd(1) != 1 {
		t.Error("no")
	}
}

func TestSay(t *testing.T) {
	for n, want := range []bool{false, false, true, true} {
		if s, often := Say("x"); s != "said x" || often != want {
			t.Error(n, s, often)
		}
	}
}
`

// A change is killed where a test's outcome depends on it, stopped where a test would not end, lives where none notices, and is unseen
// where no test comes by, or where those that do are left out.
func TestEachChangeGetsItsVerdict(t *testing.T) {
	there := t.TempDir()
	t.Chdir(there)
	for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.26.0\n", "m.go": code, "m_test.go": tests} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	verdicts := map[string]string{}
	for _, c := range report(t, how{out: there, patience: time.Second}) {
		if verdicts[c.Where+" "+c.What] = c.Verdict; (c.Verdict == killed) != (c.By != "") {
			t.Errorf("%s %s is %s by %q", c.Where, c.What, c.Verdict, c.By)
		}
	}
	want := map[string]string{
		"m.go:4:7 > → <=": killed, "m.go:4:7 > → >=": lived, // of two equals, either is the larger one
		"m.go:11:16 < → >=": killed, "m.go:11:16 < → <=": killed, "m.go:11:22 ++ → --": stopped, "m.go:12:14 + → -": killed, "m.go:12:11 * → /": killed,
		"m.go:14:6 -- → ++": lived, "m.go:14:12 == → !=": killed,
		"m.go:24:10 ++ → --": killed, "m.go:25:39 == → !=": killed, "m.go:25:31 >= → <": killed, "m.go:25:31 >= → >": killed, "m.go:25:43 - → +": killed,
		"m.go:25:51 < → >=": killed, "m.go:25:51 < → <=": lived,
		"m.go:28:38 / → *": unseen, "m.go:28:41 == → !=": unseen,
	}
	if !maps.Equal(verdicts, want) {
		t.Errorf("%v\nwant %v", verdicts, want)
	}
	for _, c := range report(t, how{out: there, at: "m.go:4,m.go:25:39", skip: "Large", patience: time.Second}) {
		switch {
		case c.Where == "m.go:4:7" && c.Verdict != unseen, c.Where == "m.go:25:39" && c.By != "TestSay", c.Where == "m.go:12:14" && c.Verdict != "":
			t.Errorf("without TestLarger %s %s is %q by %q", c.Where, c.What, c.Verdict, c.By)
		}
	}
}

// report is what is written about the package here.
func report(t *testing.T, h how) (got []change) {
	t.Helper()
	if err := h.judge("."); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile("mutation-..json"); err != nil || json.Unmarshal(text, &got) != nil {
		t.Fatalf("the report: %v", err)
	}
	return got
}
