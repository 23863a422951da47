package cache_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cachetest"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var ids = id.NewSource(clock.System{}.Now, nil)

var start = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// node is one gateway's desk.
type node struct {
	*cache.Desk
	clock *clock.Fake
	store *cachetest.Store
}

func newNode(t testing.TB, change func(*cache.Parts), rules ...cache.Record) *node {
	t.Helper()
	n := &node{clock: clock.NewFake(start), store: &cachetest.Store{}}
	p := cache.Parts{Store: n.store, Vault: cachetest.Vault{}, MAC: cachetest.MAC(t), Wires: []llm.Wire{openai.Wire{}, claude.Wire{}, responses.Wire{}}, Clock: n.clock, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&p)
	}
	n.Desk = cache.NewDesk(p)
	n.load(t, cache.Snapshot{Rules: rules})
	return n
}

func (n *node) load(t testing.TB, s cache.Snapshot) {
	t.Helper()
	if err := n.Load(s); err != nil {
		t.Fatal(err)
	}
}

func someone() org.Chain {
	return org.Chain{Org: id.NewOrg(ids), Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
}

func rule(o id.Org, sharing cache.Sharing, change ...func(*cache.Record)) cache.Record {
	r := cache.Record{ID: id.NewCaching(ids), Org: o, Kind: org.OrgScope, Node: o.UUID(), Name: "all",
		Settings: cache.Settings{Mode: cache.Exact, Sharing: sharing, TTL: time.Hour, Warmest: 200, MaxBytes: 1 << 20, Tools: true}}
	for _, f := range change {
		f(&r)
	}
	return r
}

func call(t testing.TB, d llm.Dialect, body string) *llm.Call {
	t.Helper()
	c, err := d.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return c
}

func chat(t testing.TB, text string) *llm.Call {
	return call(t, openai.Dialect{}, `{"model":"smart","messages":[{"role":"user","content":"`+text+`"}]}`)
}

func ask(c org.Chain, x *llm.Call) *cache.Ask {
	return &cache.Ask{Chain: c, Call: x, Models: []string{"m"}}
}

func said(text string) *cache.Taken {
	return &cache.Taken{Body: []byte(`{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"` + text + `"},"finish_reason":"stop"}]}`), Model: "m", Provider: "up", Cost: 10, Took: time.Second}
}

// keep answers a question.
func (n *node) keep(t testing.TB, a *cache.Ask, text string) {
	t.Helper()
	s, why := n.Seek(a)
	if s == nil {
		t.Fatal("no slot: " + why)
	}
	if why := n.Keep(t.Context(), s, said(text)); why != "" {
		t.Fatal(why)
	}
}

// given is what the cache says to a question; "" for nothing.
func (n *node) given(t testing.TB, a *cache.Ask) string {
	t.Helper()
	s, _ := n.Seek(a)
	if s == nil {
		return ""
	}
	h, ok := n.Get(t.Context(), s)
	if !ok {
		return ""
	}
	_, after, _ := strings.Cut(string(h.Body), `"content":"`)
	text, _, _ := strings.Cut(after, `"`)
	return text
}

func TestWhoSharesAnAnswer(t *testing.T) {
	t.Parallel()
	me := someone()
	mate, neighbour, stranger := me, me, someone()
	mate.Member, mate.Key = id.NewMember(ids), id.NewKey(ids)
	neighbour.Team, neighbour.Member, neighbour.Key = id.NewTeam(ids), id.NewMember(ids), id.NewKey(ids)
	otherKey := me
	otherKey.Key = id.NewKey(ids)
	for sharing, want := range map[cache.Sharing][]bool{cache.User: {true, true, false, false, false}, cache.Team: {true, true, true, false, false}, cache.Org: {true, true, true, true, false}} {
		n := newNode(t, nil, rule(me.Org, sharing), rule(stranger.Org, sharing))
		n.keep(t, ask(me, chat(t, "hi")), "hello")
		for i, c := range []org.Chain{me, otherKey, mate, neighbour, stranger} {
			if got := n.given(t, ask(c, chat(t, "hi"))); (got == "hello") != want[i] {
				t.Errorf("shared by the %s, asker %d: %q", sharing, i, got)
			}
		}
	}
}

// TestASharedAnswerRepeatsNobodysNames: answers of Responses hold the request's metadata and users again, those of chat do not.
func TestASharedAnswerRepeatsNobodysNames(t *testing.T) {
	t.Parallel()
	me := someone()
	mate := me
	mate.Member, mate.Key = id.NewMember(ids), id.NewKey(ids)
	n := newNode(t, nil, rule(me.Org, cache.Team))
	key := func(c org.Chain, d llm.Dialect, body string) cache.Key {
		s, why := n.Seek(ask(c, call(t, d, body)))
		if s == nil {
			t.Fatal(why)
		}
		return s.Key
	}
	for _, field := range []string{`"user":`, `"metadata":`, `"safety_identifier":`} {
		for _, x := range []struct {
			d     llm.Dialect
			body  string
			apart bool
		}{{openai.Dialect{}, `{"model":"smart","messages":[{"role":"user","content":"hi"}],`, false}, {responses.Dialect{}, `{"model":"smart","store":false,"input":"hi",`, true}} {
			if got := key(me, x.d, x.body+field+`"a"}`) != key(mate, x.d, x.body+field+`"b"}`); got != x.apart {
				t.Errorf("%s of %T tells them apart: %v", field, x.d, got)
			}
		}
	}
}

// variants are all that must tell two requests apart, as pairs of what is said in one and in the other.
var variants = [][2]string{
	{`"content":"You are terse."`, `"content":"You are verbose."`},
	{`"content":"hi"`, `"content":"hi "`},
	{`"content":"hi"`, `"content":"Hi"`},
	{`"content":"hi"`, `"content":"h\u0069"`},
	{`"model":"smart"`, `"model":"smarter"`},
	{`"temperature":0.2`, `"temperature":0.3`},
	{`"temperature":0.2`, `"temperature":0.20`},
	{`"max_tokens":50`, `"max_tokens":51`},
	{`"name":"find"`, `"name":"pay"`},
	{`"type":"text"`, `"type":"json_object"`},
	{`"seed":1`, `"seed":2`},
	{`"stop":["a","b"]`, `"stop":["b","a"]`},
	{`"stop":["a","b"]`, `"stop":["a,b"]`},
	{`"x_unknown":{"a":1}`, `"x_unknown":{"a":2}`},
	{`"x_unknown":{"a":1}`, `"x_unknow":{"na":1}`},
	{`"role":"user"`, `"role":"assistant"`},
}

const full = `{"model":"smart","temperature":0.2,"max_tokens":50,"seed":1,"stop":["a","b"],"response_format":{"type":"text"},"x_unknown":{"a":1},` +
	`"tools":[{"type":"function","function":{"name":"find","parameters":{"type":"object"}}}],"messages":[{"role":"system","content":"You are terse."},{"role":"user","content":"hi"}]}`

func TestWhatTellsQuestionsApart(t *testing.T) {
	t.Parallel()
	me := someone()
	n := newNode(t, nil, rule(me.Org, cache.User))
	n.keep(t, ask(me, call(t, openai.Dialect{}, full)), "hello")
	if n.given(t, ask(me, call(t, openai.Dialect{}, full))) != "hello" {
		t.Fatal("the same question finds nothing")
	}
	for _, v := range variants {
		if !strings.Contains(full, v[0]) {
			t.Fatalf("%s is not in the request", v[0])
		}
		if got := n.given(t, ask(me, call(t, openai.Dialect{}, strings.Replace(full, v[0], v[1], 1)))); got != "" {
			t.Errorf("%s instead of %s gives %q", v[1], v[0], got)
		}
	}
	for what, change := range map[string]func(a *cache.Ask){
		"other targets":    func(a *cache.Ask) { a.Models = []string{"other"} },
		"more targets":     func(a *cache.Ask) { a.Models = []string{"m", "n"} },
		"another end user": func(a *cache.Ask) { a.EndUser = "u2" },
		"another beta":     func(a *cache.Ask) { a.Beta = "tools-2026" },
		"another user name": func(a *cache.Ask) {
			a.Call = call(t, openai.Dialect{}, strings.Replace(full, `"seed":1`, `"seed":1,"user":"u2"`, 1))
		},
		"another dialect": func(a *cache.Ask) {
			a.Call = call(t, claude.Dialect{}, `{"model":"smart","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`)
		},
	} {
		a := ask(me, call(t, openai.Dialect{}, full))
		if change(a); n.given(t, a) != "" {
			t.Errorf("%s: an answer was given", what)
		}
	}
	// What says nothing about the answer.
	for what, body := range map[string]string{
		"as a stream":   strings.Replace(full, `"seed":1`, `"seed":1,"stream":true,"stream_options":{"include_usage":true}`, 1),
		"other blanks":  strings.ReplaceAll(full, `,"`, ` , "`),
		"another order": `{"seed":1,` + strings.Replace(full[1:], `"seed":1,`, "", 1),
	} {
		s, why := n.Seek(ask(me, call(t, openai.Dialect{}, body)))
		if s == nil {
			t.Errorf("%s: %s", what, why)
			continue
		}
		if _, ok := n.Get(t.Context(), s); !ok {
			t.Errorf("%s: nothing was given", what)
		}
	}
	a, b := ask(me, call(t, openai.Dialect{}, full)), ask(me, call(t, openai.Dialect{}, full))
	a.Models, b.Models = []string{"m", "n"}, []string{"n", "m"}
	if x, _ := n.Seek(a); x.Key != func() cache.Key { y, _ := n.Seek(b); return y.Key }() {
		t.Error("the order in which targets are tried today makes another key")
	}
}

// TestNoPairCrosses keeps answers that say whose they are, for random askers of two tenants under every scope, and asks for them as
// everybody else. In long form (TEST_LONG=1) it looks at 100,000 pairs.
func TestNoPairCrosses(t *testing.T) {
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
	texts := []string{"hi", "hi ", " hi", "What is 17 * 3?", "What is 17 * 4?", `hi\",\"user\":\"x`, "ignore all", "", strings.Repeat("a", 300), strings.Repeat("a", 301)}
	systems := []string{"You are terse.", "You are verbose."}
	nodes := map[cache.Sharing]*node{}
	for _, s := range cache.Sharings {
		nodes[s] = newNode(t, func(p *cache.Parts) { p.Memory = 1 << 30 }, rule(one.Org, s), rule(two.Org, s))
	}
	rnd := rand.New(rand.NewPCG(26, 11))
	type question struct {
		chain   org.Chain
		end     string
		body    string
		sharing cache.Sharing
	}
	random := func() question {
		q := question{chain: askers[rnd.IntN(len(askers))], sharing: cache.Sharings[rnd.IntN(3)], end: []string{"", "u1", "u2"}[rnd.IntN(3)]}
		q.body = fmt.Sprintf(`{"model":%q,"temperature":%s,"messages":[{"role":"system","content":%q},{"role":"user","content":"%s"}]}`,
			[]string{"smart", "fast"}[rnd.IntN(2)], []string{"0", "0.5"}[rnd.IntN(2)], systems[rnd.IntN(2)], texts[rnd.IntN(len(texts))])
		return q
	}
	// owner says who shares, as a person would.
	owner := func(q question) string {
		switch q.sharing {
		case cache.Org:
			return q.chain.Org.UUID()
		case cache.Team:
			return q.chain.Org.UUID() + q.chain.Team.UUID()
		}
		if q.chain.Member.IsZero() {
			return q.chain.Org.UUID() + q.chain.Key.UUID() + q.end
		}
		return q.chain.Org.UUID() + q.chain.Member.UUID() + q.end
	}
	kept := map[string]string{} // by owner, scope and body
	hits, misses := 0, 0
	for i := range pairs {
		q := random()
		a := ask(q.chain, call(t, openai.Dialect{}, q.body))
		a.EndUser = q.end
		at := owner(q) + "|" + string(q.sharing) + "|" + q.body
		got := nodes[q.sharing].given(t, a)
		if got != kept[at] {
			t.Fatalf("pair %d: %+v was given %q, not %q", i, q, got, kept[at])
		}
		if got != "" {
			hits++
			continue
		}
		misses++
		kept[at] = fmt.Sprint("answer ", i)
		nodes[q.sharing].keep(t, a, kept[at])
	}
	if hits < pairs/10 || misses < pairs/100 {
		t.Errorf("%d hits and %d misses prove little", hits, misses)
	}
	t.Logf("%d pairs: %d hits, all of their own; %d misses", pairs, hits, misses)
}

func TestAStoreThatIsSlowOrAwayIsAMissInTime(t *testing.T) {
	t.Parallel()
	me := someone()
	for name, fault := range map[string]func(s *cachetest.Store){
		"slow": func(s *cachetest.Store) { s.Break(false, time.Minute) },
		"away": func(s *cachetest.Store) { s.Break(true, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, nil, rule(me.Org, cache.User))
			fault(n.store)
			began := clock.System{}.Now()
			for range 20 {
				if n.given(t, ask(me, chat(t, "hi"))) != "" {
					t.Error("an answer out of nothing")
				}
			}
			// One waits 50 ms, the others not at all; the bound is wide for a busy machine.
			if took := clock.Since(began); took > 5*time.Second {
				t.Errorf("20 misses took %s", took)
			}
			if n.store.Gets() != 1 {
				t.Errorf("a store that does not answer was asked %d times", n.store.Gets())
			}
			n.store.Break(false, 0)
			n.clock.Advance(time.Minute)
			if n.given(t, ask(me, chat(t, "hi"))) != "" || n.store.Gets() != 2 {
				t.Errorf("asked %d times after it was back", n.store.Gets())
			}
		})
	}
}

func TestWhatWasTamperedWithIsAMissAndForgotten(t *testing.T) {
	t.Parallel()
	me := someone()
	for name, harm := range map[string]func(e *cache.Entry){
		"cut":   func(e *cache.Entry) { e.Sealed = e.Sealed[:len(e.Sealed)/2] },
		"empty": func(e *cache.Entry) { e.Sealed = nil },
		"another place": func(e *cache.Entry) {
			e.Sealed = []byte(strings.Replace(string(e.Sealed), e.Org.UUID(), id.NewOrg(ids).UUID(), 1))
		},
		"another layout":   func(e *cache.Entry) { e.Sealed = []byte(strings.Replace(string(e.Sealed), "\n\x01", "\n\x07", 1)) },
		"another's key":    func(e *cache.Entry) { e.Key[3]++ },
		"another's tenant": func(e *cache.Entry) { e.Org = id.NewOrg(ids) },
		"too old":          func(e *cache.Entry) { e.Stale = start },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, nil, rule(me.Org, cache.User))
			n.keep(t, ask(me, chat(t, "hi")), "hello")
			if err := n.Flush(t.Context()); err != nil || n.store.Each(func(*cache.Entry) {}) != 1 {
				t.Fatal("nothing was written", err)
			}
			// The same entry in the memory of the node that has to read the store: a new one.
			fresh := *n
			fresh.Desk = cache.NewDesk(n.Parts)
			fresh.load(t, cache.Snapshot{Rules: []cache.Record{rule(me.Org, cache.User)}})
			if got := fresh.given(t, ask(me, chat(t, "hi"))); got != "hello" {
				t.Fatalf("another node finds %q", got)
			}
			n.store.Each(harm)
			fresh.Desk = cache.NewDesk(n.Parts)
			fresh.load(t, cache.Snapshot{Rules: []cache.Record{rule(me.Org, cache.User)}})
			if got := fresh.given(t, ask(me, chat(t, "hi"))); got != "" {
				t.Errorf("it was given: %q", got)
			}
			if err := fresh.Flush(t.Context()); err != nil || n.store.Each(func(*cache.Entry) {}) != 0 {
				t.Error("it is still there", err)
			}
		})
	}
}

func TestACutEndsWhatItIsAboutAndWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	me := someone()
	mate := me
	mate.Member, mate.Key = id.NewMember(ids), id.NewKey(ids)
	rules := []cache.Record{rule(me.Org, cache.User)}
	n := newNode(t, nil, rules...)
	for name, c := range map[string]struct {
		cut  cache.Cut
		ends bool
	}{
		"everything":        {cache.Cut{Kind: cache.CutAll}, true},
		"the model asked":   {cache.Cut{Kind: cache.CutModel, Value: "smart"}, true},
		"the model":         {cache.Cut{Kind: cache.CutModel, Value: "m"}, true},
		"another model":     {cache.Cut{Kind: cache.CutModel, Value: "n"}, false},
		"the member":        {cache.Cut{Kind: cache.CutMember, Value: me.Member.UUID()}, true},
		"another member":    {cache.Cut{Kind: cache.CutMember, Value: mate.Member.UUID()}, false},
		"the sharer":        {cache.Cut{Kind: cache.CutNode, Value: me.Member.UUID()}, true},
		"the prompt":        {cache.Cut{Kind: cache.CutPrompt, Value: n.PromptOf(" hi ").String()}, true},
		"another prompt":    {cache.Cut{Kind: cache.CutPrompt, Value: n.PromptOf("ho").String()}, false},
		"a newer program's": {cache.Cut{Kind: "moon"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, func(p *cache.Parts) { p.MAC = n.MAC }, rules...)
			n.keep(t, ask(me, chat(t, "hi")), "hello")
			late, _ := n.Seek(ask(me, chat(t, "hi")))
			c.cut.Org, c.cut.Number = me.Org, 1
			n.load(t, cache.Snapshot{Rules: rules, Cuts: []cache.Cut{c.cut}})
			if got := n.given(t, ask(me, chat(t, "hi"))); (got == "") != c.ends {
				t.Errorf("given %q", got)
			}
			if why := n.Keep(t.Context(), late, said("old")); (why != "") != c.ends {
				t.Errorf("an answer that was under way: %q", why)
			}
			if n.keep(t, ask(me, chat(t, "hi")), "new"); n.given(t, ask(me, chat(t, "hi"))) != "new" {
				t.Error("the new answer is not given")
			}
		})
	}
}

func TestThePolicyNearestToTheKeyDecidesUnlessOneAboveBinds(t *testing.T) {
	t.Parallel()
	me := someone()
	on := func(kind org.ScopeKind, node, name string, change ...func(*cache.Record)) cache.Record {
		return rule(me.Org, cache.User, append([]func(*cache.Record){func(r *cache.Record) { r.Kind, r.Node, r.Name = kind, node, name }}, change...)...)
	}
	off := func(r *cache.Record) { r.Mode = cache.Off }
	binds := func(r *cache.Record) { r.Binding = true }
	for name, c := range map[string]struct {
		rules []cache.Record
		want  string
	}{
		"none":                       {nil, ""},
		"the organization's":         {[]cache.Record{on(org.OrgScope, me.Org.UUID(), "org")}, "org"},
		"the key's":                  {[]cache.Record{on(org.OrgScope, me.Org.UUID(), "org", off), on(org.KeyScope, me.Key.UUID(), "key")}, "key"},
		"one that keeps nothing":     {[]cache.Record{on(org.OrgScope, me.Org.UUID(), "org"), on(org.MemberScope, me.Member.UUID(), "mine", off)}, ""},
		"one that binds":             {[]cache.Record{on(org.OrgScope, me.Org.UUID(), "org", binds, off), on(org.KeyScope, me.Key.UUID(), "key")}, ""},
		"another model's":            {[]cache.Record{on(org.TeamScope, me.Team.UUID(), "team", func(r *cache.Record) { r.Models = []string{"fast"} })}, ""},
		"the narrower of two":        {[]cache.Record{on(org.TeamScope, me.Team.UUID(), "wide", off), on(org.TeamScope, me.Team.UUID(), "narrow", func(r *cache.Record) { r.Models = []string{"smart"} })}, "narrow"},
		"a purpose before a model":   {[]cache.Record{on(org.TeamScope, me.Team.UUID(), "model", off, func(r *cache.Record) { r.Models = []string{"smart"} }), on(org.TeamScope, me.Team.UUID(), "faq", func(r *cache.Record) { r.Purposes = []string{"faq"} })}, "faq"},
		"another organization's own": {[]cache.Record{rule(id.NewOrg(ids), cache.Org)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slices.Reverse(c.rules)
			n := newNode(t, nil, c.rules...)
			a := ask(me, chat(t, "hi"))
			a.Purpose = "faq"
			s, _ := n.Seek(a)
			if got := s; (got != nil) != (c.want != "") || got != nil && got.Policy() != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestALeadThatNobodyTakesEndsTheFlight(t *testing.T) {
	t.Parallel()
	me := someone()
	n := newNode(t, nil, rule(me.Org, cache.User))
	slot := func() *cache.Slot { s, _ := n.Seek(ask(me, chat(t, "hi"))); return s }
	lead := n.Join(t.Context(), slot())
	if lead == nil || n.Try(slot()) != nil {
		t.Fatal("two lead")
	}
	gone, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() { defer close(left); n.Join(gone, slot()) }()
	until(t, func() bool { return n.Waiting() == 1 })
	leave()
	<-left
	lead.Give()
	lead.Give()
	lead.Land()
	if again := n.Try(slot()); again == nil {
		t.Error("the question is still being asked")
	}
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatal("waited in vain")
		}
	}
}

// BenchmarkHit is what a hit costs inside: finding the policy, the key, the entry, and opening it.
func BenchmarkHit(b *testing.B) {
	me := someone()
	n := newNode(b, sealing(b, me.Org), rule(me.Org, cache.Team))
	c := chat(b, strings.Repeat("All work and no play. ", 100))
	n.keep(b, ask(me, c), strings.Repeat("No. ", 500))
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		began := clock.System{}.Now()
		s, _ := n.Seek(ask(me, c))
		if _, ok := n.Get(b.Context(), s); !ok {
			b.Fatal("a miss")
		}
		took = append(took, clock.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkMiss is what the cache costs a request that it does not know; without a policy it is what everybody pays.
func BenchmarkMiss(b *testing.B) {
	me := someone()
	for name, rules := range map[string][]cache.Record{"without a policy": nil, "under a policy": {rule(me.Org, cache.Team)}} {
		b.Run(name, func(b *testing.B) {
			n := newNode(b, func(p *cache.Parts) { p.Store = nil }, rules...)
			c := chat(b, strings.Repeat("All work and no play. ", 100))
			b.ReportAllocs()
			for b.Loop() {
				if s, _ := n.Seek(ask(me, c)); s != nil {
					n.Get(b.Context(), s)
				}
			}
		})
	}
}
