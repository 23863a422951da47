package semantic

import (
	"bufio"
	"crypto/sha256"
	"os"
	"slices"
	"strings"
	"testing"
)

// pair is a line of testdata; its README says what the halves are.
type pair struct{ kind, a, b string }

func (p pair) heldOut() bool { return sha256.Sum256([]byte(p.a + "\n" + p.b))[0]&1 == 1 }

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

// score counts hits of a rule in one half, and names the development pairs that went wrong.
func score(t *testing.T, pairs []pair, held bool, same func(a, b string) bool, want bool) (hits, all int) {
	t.Helper()
	kinds := map[string][2]int{}
	for _, p := range pairs {
		if p.heldOut() != held {
			continue
		}
		all++
		n := kinds[p.kind]
		n[1]++
		if same(p.a, p.b) != same(p.b, p.a) {
			t.Errorf("%q and %q: the order matters", p.a, p.b)
		}
		if hit := same(p.a, p.b); hit {
			hits++
			n[0]++
		}
		if !held && same(p.a, p.b) != want {
			t.Logf("development: want %v: %s | %s | %s", want, p.kind, p.a, p.b)
		}
		kinds[p.kind] = n
	}
	if !held {
		t.Logf("hits by kind: %v", kinds)
	}
	return hits, all
}

func TestRulesOnLabelledPairs(t *testing.T) {
	t.Parallel()
	same, different := labelled(t, "same.txt"), labelled(t, "different.txt")
	if n := len(same) + len(different); n < 600 {
		t.Fatalf("%d pairs", n)
	}
	for _, rule := range []struct {
		name        string
		same        func(a, b string) bool
		most, least float64 // of false hits, of true hits
	}{{"strict", Strict, 0, 0.35}, {"relaxed", Relaxed, 0.05, 0.60}} {
		for _, held := range []bool{false, true} {
			hits, all := score(t, same, held, rule.same, true)
			wrong, hard := score(t, different, held, rule.same, false)
			t.Logf("%s, held out %v: %d of %d paraphrases hit (%.1f %%), %d of %d hard negatives (%.1f %%)", rule.name, held,
				hits, all, 100*float64(hits)/float64(all), wrong, hard, 100*float64(wrong)/float64(hard))
			if float64(hits) < rule.least*float64(all) || float64(wrong) > rule.most*float64(hard) {
				t.Errorf("%s misses its goal: at least %v true, at most %v false", rule.name, rule.least, rule.most)
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

// Each question hits itself, and none of the hard negatives' halves hits a paraphrase's question of other kinds by accident.
func TestUnrelatedQuestionsMiss(t *testing.T) {
	t.Parallel()
	var all []string
	for _, p := range labelled(t, "same.txt") {
		all = append(all, p.a)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for i, a := range all {
		if _, ok := Parse(a); !ok || !Strict(a, a) || !Relaxed(a, a) {
			t.Errorf("%q is not itself", a)
		}
		for _, b := range all[i+1:] {
			if Relaxed(a, b) && strings.ToLower(a) != strings.ToLower(b) {
				t.Logf("related: %q and %q", a, b)
			}
		}
	}
}
