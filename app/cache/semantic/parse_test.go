package semantic

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatIsNotCompared(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "   ", "?", "???", "the", "Who are you?", "What can you do?", "Ich möchte mein Konto löschen", "¿Qué hora es?",
		"日本の首都はどこですか", "mein Drucker druckt nicht", "one line\nand another", strings.Repeat("very ", 200) + "long", "\xff\xfe\x00"} {
		if q, ok := Parse(text); ok {
			t.Errorf("%q is compared as %v", text, q.items)
		}
		if Strict(text, text) || Relaxed(text, text) {
			t.Errorf("%q hits", text)
		}
	}
}

func TestNumbersAreValues(t *testing.T) {
	t.Parallel()
	same := [][2]string{{"twenty-five", "25"}, {"two thousand", "2,000"}, {"three hundred five", "305"}, {"2nd", "second"}, {"5km", "5 km"},
		{"15%", "15 %"}, {"$50", "$50"}}
	different := [][2]string{{"twenty", "25"}, {"3,5", "35"}, {"5 mg", "5 g"}, {"$50", "€50"}, {"5 MB", "5 Mb"}, {"-5", "5"}, {"1/2", "12"},
		{"two three", "5"}, {"1.0.1", "1.1.0"}, {"10:15", "1015"}, {"second", "2"}}
	for _, p := range same {
		if !Strict("Order "+p[0]+" bricks", "order "+p[1]+" bricks") {
			t.Errorf("%s is not %s", p[0], p[1])
		}
	}
	for _, p := range different {
		if a, b := "Order "+p[0]+" bricks", "order "+p[1]+" bricks"; Strict(a, b) || Relaxed(a, b) {
			t.Errorf("%s is %s", p[0], p[1])
		}
	}
}

// One pair for each rule: it has to miss whichever rule is asked.
func TestWhatEachRuleIsFor(t *testing.T) {
	t.Parallel()
	for rule, p := range map[string][2]string{
		"closed list of words": {"Can I take aspirin with alcohol?", "Can I take aspirin without alcohol?"},
		"kind of question":     {"How do I cancel my subscription?", "Can I cancel my subscription?"},
		"an order for a text":  {"Write a cover letter", "How do I write a cover letter?"},
		"tense":                {"Who was the prime minister?", "Who is the prime minister?"},
		"person":               {"Where do I live?", "Where do you live?"},
		"modal verbs":          {"Which pills can I take?", "Which pills should I take?"},
		"passive":              {"Why do lions eat?", "Why are lions eaten?"},
		"names and things":     {"Where is Turkey?", "where is the turkey"},
		"names as written":     {"Did we meet Adam?", "Did we meet Adams?"},
		"names' order":         {"Compare costs of Kant Hume", "Compare costs of Hume Kant"},
		"one run moves":        {"Can cats eat dog food?", "Can dogs eat cat food?"},
		"who does it":          {"Who did Germany invade?", "Who invaded Germany?"},
		"exchanged roles":      {"Substitute butter for oil", "Substitute oil for butter"},
		"roles with names":     {"Effect of sleep on memory", "Effect of memory on sleep"},
		"marks":                {"Convert hex to rgb", "Convert rgb to hex"},
		"owners":               {"The boss's friend", "The friend's boss"},
		"vessels":              {"What is a tea cup?", "What is a cup of tea?"},
		"stranded preposition": {"Which employees report to Ann?", "Which employees does Ann report to?"},
		"particles":            {"How do I turn in my homework?", "How do I turn on my homework?"},
		"nouns in -ing":        {"What is a marketing manager?", "What is a market manager?"},
		"derived words":        {"What is an organization chart?", "What is an organ chart?"},
		"acronyms":             {"What does IT do?", "What does it do?"},
		"code":                 {"Explain `a && b`", "Explain `a & b`"},
		"units":                {"Store 5 MB of data", "Store 5 Mb of data"},
	} {
		if Strict(p[0], p[1]) || Relaxed(p[0], p[1]) {
			t.Errorf("%s: %q hits %q", rule, p[0], p[1])
		}
	}
}

// Any bytes are read, are equal to themselves whichever rule is asked, and strict is never wider than relaxed.
func FuzzRules(f *testing.F) {
	for _, s := range []string{"How do I center a div in CSS?", "in, how", "explain what", "tell me about", "can you please", "how to", "`", `""`, "'s", "-", "0x", "1e9",
		"a of b of", "how many", "list", "the the 's of", "to to to", "I'd", "n't", "can you help me"} {
		f.Add(s, "What is "+s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if Strict(a, b) != Strict(b, a) || Relaxed(a, b) != Relaxed(b, a) {
			t.Errorf("%q and %q: it matters which is asked first", a, b)
		}
		if q, ok := Parse(a); ok {
			if o, also := Parse(b); also && (q.Strict(o) || q.Relaxed(o)) && !slices.ContainsFunc(q.sums(), func(s uint64) bool { return slices.Contains(o.sums(), s) }) {
				t.Errorf("%q and %q are alike, and not found", a, b)
			}
		}
		if q, ok := Parse(a); ok && (!q.Strict(q) || !q.Relaxed(q)) {
			t.Errorf("%q is not itself: %+v", a, q)
		}
	})
}
