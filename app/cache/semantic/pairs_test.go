package semantic

import (
	"bufio"
	"crypto/sha256"
	"os"
	"strings"
	"testing"
)

// pair is a line of testdata; its README says what the parts are.
type pair struct{ kind, a, b string }

// part says to which part of the labelled set a pair belongs.
func (p pair) part(file string) string {
	switch {
	case strings.HasPrefix(file, "later_"):
		return "later"
	case strings.HasPrefix(file, "last_"):
		return "last"
	case sha256.Sum256([]byte(p.a + "\n" + p.b))[0]&1 == 1:
		return "held out"
	}
	return "development"
}

func labelled(t *testing.T, name string) (out []pair) {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		parts := strings.SplitN(lines.Text(), " | ", 3)
		if len(parts) != 3 {
			t.Fatalf("%s: %q is no pair", name, lines.Text())
		}
		out = append(out, pair{parts[0], parts[1], parts[2]})
	}
	return out
}

// score counts hits of a rule by part, and names the development pairs that went wrong.
func score(t *testing.T, rule func(a, b string) bool, want bool, files ...string) (hits, all map[string]int) {
	t.Helper()
	hits, all = map[string]int{}, map[string]int{}
	for _, file := range files {
		for _, p := range labelled(t, file) {
			part, hit := p.part(file), rule(p.a, p.b)
			all[part]++
			if hit != rule(p.b, p.a) {
				t.Errorf("%q and %q: it matters which is asked first", p.a, p.b)
			}
			if hit {
				hits[part]++
			}
			if part == "development" && hit != want {
				t.Logf("development, want %v: %s | %s | %s", want, p.kind, p.a, p.b)
			}
		}
	}
	return hits, all
}

func TestRulesOnLabelledPairs(t *testing.T) {
	t.Parallel()
	if n := len(labelled(t, "same.txt")) + len(labelled(t, "different.txt")); n < 600 {
		t.Fatalf("%d pairs", n)
	}
	for _, rule := range []struct {
		name        string
		same        func(a, b string) bool
		most, least float64 // of false hits, of true hits
	}{{"strict", Strict, 0, 0.35}, {"relaxed", Relaxed, 0.05, 0.60}} {
		right, same := score(t, rule.same, true, "same.txt", "later_same.txt", "last_same.txt")
		wrong, different := score(t, rule.same, false, "different.txt", "later_different.txt", "last_different.txt")
		for _, part := range []string{"development", "held out", "later", "last"} {
			found, slipped := float64(right[part])/float64(same[part]), float64(wrong[part])/float64(different[part])
			t.Logf("%s, %s: %d of %d paraphrases hit (%.1f %%), %d of %d hard negatives (%.1f %%)", rule.name, part,
				right[part], same[part], 100*found, wrong[part], different[part], 100*slipped)
			if found < rule.least || slipped > rule.most {
				t.Errorf("%s misses its goal on the %s pairs: at least %v true hits, at most %v false ones", rule.name, part, rule.least, rule.most)
			}
		}
	}
}

// The plan's examples, in the words of its section 4.1.
func TestThePlansExamplesHit(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"Center div CSS", "CSS centering div", "div align center CSS"} {
		if !Relaxed("How do I center a div in CSS?", other) {
			t.Errorf("%q misses", other)
		}
	}
}

// Every question is itself, and is no question of another pair: 27,000 comparisons of unrelated ones.
func TestUnrelatedQuestionsMiss(t *testing.T) {
	t.Parallel()
	asked := map[string]*Question{}
	var all []string
	for _, p := range labelled(t, "same.txt") {
		q, ok := Parse(p.a)
		if !ok || !Strict(p.a, p.a) || !Relaxed(p.a, p.a) {
			t.Errorf("%q is not itself", p.a)
		}
		if asked[p.a] == nil {
			asked[p.a], all = q, append(all, p.a)
		}
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if asked[a].Relaxed(asked[b]) {
				t.Errorf("%q hits %q", a, b)
			}
		}
	}
}
