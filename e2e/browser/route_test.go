package browser

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A rule is built from a template, refused, replayed against what was asked, saved, tried, met by a real request, and rolled
// back.
func TestARuleIsBuiltReplayedPublishedAndRolledBack(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=sandbox,kind=sandbox"}, Models: []string{"smart=sandbox/sandbox-chat"}})
	for range 3 {
		if err := tagged(g, g.VirtualKey, ""); err != nil {
			t.Fatal(err)
		}
	}
	base := "/aliases/" + aliasID(t, g, "smart") + "/rules"
	b := open(t, g.URL)
	b.provokes(422)
	b.logIn("admin@acme.test")
	b.finds("/requests", "sandbox-chat")
	b.goTo(base)
	b.sees("No rules yet")
	b.press("Add from template: Long context")
	b.sees("Rule 1")
	b.fill("Value", "1")
	b.fill("First", "nope/x")
	b.press("Save rules")
	b.sees("There is no connection")
	b.fill("First", "sandbox/sandbox-reasoning")
	b.fitsEveryScreen("route-rule-built")
	b.press("Replay against this draft")
	b.sees("of 3 judged requests")
	b.sees("sandbox/sandbox-reasoning")
	b.fitsEveryScreen("route-rule-replayed")
	b.press("Back to the draft")
	b.sees("Rule 1")
	if at := answeredBy(t, g); at != "sandbox-chat" {
		t.Errorf("a draft decides already: %s", at)
	}
	b.press("Save rules")
	b.sees("Saved. The next request goes by these rules.")
	b.press("Dry run")
	b.press("Try it")
	b.sees("rule long context")
	b.sees("What each rule said")
	b.fitsEveryScreen("route-rule-tried")
	harness.Wait(t, "the rule to decide", func() bool { return answeredBy(t, g) == "sandbox-reasoning" })
	b.press("Versions")
	b.sees("in force")
	b.fitsEveryScreen("route-rule-versions")
	b.press("Roll back")
	b.sees("Go back to version 1?")
	b.run("confirm", chromedp.Click(".b-confirm[open] button", chromedp.ByQuery))
	b.sees("Rolled back")
	b.goTo(base)
	b.sees("No rules yet")
	harness.Wait(t, "the rule to be gone", func() bool { return answeredBy(t, g) == "sandbox-chat" })
}

// A target that is down shows as an outage; an admin acknowledges it, notes, and gives the connection rules of its own.
func TestAnOutageIsHandledAndRulesAreSet(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=sandbox,kind=sandbox"}, Models: []string{"smart=sandbox/sandbox-chat+status=503,sandbox/sandbox-chat"}})
	for range 10 {
		if err := tagged(g, g.VirtualKey, ""); err != nil {
			t.Fatal(err)
		}
	}
	b := open(t, g.URL)
	b.provokes(422)
	b.logIn("admin@acme.test")
	b.finds("/health", "Going on")
	b.fitsEveryScreen("health-outage-on")
	b.run("open the outage", chromedp.Click(`main a[href^="/health/outages/"]`, chromedp.ByQuery))
	b.sees("What its breaker did")
	b.press("Acknowledge")
	b.sees("Acknowledged: your colleagues see")
	b.press("Add note")
	b.sees("Write what you want to note.")
	b.fill("Note", "Their status page says so too.")
	b.press("Add note")
	b.sees("Noted.")
	b.fitsEveryScreen("health-outage")
	b.speaksForItself()
	b.canBeUsedWithTheKeyboard()
	b.goTo("/health")
	b.sees("acknowledged by admin@acme.test")
	b.press("Breaker rules")
	b.sees("8 in a row, or 8 in 30s if 50 %")
	b.run("edit the connection's", chromedp.Click(`main a[href^="/health/rules/edit?connection_id=con_"]`, chromedp.ByQuery))
	b.fill("Opens after failures in a row", "3")
	b.fill("Stays open for", "1h")
	b.press("Save")
	b.sees("Enter a time from 1s to 10m")
	b.fitsEveryScreen("health-rules-refused")
	b.fill("Stays open for", "20s")
	b.fill("Look at it every", "10s")
	b.press("Save")
	b.sees("Saved. The rules hold within a second, on every node.")
	b.sees("3 in a row")
	b.sees("every 10s")
	b.fitsEveryScreen("health-rules-set")
	deadline := time.Now().Add(time.Minute) // a look comes within ten seconds, at a random time
	for seen := false; !seen; {
		b.goTo("/health")
		b.ask("whether it was looked at", `document.body.innerText.includes('looked at') && document.body.innerText.includes('answered in')`, &seen)
		if !seen && time.Now().After(deadline) {
			b.fatal("nobody looked at the connection")
		}
		if !seen {
			time.Sleep(500 * time.Millisecond)
		}
	}
	b.fitsEveryScreen("health-looked-at")
}

// aliasID asks the management API for an alias's id.
func aliasID(t *testing.T, g *harness.Gateway, name string) string {
	t.Helper()
	q, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, g.URL+"/api/v1/aliases", nil)
	q.Header.Set("Authorization", "Bearer "+g.AdminToken)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var list struct{ Data []struct{ ID, Name string } }
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	for _, a := range list.Data {
		if a.Name == name {
			return a.ID
		}
	}
	t.Fatalf("no alias %s in %+v", name, list)
	return ""
}

// answeredBy asks for smart once and gives the model that answered.
func answeredBy(t *testing.T, g *harness.Gateway) string {
	t.Helper()
	q, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, g.ProxyURL+"/chat/completions", strings.NewReader(`{"model":"smart","max_tokens":400,"messages":[{"role":"user","content":"What is a gateway?"}]}`))
	q.Header.Set("Authorization", "Bearer "+g.VirtualKey)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.Header.Get("X-Bodhi-Model")
}
