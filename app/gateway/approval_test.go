package gateway

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// counts are the uses of approvals, as the desk counts them.
type counts struct {
	mu     sync.Mutex
	uses   int64
	spent  money.USD
	again  int
	refuse error
}

func (c *counts) Claim(_ context.Context, _ *policy.Pass, again bool, most money.USD) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		return c.refuse
	}
	if c.spent += most; again {
		c.again++
	} else {
		c.uses++
	}
	return nil
}

func (c *counts) Settle(_ *policy.Pass, times int64, unused money.USD) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uses, c.spent = c.uses-times, c.spent-unused
}

func (c *counts) read() (uses int64, spent money.USD, again int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.uses, c.spent, c.again
}

// approved is a house under one policy whose key has a pass for the alias and the connection's model.
func approved(t *testing.T, r policy.Rule, change func(*policy.Pass)) (*house, *counts) {
	c := &counts{}
	book := &policy.Book{AskURL: "https://ai.acme.test/approvals/new"}
	h := build(t, func(conf *Config) { conf.Ports.Policies, conf.Ports.Approvals = book, c })
	h.approve(t, book, r, string(provider.Compatible)+"/up-model", change)
	return h, c
}

// approve puts a house under a policy, and gives its key a pass for the alias and a model.
func (h *house) approve(t *testing.T, book *policy.Book, r policy.Rule, model string, change func(*policy.Pass)) {
	t.Helper()
	source := id.NewSource(clock.System{}.Now, nil)
	o := h.grant.Chain.Org
	r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewPolicy(source), o, "organization", o.UUID(), "Acme"
	if err := book.Load([]policy.Rule{r}); err != nil {
		t.Fatal(err)
	}
	if h.grant.Chain.Key.IsZero() {
		t.Fatal("the house's key has no id")
	}
	p := policy.Pass{ID: id.NewApproval(source), Org: o, Key: h.grant.Chain.Key, Asked: "smart", Targets: []string{model}, Lifts: []id.Policy{r.ID},
		Until: clock.System{}.Now().Add(time.Hour), Times: 5}
	if change != nil {
		change(&p)
	}
	if err := book.LoadExtras(policy.Extras{Passes: []policy.Pass{p}}); err != nil {
		t.Fatal(err)
	}
}

func TestAnApprovedCallPassesAndIsCountedWithWhatItCost(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		rule policy.Rule
		body string
	}{
		"a denied model":        {policy.Rule{Deny: []string{"up-model"}, MayAsk: true}, question},
		"a cost above a limit":  {policy.Rule{AskAbove: 1}, question},
		"a tier nobody knows":   {policy.Rule{Highest: 1}, question},
		"without its own limit": {policy.Rule{Deny: []string{"up-model"}, MayAsk: true}, open},
	} {
		h, c := approved(t, x.rule, nil)
		h.provide("up", says(answer))
		resp, body := h.ask(x.body)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
			continue
		}
		uses, spent, _ := c.read()
		if got := resp.Header.Get("X-Bodhi-Cost-Usd"); uses != 1 || spent <= 0 || spent.String() != got {
			t.Errorf("%s: counted %d uses, %s; it cost %s", name, uses, spent, got)
		}
	}
}

func TestWithoutAnApprovalTheRefusalSaysWhereToAsk(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		rule policy.Rule
		says string
	}{
		"a denied model":       {policy.Rule{Deny: []string{"up-model"}, MayAsk: true}, "needs an approval: the policy of Acme denies"},
		"a cost above a limit": {policy.Rule{AskAbove: 1}, "without an approval"},
	} {
		h, c := approved(t, x.rule, func(p *policy.Pass) { p.Until = clock.System{}.Now().Add(-time.Second) })
		h.provide("up", func(http.ResponseWriter, *http.Request) { t.Errorf("%s: it was sent", name) })
		resp, body := h.ask(question)
		uses, _, _ := c.read()
		if resp.StatusCode != http.StatusForbidden || !strings.Contains(body, `"approval_required"`) || !strings.Contains(body, x.says) || resp.Header.Get("X-Should-Retry") != "false" ||
			!strings.Contains(body, `"ask_url":"https://ai.acme.test/approvals/new?`) || uses != 0 {
			t.Errorf("%s: %d %v %s", name, resp.StatusCode, resp.Header, body)
		}
	}
}

func TestAUseThatSentNothingIsGivenBack(t *testing.T) {
	t.Parallel()
	h, c := approved(t, policy.Rule{Deny: []string{"up-model"}, MayAsk: true}, nil)
	h.provide("up", says(answer))
	if resp, body := h.ask(question, "X-Bodhi-Dry-Run", "1"); resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	if uses, spent, _ := c.read(); uses != 0 || spent != 0 {
		t.Errorf("a dry run counts: %d uses, %s", uses, spent)
	}
	c.mu.Lock()
	c.refuse = fault.New(fault.Forbidden, "approval_required", "It is used up.")
	c.mu.Unlock()
	if resp, body := h.ask(question); resp.StatusCode != http.StatusForbidden || !strings.Contains(body, "It is used up.") {
		t.Errorf("used up: %d %s", resp.StatusCode, body)
	}
	h.books.only(t, 2) // and no money is held
}

func TestSeveralAttemptsAreOneUse(t *testing.T) {
	t.Parallel()
	h, c := approved(t, policy.Rule{Deny: []string{"up-model"}, MayAsk: true}, nil)
	h.provide("up", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"error":{"message":"busy"}}`, http.StatusServiceUnavailable)
	})
	h.provide("up", says(answer))
	if resp, body := h.ask(question); resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	if uses, _, again := c.read(); uses != 1 || again != 1 {
		t.Errorf("%d uses, %d more attempts", uses, again)
	}
}
