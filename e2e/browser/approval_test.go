package browser

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A model that needs an approval: a developer is refused with an address, asks there after logging in, a manager decides by
// the link in a letter without logging in, and the same call passes.
func TestARefusalLeadsToAnApprovalByMail(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=sandbox,kind=sandbox"}, Models: []string{"smart=sandbox/sandbox-chat"}})
	join(t, g, "Grace Hopper", "grace@acme.test")

	admin := open(t, g.URL)
	admin.logIn("admin@acme.test")
	admin.goTo("/policies/new")
	admin.fill("Never these models", "sandbox-chat")
	admin.tick("These models may be asked for")
	admin.fill("One request needs an approval above", "1")
	admin.choose("Who may approve", "Organization admin")
	admin.judged("approval-policy-new")
	admin.press("Set policy")
	admin.sees("With approval")
	admin.judged("approval-policy")

	asker := open(t, g.URL)
	asker.logIn("grace@acme.test")
	asker.goTo("/keys/new")
	asker.fill("Name", "Grace's laptop")
	asker.press("Create key")
	secret := asker.text("#secret")
	var refused *openai.Error
	harness.Wait(t, "the policy to bind", func() bool { return errors.As(tagged(g, secret, ""), &refused) })
	where := regexp.MustCompile(`https?://\S+/approvals/new\S+`).FindString(refused.Message)
	if refused.StatusCode != http.StatusForbidden || refused.Code != "approval_required" || where == "" || refused.Response.Header.Get("x-should-retry") != "false" {
		t.Fatalf("refused with %d %q: %s", refused.StatusCode, refused.Code, refused.Message)
	}
	asker.leave()
	asker.sees("Forgot")
	asker.goTo(strings.TrimPrefix(where, g.URL))
	asker.fill("E-mail", "grace@acme.test")
	asker.fill("Password", "correct horse battery staple")
	asker.press("Log in")
	asker.sees("Ask for an approval") // and not the start page
	asker.sees("Grace's laptop")
	asker.judged("approval-ask")
	asker.provokes(422)
	asker.fill("How many requests", "1")
	asker.press("Send request")
	asker.sees("Say what it is for")
	asker.fill("Why", "The evaluation of Friday")
	asker.press("Send request")
	asker.sees("Request sent.")
	asker.sees("Waiting")
	asker.judged("approval-inbox-asker")

	admin.goTo("/approvals")
	admin.sees("The evaluation of Friday")
	admin.judged("approval-inbox")
	if n := admin.text(`.b-nav-link[href="/approvals"] .b-nav-badge`); !strings.HasPrefix(n, "1") {
		t.Errorf("the number in the navigation is %q", n)
	}

	stranger := open(t, g.URL)
	link := letter(t, g, "grace@acme.test asks for the model smart")
	stranger.goTo(strings.TrimPrefix(link, g.URL))
	stranger.sees("grace@acme.test asks for the model smart")
	stranger.judged("approval-decide")
	if err := tagged(g, secret, ""); err == nil {
		t.Fatal("opening the link decided")
	}
	stranger.press("Approve")
	stranger.sees("Approved: the model smart")
	began := time.Now()
	harness.Wait(t, "the approval to bind", func() bool { return tagged(g, secret, "") == nil })
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if err := tagged(g, secret, ""); !errors.As(err, &refused) || refused.Code != "approval_required" {
		t.Errorf("a second request on an approval for one: %v", err)
	}
	stranger.provokes(404)
	stranger.goTo(strings.TrimPrefix(link, g.URL))
	stranger.sees("It works once")
	asker.finds("/approvals?state=ended", "Used once")
	asker.judged("approval-ended")
	_ = letter(t, g, "Approved: the model smart")
	admin.finds("/audit?action=approval.approved", "Link in a mail")
}

// A request that could cost too much is refused with its cost, which the form knows.
func TestACostlyRequestIsAskedForWithItsCost(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=sandbox,kind=sandbox"}, Models: []string{"smart=sandbox/sandbox-chat"}})
	join(t, g, "Grace Hopper", "grace@acme.test")
	admin := open(t, g.URL)
	admin.logIn("admin@acme.test")
	admin.goTo("/policies/new")
	admin.fill("One request needs an approval above", "0.01")
	admin.press("Set policy")
	admin.sees("models remain")
	asker := open(t, g.URL)
	asker.logIn("grace@acme.test")
	asker.goTo("/keys/new")
	asker.fill("Name", "Grace's laptop")
	asker.press("Create key")
	secret := asker.text("#secret")
	large := func() error {
		client := openai.NewClient(option.WithBaseURL(g.ProxyURL), option.WithAPIKey(secret))
		_, err := client.Chat.Completions.New(context.Background(), openai.ChatCompletionNewParams{Model: "smart",
			Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("What is a gateway?")}, MaxTokens: openai.Int(4000)})
		return err
	}
	var refused *openai.Error
	harness.Wait(t, "the policy to bind", func() bool { return errors.As(large(), &refused) })
	where := regexp.MustCompile(`https?://\S+/approvals/new\S+`).FindString(refused.Message)
	u, err := url.Parse(where)
	if err != nil || u.Query().Get("cost") == "" {
		t.Fatalf("refused: %s", refused.Message)
	}
	if err := tagged(g, secret, ""); err != nil {
		t.Errorf("a small request: %v", err)
	}
	asker.goTo(u.RequestURI())
	asker.sees("asks for an approval above $0.01")
	asker.judged("approval-ask-cost")
	asker.fill("Why", "One long answer")
	asker.press("Send request")
	asker.sees("Request sent.")
	admin.goTo("/approvals")
	admin.press("Approve")
	admin.sees("Approved. The same request of grace@acme.test passes")
	harness.Wait(t, "the approval to bind", func() bool { return large() == nil })
}

// letter is the link in the newest letter of the mailbox with this subject. It waits for the letter.
func letter(t *testing.T, g *harness.Gateway, subject string) (link string) {
	t.Helper()
	read := func(path string) string {
		resp, err := http.Get(g.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		b, _ := io.ReadAll(resp.Body)
		return string(b)
	}
	one := regexp.MustCompile(`href="(/dev/mail/[^"/]+)"[^>]*>\s*` + regexp.QuoteMeta(subject))
	harness.Wait(t, "a letter: "+subject, func() bool {
		m := one.FindStringSubmatch(read("/dev/mail"))
		if m == nil {
			return false
		}
		l := regexp.MustCompile(`class="b-break" href="([^"]+)"`).FindStringSubmatch(read(m[1]))
		if l != nil {
			link = l[1]
		}
		return l != nil
	})
	return link
}
