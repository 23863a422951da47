package gateway

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// governed is a house whose key stands under one policy, the organization's.
func governed(t *testing.T, r policy.Rule, change func(*Config)) *house {
	book := &policy.Book{}
	h := build(t, func(c *Config) {
		c.Ports.Policies = book
		if change != nil {
			change(c)
		}
	})
	o := h.grant.Chain.Org
	r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewPolicy(id.NewSource(clock.System{}.Now, nil)), o, org.OrgScope, o.UUID(), "Acme"
	if err := book.Load([]policy.Rule{r}); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestADeniedModelIsRefusedBehindEveryNameAndNothingIsSent(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]policy.Rule{
		"the alias":               {Deny: []string{"smart"}},
		"the alias in other case": {Deny: []string{"SMART"}},
		"the model":               {Deny: []string{"up-model"}},
		"the provider's kind":     {Deny: []string{string(provider.Compatible) + "/*"}},
		"the connection":          {Deny: []string{"up/*"}},
		"not among the allowed":   {Allow: []string{"fast", "openai/*"}},
	} {
		h := governed(t, r, nil)
		var called atomic.Int64
		h.provide("up", func(w http.ResponseWriter, r *http.Request) { called.Add(1); says(answer)(w, r) })
		resp, body := h.ask(question)
		if resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "model_not_allowed") || !strings.Contains(body, "policy of Acme") || called.Load() != 0 {
			t.Errorf("%s: %d %s, %d calls", name, resp.StatusCode, body, called.Load())
		}
	}
}

func TestOfAnAliasOnlyTheAllowedTargetsAreCalled(t *testing.T) {
	t.Parallel()
	h := governed(t, policy.Rule{Deny: []string{"first/*"}}, nil)
	h.provide("first", func(http.ResponseWriter, *http.Request) { t.Error("a denied target was called") })
	h.provide("second", says(answer))
	if resp, body := h.ask(question); resp.StatusCode != http.StatusOK || resp.Header.Get("X-Bodhi-Provider") != "second" {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestAnAllowedAliasAllowsWhatItLeadsTo(t *testing.T) {
	t.Parallel()
	h := governed(t, policy.Rule{Allow: []string{"smart"}}, nil)
	h.provide("up", says(answer))
	if resp, body := h.ask(question); resp.StatusCode != http.StatusOK {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestListsOfModelsHideWhatIsDenied(t *testing.T) {
	t.Parallel()
	h := governed(t, policy.Rule{Deny: []string{"*-pro"}}, nil)
	h.provide("up", says(answer))
	other := h.targets[0]
	other.Model = "hidden-pro"
	h.others = map[string]route.Target{"grand": other, "plain": h.targets[0]}
	for path, shown := range map[string]bool{"/v1/models": true, "/v1/key": true, "/v1/models/grand": false, "/v1/models/plain": true} {
		r, _ := http.NewRequest(http.MethodGet, h.server.URL+path, nil)
		r.Header.Set("Authorization", "Bearer good")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if (resp.StatusCode == http.StatusOK) != shown || shown && (strings.Contains(string(b), "grand") || !strings.Contains(string(b), "plain")) {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
}

// listens answers, and keeps the output cap that the provider was sent.
func listens(most *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Max  int64 `json:"max_tokens"`
			Max2 int64 `json:"max_completion_tokens"`
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		most.Store(in.Max + in.Max2)
		says(answer)(w, r)
	}
}

const open = `{"model":"smart","messages":[{"role":"user","content":"hi"}]}`

func TestALargestCostCapsTheAnswerOrRefuses(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		most   money.USD
		body   string
		header string
		status int
		capped bool
	}{
		"room for everything":                              {5000, open, "", 200, false},
		"room for a shorter answer":                        {600, open, "", 200, true},
		"no room for a useful one":                         {200, open, "", 403, false},
		"the client's own cap fits":                        {200, question, "", 200, false},
		"the client's own is larger":                       {40, question, "", 403, false},
		"no policy on costs, but the request's own header": {0, open, "0.0000006", 200, true},
	} {
		h := governed(t, policy.Rule{MaxCost: x.most, Deny: []string{"nothing"}}, nil)
		var sent atomic.Int64
		h.provide("up", listens(&sent))
		headers := []string{}
		if x.header != "" {
			headers = append(headers, "X-Bodhi-Max-Cost", x.header)
		}
		resp, body := h.ask(x.body, headers...)
		if resp.StatusCode != x.status {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
			continue
		}
		if x.status == 403 && (!strings.Contains(body, `"not_allowed"`) || !strings.Contains(body, "policy of Acme") || sent.Load() != 0) {
			t.Errorf("%s: %s", name, body)
		}
		if n := sent.Load(); x.capped && (n < leastOutput || n >= 600 || !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "output capped")) {
			t.Errorf("%s: sent with a cap of %d, warning %q", name, n, resp.Header.Get("X-Bodhi-Warning"))
		}
	}
}

// A try that broke off is booked, and what it cost is no longer there for the next one.
func TestARequestsOwnLimitHoldsForAllItsTriesTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first  func(context.Context) (*http.Response, error)
		status int
		tries  int
	}{
		"the first try costs all of it": {breaks, 502, 1},
		"the first try costs nothing":   {unreachable, 200, 2},
		"the first try finds it busy":   {busy, 200, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			const limit = 600
			s := perform(t, calm{}, script{"a": {c.first}, "b": {healthy}}, "a", "b")
			p, fact := s.say(open, "X-Bodhi-Max-Cost", "0.0000006")
			if p.status != c.status || fact.Attempts != c.tries || fact.Cost > limit {
				t.Errorf("%s: %d after %d tries for %d nano-dollars of %d: %s", name, p.status, fact.Attempts, fact.Cost, limit, p.body.String())
			}
		})
	}
}

// unpriced has no price for any model.
type unpriced struct{ Prices }

func (unpriced) Quote(id.Org, string, string, time.Time) (catalog.Quote, bool) { return nil, false }

func TestARequestOfUnknownCostIsRefusedUnderALargestCost(t *testing.T) {
	t.Parallel()
	h := governed(t, policy.Rule{MaxCost: money.Dollar}, func(c *Config) { c.Ports.Prices = unpriced{} })
	h.provide("up", func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	if resp, body := h.ask(question); resp.StatusCode != http.StatusPaymentRequired || !strings.Contains(body, "price_unknown") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// TestAModelThatARequestHasItsProviderAskIsHeldToTheRules names one as an adviser, and one as a fallback.
func TestAModelThatARequestHasItsProviderAskIsHeldToTheRules(t *testing.T) {
	t.Parallel()
	const rest = `{"model":"smart","max_tokens":10,"messages":[{"role":"user","content":"hi"}],`
	for _, x := range []struct {
		name, fields string
		rule         policy.Rule
		key          []string
		status       int
	}{
		{"an adviser that a policy denies", `"tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-opus-4-8"}]}`, policy.Rule{Deny: []string{"claude-opus*"}}, nil, 404},
		{"a fallback that a policy denies", `"fallbacks":[{"model":"claude-opus-4-8"}]}`, policy.Rule{Deny: []string{"anthropic/claude-opus*"}}, nil, 404},
		{"an adviser that the key may not have", `"tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-opus-4-8"}]}`, policy.Rule{Deny: []string{"none"}}, []string{"smart"}, 404},
		{"a fallback that the key may not have", `"fallbacks":[{"model":"claude-opus-4-8"}]}`, policy.Rule{Deny: []string{"none"}}, []string{"smart"}, 404},
		{"one that both may", `"fallbacks":[{"model":"claude-opus-4-8"}]}`, policy.Rule{Deny: []string{"none"}}, []string{"smart", "claude-opus-4-8"}, 200},
	} {
		h := governed(t, x.rule, nil)
		var called atomic.Int64
		h.provide("up", func(w http.ResponseWriter, r *http.Request) {
			called.Add(1)
			says(`{"id":"m","type":"message","role":"assistant","content":[],"usage":{"input_tokens":1,"output_tokens":1}}`)(w, r)
		})
		h.targets[0].Connection.Kind, h.grant.Models = provider.Anthropic, x.key
		resp, body := h.send(t, "POST", "/v1/messages", rest+x.fields, "application/json")
		if resp.StatusCode != x.status || x.status == 404 && (!strings.Contains(body, "claude-opus-4-8") || called.Load() != 0) {
			t.Errorf("%s: %d %s, %d calls", x.name, resp.StatusCode, body, called.Load())
		}
	}
}

// TestWhatAnAdviserUsedIsBilledByItsOwnPrice asks Haiku at $1 and $5 a million, which asks Opus at $5 and $25.
func TestWhatAnAdviserUsedIsBilledByItsOwnPrice(t *testing.T) {
	t.Parallel()
	const usage = `"usage":{"input_tokens":100,"output_tokens":10,"iterations":[{"type":"message","input_tokens":40,"output_tokens":4},` +
		`{"type":"advisor_message","model":"claude-opus-4-8","input_tokens":1000,"output_tokens":200},{"type":"message","input_tokens":60,"output_tokens":6}]}`
	body := `{"model":"smart","max_tokens":10,"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-opus-4-8"}]`
	for name, x := range map[string]struct {
		body   string
		answer http.HandlerFunc
	}{
		"a document": {body + "}", says(`{"id":"m","type":"message","role":"assistant","content":[],` + usage + `}`)},
		"a stream": {body + `,"stream":true}`, streams("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":40,\"output_tokens\":1}}}\n\n",
			"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},"+usage+"}\n\n", "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")},
	} {
		h := build(t, func(c *Config) { c.Ports.Prices = catalogued{} })
		h.provide("up", x.answer)
		h.targets[0].Connection.Kind, h.targets[0].Model = provider.Anthropic, "claude-haiku-4-5"
		resp, text := h.send(t, "POST", "/v1/messages", x.body, "application/json")
		h.books.only(t, 1)
		if resp.StatusCode != 200 || len(h.books.ends) != 1 {
			t.Errorf("%s: %d %s", name, resp.StatusCode, text)
			continue
		}
		if s := h.books.ends[0]; s.Cost.String() != "0.01015" || s.Usage.Input != 1100 || s.Usage.Output != 210 {
			t.Errorf("%s: %s %+v", name, s.Cost, s.Usage)
		}
	}
}

// catalogued has the catalogue's prices.
type catalogued struct{ Prices }

func (catalogued) Quote(_ id.Org, payee, model string, at time.Time) (catalog.Quote, bool) {
	return catalog.BuiltIn().Quote(payee, model, at)
}

func TestARequestOfUnknownCostIsRefusedUnderALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) { c.Ports.Prices = unpriced{} })
	h.provide("up", func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	if resp, body := h.ask(question, "X-Bodhi-Max-Cost", "1"); resp.StatusCode != http.StatusPaymentRequired || !strings.Contains(body, "price_unknown") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestWithoutPoliciesAPlanIsTheSameOne(t *testing.T) {
	p := route.Plan{Targets: make([]route.Target, 3)}
	var none policy.Bound
	if n := testing.AllocsPerRun(100, func() {
		if q, err := permit(&none, "smart", p, nil); err != nil || &q.Targets[0] != &p.Targets[0] {
			t.Error("the plan was copied")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
