package cache_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cachetest"
	"github.com/bodhi-gateway/bodhi/app/id"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func liking(m cache.LikeMode) func(*cache.Record) {
	return func(r *cache.Record) { r.Like = cache.Like{Mode: m} }
}

// alike is what the cache says to a question that it never was asked; "" for nothing.
func (n *node) alike(t testing.TB, a *cache.Ask) string {
	t.Helper()
	s, why := n.Seek(a)
	if s == nil {
		t.Fatal("no slot: " + why)
	}
	l := n.Alike(t.Context(), s)
	if l == nil || !l.Serve {
		return ""
	}
	_, after, _ := strings.Cut(string(l.Hit.Body), `"content":"`)
	text, _, _ := strings.Cut(after, `"`)
	return text
}

func TestModesOfLikeQuestions(t *testing.T) {
	t.Parallel()
	me := someone()
	const asked, strict, relaxed, other = "How do I center a div in CSS?", "how can I center a div in CSS", "CSS centering div", "How do I center a table in CSS?"
	for mode, want := range map[cache.LikeMode][3]string{
		cache.NoLike: {"", "", ""}, cache.Shadow: {"", "", ""}, cache.Strict: {"flex", "", ""}, cache.Relaxed: {"flex", "flex", ""}, cache.Verified: {"flex", "", ""},
	} {
		n := newNode(t, nil, rule(me.Org, cache.Team, liking(mode), func(r *cache.Record) { r.Like.Judge = "small" }))
		n.keep(t, ask(me, chat(t, asked)), "flex")
		for i, text := range []string{strict, relaxed, other} {
			if got := n.alike(t, ask(me, chat(t, text))); got != want[i] {
				t.Errorf("%s, %q: %q, want %q", mode, text, got, want[i])
			}
		}
		s, _ := n.Seek(ask(me, chat(t, relaxed)))
		l := n.Alike(t.Context(), s)
		if found := mode == cache.Shadow || mode == cache.Relaxed || mode == cache.Verified; (l != nil) != found {
			t.Errorf("%s: found %+v", mode, l)
		} else if found && (l.Doubt != (mode == cache.Verified) || l.Theirs != asked || l.Mine != relaxed || l.Cosine < 90) {
			t.Errorf("%s: %+v", mode, l)
		}
		a := ask(me, chat(t, strict))
		a.Want = cache.ExactOnly
		if got := n.alike(t, a); got != "" {
			t.Errorf("%s: who wants only exact answers was given %q", mode, got)
		}
	}
}

func TestTheThresholdIsHeld(t *testing.T) {
	t.Parallel()
	me := someone()
	n := newNode(t, nil, rule(me.Org, cache.Team, liking(cache.Relaxed), func(r *cache.Record) { r.Like.Threshold = 100 }))
	n.keep(t, ask(me, chat(t, "How do I center a div in CSS?")), "flex")
	s, _ := n.Seek(ask(me, chat(t, "CSS centering div")))
	if l := n.Alike(t.Context(), s); l == nil || l.Cosine < 100 && l.Serve {
		t.Errorf("%+v", l)
	}
}

// What is said but for the question is the prefix: nothing is alike beyond it.
func TestLikeQuestionsAreOfOnePrefix(t *testing.T) {
	t.Parallel()
	me := someone()
	for _, mode := range []cache.LikeMode{cache.Strict, cache.Relaxed} {
		n := newNode(t, nil, rule(me.Org, cache.User, liking(mode)))
		said := strings.Replace(full, `"content":"hi"`, `"content":"How do I open a door?"`, 1)
		again := strings.Replace(full, `"content":"hi"`, `"content":"how can i open a door"`, 1)
		n.keep(t, ask(me, call(t, openai.Dialect{}, said)), "gently")
		if got := n.alike(t, ask(me, call(t, openai.Dialect{}, again))); got != "gently" {
			t.Fatalf("%s: %q", mode, got)
		}
		for _, v := range variants {
			if strings.Contains(v[0], `"hi"`) {
				continue
			}
			if got := n.alike(t, ask(me, call(t, openai.Dialect{}, strings.Replace(again, v[0], v[1], 1)))); got != "" {
				t.Errorf("%s: %s instead of %s gives %q", mode, v[1], v[0], got)
			}
		}
		for what, change := range map[string]func(a *cache.Ask){
			"other targets":    func(a *cache.Ask) { a.Models = []string{"other"} },
			"another end user": func(a *cache.Ask) { a.EndUser = "u2" },
			"another beta":     func(a *cache.Ask) { a.Beta = "tools-2026" },
			"history": func(a *cache.Ask) {
				a.Call = call(t, openai.Dialect{}, strings.Replace(again, `{"role":"user"`, `{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user"`, 1))
			},
			"another dialect": func(a *cache.Ask) {
				a.Call = call(t, claude.Dialect{}, `{"model":"smart","max_tokens":50,"messages":[{"role":"user","content":"how can i open a door"}]}`)
			},
		} {
			a := ask(me, call(t, openai.Dialect{}, again))
			if change(a); n.alike(t, a) != "" {
				t.Errorf("%s, %s: an answer was given", mode, what)
			}
		}
	}
}

// What is no single text of a user, or no English sentence, is not compared.
func TestWhatIsNoQuestion(t *testing.T) {
	t.Parallel()
	me := someone()
	n := newNode(t, nil, rule(me.Org, cache.User, liking(cache.Strict)))
	for what, body := range map[string]string{
		"two in a row":      `{"model":"smart","messages":[{"role":"user","content":"x"},{"role":"user","content":"How do I open a door?"}]}`,
		"an answer begun":   `{"model":"smart","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"How do I open a door?"}]}`,
		"two parts":         `{"model":"smart","messages":[{"role":"user","content":[{"type":"text","text":"How do I"},{"type":"text","text":"open a door?"}]}]}`,
		"a picture with it": `{"model":"smart","messages":[{"role":"user","content":[{"type":"text","text":"How do I open a door?"},{"type":"image_url","image_url":{"url":"https://x.test/a.png"}}]}]}`,
		"another language":  `{"model":"smart","messages":[{"role":"user","content":"Wie öffne ich eine Tür?"}]}`,
	} {
		n.keep(t, ask(me, call(t, openai.Dialect{}, body)), "gently")
		s, _ := n.Seek(ask(me, call(t, openai.Dialect{}, strings.Replace(body, "How do I", "how can i", 1))))
		if l := n.Alike(t.Context(), s); l != nil {
			t.Errorf("%s: %+v", what, l)
		}
	}
	parts := `{"model":"smart","messages":[{"role":"system","content":"s"},{"content":[{"text":"How do I open\u0020a door?","type":"text"}],"role":"user"}]}`
	n.keep(t, ask(me, call(t, openai.Dialect{}, parts)), "gently")
	if got := n.alike(t, ask(me, call(t, openai.Dialect{}, strings.Replace(parts, `How do I open\u0020a`, "how can I open a", 1)))); got != "gently" {
		t.Errorf("a text as a part: %q", got)
	}
}

// TestNoLikePairCrosses is TestNoPairCrosses for like questions: random askers of two tenants whose ids collide, under every scope, with
// two systems, models and temperatures, ask in strict and relaxed mode for what others paid for. In long form (TEST_LONG=1) it looks
// at 100,000 pairs.
func TestNoLikePairCrosses(t *testing.T) {
	t.Parallel()
	pairs := 4000
	if os.Getenv("TEST_LONG") != "" {
		pairs = 100_000
	}
	one, two := someone(), someone()
	two.Team, two.Member, two.Key = one.Team, one.Member, one.Key // ids that collide between tenants
	var askers []org.Chain
	for _, base := range []org.Chain{one, two} {
		for team := range 2 {
			for member := range 3 {
				c := base
				if team > 0 {
					c.Team = id.NewTeam(ids)
				}
				switch member {
				case 1:
					c.Member, c.Key = id.NewMember(ids), id.NewKey(ids)
				case 2:
					c.Member, c.Key = id.Member{}, id.NewKey(ids) // a service account's
				}
				askers = append(askers, c)
			}
		}
	}
	// Wordings of a few things, each of which is alike all others of its thing and none of another.
	things := [][]string{
		{"How do I open the door?", "how can I open the door", "How to open a door", "please tell me how to open the door"},
		{"How do I open the window?", "how can I open a window", "how to open the window?"},
		{"How do I open 2 doors?", "how to open two doors"},
		{"How do I open 3 doors?", "how to open three doors"},
		{"What is the capital of Peru?", "what's the capital of Peru"},
		{"What is the capital of Chile?", "what's the capital of Chile"},
	}
	for _, mode := range []cache.LikeMode{cache.Strict, cache.Relaxed} {
		nodes := map[cache.Sharing]*node{}
		for _, s := range cache.Sharings {
			nodes[s] = newNode(t, func(p *cache.Parts) { p.Memory = 1 << 30 }, rule(one.Org, s, liking(mode)), rule(two.Org, s, liking(mode)))
		}
		rnd := rand.New(rand.NewPCG(27, 11))
		owners := map[string]string{} // of an answer: who may get it, and for which thing
		hits := 0
		for i := range pairs {
			c, sharing, end, thing := askers[rnd.IntN(len(askers))], cache.Sharings[rnd.IntN(3)], []string{"", "u1", "u2"}[rnd.IntN(3)], rnd.IntN(len(things))
			model, warmth, system := []string{"smart", "fast"}[rnd.IntN(2)], []string{"0", "0.5"}[rnd.IntN(2)], []string{"You are terse.", "You are verbose."}[rnd.IntN(2)]
			tools := []string{"", `"tools":[{"type":"function","function":{"name":"find","parameters":{"type":"object"}}}],`}[rnd.IntN(2)]
			a := ask(c, call(t, openai.Dialect{}, fmt.Sprintf(`{"model":%q,"temperature":%s,%s"messages":[{"role":"system","content":%q},{"role":"user","content":%q}]}`,
				model, warmth, tools, system, things[thing][rnd.IntN(len(things[thing]))])))
			a.EndUser = end
			whose := c.Org.UUID()
			switch {
			case sharing == cache.Team:
				whose += c.Team.UUID()
			case sharing == cache.User && c.Member.IsZero():
				whose += c.Key.UUID() + end
			case sharing == cache.User:
				whose += c.Member.UUID() + end
			}
			at := fmt.Sprint(whose, sharing, model, warmth, tools, system, thing)
			n := nodes[sharing]
			if got := n.alike(t, a); got != "" {
				if hits++; owners[got] != at {
					t.Fatalf("%s, pair %d: %s was given what is of %s", mode, i, at, owners[got])
				}
				continue
			}
			if n.given(t, a) == "" {
				text := fmt.Sprint("answer ", i)
				owners[text] = at
				n.keep(t, a, text)
			}
		}
		if hits < pairs/10 {
			t.Errorf("%s: %d hits prove little", mode, hits)
		}
		t.Logf("%s: %d pairs, %d hits, all of their own", mode, pairs, hits)
	}
}

// witness takes sightings.
type witness struct {
	mu   sync.Mutex
	list []cache.Sighting
	fail error
}

func (w *witness) Saw(_ context.Context, list []cache.Sighting) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail == nil {
		w.list = append(w.list, list...)
	}
	return w.fail
}

// shelf is a store of questions, as the database is one.
type shelf struct{ *node }

func (s shelf) Questions(_ context.Context, after cache.Mark, _ time.Time, _ int) (out []cache.Asked, last cache.Mark, err error) {
	last = after
	s.store.Each(func(e *cache.Entry) {
		if e.Prefix != (cache.Key{}) && e.Made.After(after.At) {
			out = append(out, cache.Asked{Org: e.Org, Key: e.Key, Prefix: e.Prefix, Question: e.Question})
			last = cache.Mark{At: e.Made}
		}
	})
	return out, last, nil
}

func TestAnotherNodeLearnsWhatWasAsked(t *testing.T) {
	t.Parallel()
	me := someone()
	mac := cachetest.MAC(t)
	n := newNode(t, func(p *cache.Parts) { p.MAC = mac }, rule(me.Org, cache.Team, liking(cache.Strict)))
	n.keep(t, ask(me, chat(t, "How do I open the door?")), "gently")
	if err := n.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := newNode(t, func(p *cache.Parts) { p.MAC, p.Store, p.Questions = mac, n.store, shelf{n} }, rule(me.Org, cache.Team, liking(cache.Strict)))
	again := ask(me, chat(t, "how can I open the door"))
	if got := other.alike(t, again); got != "" {
		t.Errorf("before it has read: %q", got)
	}
	mark, err := other.CatchUp(t.Context(), cache.Mark{})
	if got := other.alike(t, again); err != nil || got != "gently" || mark.At.IsZero() || other.Liking() < 1000 {
		t.Errorf("after: %q %v %+v %d", got, err, mark, other.Liking())
	}
	quiet := newNode(t, func(p *cache.Parts) { p.MAC, p.Store, p.Questions = mac, n.store, shelf{n} }, rule(me.Org, cache.Team))
	if _, err := quiet.CatchUp(t.Context(), cache.Mark{}); err != nil || quiet.Liking() != 0 {
		t.Errorf("without a policy that asks for it: %v, %d bytes", err, quiet.Liking())
	}
}

func TestClearedQuestionsLeaveTheIndex(t *testing.T) {
	t.Parallel()
	me := someone()
	r := rule(me.Org, cache.Team, liking(cache.Strict))
	n := newNode(t, nil, r)
	n.keep(t, ask(me, chat(t, "How do I open the door?")), "gently")
	n.load(t, cache.Snapshot{Rules: []cache.Record{r}})
	if n.Liking() == 0 {
		t.Fatal("a change of policies forgot it")
	}
	n.load(t, cache.Snapshot{Rules: []cache.Record{r}, Cuts: []cache.Cut{{Org: me.Org, Number: 1, Kind: cache.CutMember, Value: me.Member.UUID()}}})
	if n.Liking() != 0 || n.alike(t, ask(me, chat(t, "how can I open the door"))) != "" {
		t.Errorf("%d bytes are left of who went", n.Liking())
	}
}

func TestWhatIsDemandedAfterAMistake(t *testing.T) {
	t.Parallel()
	me := someone()
	r, w := rule(me.Org, cache.Team, liking(cache.Relaxed)), &witness{}
	n := newNode(t, func(p *cache.Parts) { p.Seen = w }, r)
	n.keep(t, ask(me, chat(t, "How do I center a div in CSS?")), "flex")
	s, _ := n.Seek(ask(me, chat(t, "CSS centering div")))
	l := n.Alike(t.Context(), s)
	if l == nil || !n.Saw(s, l, id.NewRequest(ids), true) {
		t.Fatalf("%+v", l)
	}
	if err := n.Tell(t.Context()); err != nil || len(w.list) != 1 || !w.list[0].Served || w.list[0].Cosine < 90 || w.list[0].Strict || w.list[0].Prompt == w.list[0].Other {
		t.Fatalf("%v %+v", err, w.list)
	}
	for demand, want := range map[cache.Demand][2]string{cache.AsTold: {"flex", "flex"}, cache.StrictOnly: {"flex", ""}, cache.NoneServed: {"", ""}} {
		n.load(t, cache.Snapshot{Rules: []cache.Record{r}, Demands: []cache.Demanded{{Org: me.Org, Prefix: w.list[0].Prefix, Demand: demand}}})
		for i, text := range []string{"how can I center a div in CSS", "CSS centering div"} {
			if got := n.alike(t, ask(me, chat(t, text))); got != want[i] {
				t.Errorf("demand %d, %q: %q", demand, text, got)
			}
		}
	}
}

// A hit that leaves no trace is none.
func TestNothingIsServedThatCannotBeWrittenDown(t *testing.T) {
	t.Parallel()
	me := someone()
	w := &witness{fail: context.DeadlineExceeded}
	n := newNode(t, func(p *cache.Parts) { p.Seen = w }, rule(me.Org, cache.Team, liking(cache.Strict)))
	n.keep(t, ask(me, chat(t, "How do I open the door?")), "gently")
	s, _ := n.Seek(ask(me, chat(t, "how can I open the door")))
	l := n.Alike(t.Context(), s)
	taken := 0
	for range 10_050 {
		if n.Saw(s, l, id.NewRequest(ids), true) {
			taken++
		}
	}
	if err := n.Tell(t.Context()); err == nil || taken != 10_000 {
		t.Errorf("%v, %d taken", err, taken)
	}
	w.fail = nil
	if err := n.Tell(t.Context()); err != nil || len(w.list) != 10_000 || !n.Saw(s, l, id.NewRequest(ids), true) {
		t.Errorf("%v, %d written: those that could not be are kept", err, len(w.list))
	}
}

// Vectors of a model take the place of our own, and are kept with the question.
func TestAModelsVectors(t *testing.T) {
	t.Parallel()
	me := someone()
	mac := cachetest.MAC(t)
	r := rule(me.Org, cache.Team, liking(cache.Relaxed), func(r *cache.Record) { r.Like.Embedder = "embed" })
	n := newNode(t, func(p *cache.Parts) { p.MAC = mac }, r)
	keep := func(n *node, text string, v []float32) {
		s, _ := n.Seek(ask(me, chat(t, text)))
		if model, said := s.Wants(); model != "embed" || said != text {
			t.Fatalf("it wants %q of %q", model, said)
		}
		if v != nil && !s.Embed(v) {
			t.Fatal("no vector")
		}
		if why := n.Keep(t.Context(), s, said2(text)); why != "" {
			t.Fatal(why)
		}
	}
	find := func(n *node, text string, v []float32) *cache.Likeness {
		s, _ := n.Seek(ask(me, chat(t, text)))
		if v != nil {
			s.Embed(v)
		}
		return n.Alike(t.Context(), s)
	}
	keep(n, "What is the capital of Peru?", nil) // its model was away
	keep(n, "How do I center a div in CSS?", []float32{1, 0.1, 0})
	if l := find(n, "CSS centering div", []float32{1, 0.12, 0}); l == nil || !l.Serve || l.Cosine != 99 {
		t.Errorf("near: %+v", l)
	}
	if l := find(n, "CSS centering div", []float32{0.8, 0.6, 0}); l == nil || l.Serve {
		t.Errorf("farther than the threshold: %+v", l)
	}
	if l := find(n, "what's the capital of Peru", []float32{1, 0.1, 0}); l != nil {
		t.Errorf("a question without a vector: %+v", l)
	}
	if l := find(n, "CSS centering div", nil); l != nil {
		t.Errorf("no vector: %+v", l)
	}
	if err := n.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := newNode(t, func(p *cache.Parts) { p.MAC, p.Store, p.Questions = mac, n.store, shelf{n} }, r)
	if _, err := other.CatchUp(t.Context(), cache.Mark{}); err != nil {
		t.Fatal(err)
	}
	if l := find(other, "CSS centering div", []float32{1, 0.12, 0}); l == nil || l.Cosine != 99 {
		t.Errorf("on another node: %+v", l)
	}
}

func said2(text string) *cache.Taken { return said("to " + text) }

func TestLikeSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for what, l := range map[string]cache.Like{"mode": {Mode: "vectors"}, "threshold": {Mode: cache.Relaxed, Threshold: 20}, "judge": {Mode: cache.Verified}, "embedder": {Mode: cache.Relaxed, Embedder: strings.Repeat("x", 300)}} {
		if _, err := l.Checked(); err == nil {
			t.Errorf("%s: %+v is taken", what, l)
		}
	}
	if l, err := (cache.Like{Mode: cache.Strict, Embedder: "e", Judge: "j"}).Checked(); err != nil || l.Embedder != "" || l.Judge != "" {
		t.Errorf("strict asks nobody: %+v %v", l, err)
	}
}
