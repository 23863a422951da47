package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A project's budget in tokens stops a request; whoever sent it finds out why, asks for more, and a manager grants it.
// Both use a browser of their own.
func TestARefusedRequestIsExplainedAskedForAndGranted(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=sandbox,kind=sandbox"}, Models: []string{"smart=sandbox/sandbox-chat"}})
	join(t, g, "Grace Hopper", "grace@acme.test")

	manager := open(t, g.URL)
	manager.logIn("admin@acme.test")
	manager.goTo("/budgets/new")
	manager.choose("Where", "A tag, such as project=apollo")
	manager.fill("Tag", "project=apollo")
	manager.tick("Tokens")
	manager.fill("Limit", "100")
	manager.press("Set budget")
	manager.sees("Tag project=apollo")
	manager.sees("0 tokens of 100 tokens")

	asker := open(t, g.URL)
	asker.logIn("grace@acme.test")
	asker.goTo("/keys/new")
	asker.fill("Name", "Grace's laptop")
	asker.press("Create key")
	secret := asker.text("#secret")
	if err := tagged(g, secret, "project=apollo"); err == nil || !strings.Contains(err.Error(), "402") {
		t.Fatalf("a request beyond the budget: %v", err)
	}
	for _, free := range []string{"project=zeus", ""} {
		if err := tagged(g, secret, free); err != nil {
			t.Fatalf("with the tags %q: %v", free, err)
		}
	}
	asker.finds("/requests?code=budget_exhausted", "402 budget exhausted")
	asker.run("open the refused request", chromedp.Click("tbody .b-row-link", chromedp.ByQuery))
	asker.sees("Why this was refused")
	asker.sees("Tag project=apollo: monthly budget of 100 tokens")
	asker.sees("It would have needed at least")
	asker.press("Ask for more")
	asker.sees("Ask for more of Tag project=apollo")
	asker.fill("How much more", "5,000")
	asker.press("Send request")
	asker.sees("Request sent.")
	asker.sees("5,000 tokens")

	manager.goTo("/budgets")
	manager.press("Requests for more")
	manager.sees("Tag project=apollo")
	manager.sees("grace@acme.test")
	manager.press("Approve")
	manager.sees("Approved. grace@acme.test can spend it")

	harness.Wait(t, "the grant to bind", func() bool { return tagged(g, secret, "project=apollo") == nil })
	asker.goTo("/approvals?state=approved")
	asker.sees("Decided by admin@acme.test")
	manager.finds("/budgets?q=apollo", "of 5,100 tokens")
	manager.finds("/costs?by=project", "apollo")
	manager.sees("Not tagged with a project")
}

// A limit is changed in its row; lowering it below what is spent asks first. The same works without scripts on a page of
// its own.
func TestALimitIsChangedInItsRow(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=sandbox,kind=sandbox"}, Models: []string{"smart=sandbox/sandbox-chat"}, Budget: "5/monthly/hard"})
	if err := tagged(g, g.VirtualKey, ""); err != nil {
		t.Fatal(err)
	}
	b := open(t, g.URL)
	b.provokes(422)
	b.logIn("admin@acme.test")
	b.goTo("/budgets")
	b.press("Edit Whole organization")
	b.sees("At the limit")
	if at := b.at(); at != "/budgets" {
		t.Errorf("the form is at %s, not in the row", at)
	}
	b.fill("Limit", "0.000000001")
	b.press("Save")
	b.sees("This would block requests at once")
	b.sees("1 key")
	b.press("Block them now")
	b.sees("Budget of Acme saved.")

	b.withoutScripts()
	b.goTo("/budgets")
	b.press("Edit Whole organization")
	b.fill("Limit", "7")
	b.press("Save")
	b.sees("Budget of Acme saved.")
	b.sees("of $7.00")
}

// join adds a developer to the organization's first team.
func join(t *testing.T, g *harness.Gateway, name, email string) {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"name": name, "email": email, "role": "developer", "teams": []string{g.TeamID}, "password": "correct horse battery staple"})
	q, err := http.NewRequest(http.MethodPost, g.URL+"/api/v1/members", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+g.AdminToken)
	q.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("join: %d", resp.StatusCode)
	}
}

// tagged sends one small request that carries tags.
func tagged(g *harness.Gateway, key, tags string) error {
	client := openai.NewClient(option.WithBaseURL(g.ProxyURL), option.WithAPIKey(key), option.WithHeader("x-bodhi-tags", tags))
	_, err := client.Chat.Completions.New(context.Background(), openai.ChatCompletionNewParams{Model: "smart",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("What is a gateway?")}, MaxTokens: openai.Int(400)})
	return err
}

func (b *tab) logIn(email string) {
	b.t.Helper()
	b.goTo("/log-in")
	b.fill("E-mail", email)
	b.fill("Password", "correct horse battery staple")
	b.press("Log in")
	b.sees("Home")
}

// choose picks an option of a drop-down list by its words, as a person would.
func (b *tab) choose(label, option string) {
	b.t.Helper()
	b.steady("choose "+option, func() []chromedp.Action {
		selector := b.labelled(label)
		var value string
		b.until(fmt.Sprintf("the option %q", option), fmt.Sprintf(`[...document.querySelector(%q).options].find(o => o.text.trim() === %q)?.value ?? ''`, selector, option), &value)
		return []chromedp.Action{chromedp.SetValue(selector, value, chromedp.ByQuery),
			chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).dispatchEvent(new Event('change', { bubbles: true }))`, selector), nil)}
	})
}

// tick clicks the radio button or checkbox with this label.
func (b *tab) tick(label string) {
	b.t.Helper()
	b.steady("tick "+label, func() []chromedp.Action {
		var found bool
		b.until(fmt.Sprintf("a choice %q", label), fmt.Sprintf(`(() => {
			document.querySelectorAll('[data-e2e-tick]').forEach(e => e.removeAttribute('data-e2e-tick'))
			const e = [...document.querySelectorAll('label')].find(l => l.querySelector('input') && l.innerText.trim().startsWith(%q))
			if (e) e.setAttribute('data-e2e-tick', '')
			return !!e
		})()`, label), &found)
		return []chromedp.Action{chromedp.Click("[data-e2e-tick]", chromedp.ByQuery)}
	})
}
