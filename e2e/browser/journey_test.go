package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// The promise of the product's first minute: sign up, make a key, point the official SDK at the tenant's URL, see the
// request and its exact cost.
func TestAFirstAnswerWithinAMinute(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	began := time.Now()

	b.signUp("Acme & Söhne", "ada@acme.test")
	b.sees("Three steps to the first answer")
	baseURL := b.text("#base-url")
	if !strings.HasPrefix(baseURL, b.base+"/t/") || !strings.HasSuffix(baseURL, "/v1") {
		t.Errorf("the base URL is %q", baseURL)
	}

	b.goTo("/keys")
	b.press("Create the first key")
	b.fill("Name", "Ada's laptop")
	b.press("Create key")
	b.sees("Copy this key now")
	secret := b.copied("#secret")
	if secret != b.text("#secret") || !strings.HasPrefix(secret, "bdh_live_") {
		t.Errorf("copied %d characters that do not look like the key", len(secret))
	}

	b.goTo("/")
	b.sees("Waiting for your first request")
	usage := chat(t, baseURL, secret, "smart")
	b.sees("Your first request arrived") // by itself, nobody reloads
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	cost := price(usage)
	b.sees(cost)

	b.press("See what happened to it")
	b.sees(cost)
	b.sees("sandbox-chat")
	b.goTo("/requests")
	b.sees("sandbox-chat")
	b.goTo("/keys")
	b.neverSees(secret)
}

// Everything of the first minute works without JavaScript as well: real links, real forms.
func TestWithoutScriptsItIsTheSame(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.withoutScripts()

	b.signUp("Plain", "ada@plain.test")
	baseURL := b.text("#base-url")
	b.goTo("/keys/new")
	b.provokes(422)
	b.press("Create key")
	b.sees("Enter a name") // refused, and the form is still there
	b.fill("Name", "plain key")
	b.press("Create key")
	secret := b.text("#secret")
	cost := price(chat(t, baseURL, secret, "sandbox-chat"))
	b.finds("/requests", "sandbox-chat")
	b.finds("/", cost)
}

// signUp makes an organization and its admin, who is logged in then.
func (b *tab) signUp(organization, email string) {
	b.t.Helper()
	b.goTo("/sign-up")
	b.fill("Organization", organization)
	b.fill("Your name", "Ada Lovelace")
	b.fill("E-mail", email)
	b.fill("Password", "correct horse battery staple")
	b.press("Create organization")
	b.sees("Where should requests go?")
	b.goTo("/")
	b.sees("Three steps")
}

// copied presses the copy button of a block of code and reads the clipboard.
func (b *tab) copied(selector string) string {
	b.t.Helper()
	var out string
	b.run("copy "+selector,
		browser.GrantPermissions([]browser.PermissionType{browser.PermissionTypeClipboardReadWrite, browser.PermissionTypeClipboardSanitizedWrite}).WithOrigin(b.base),
		chromedp.Click(fmt.Sprintf(`button[data-copy=%q]`, selector), chromedp.ByQuery),
		chromedp.Sleep(200*time.Millisecond),
		chromedp.Evaluate(`navigator.clipboard.readText()`, &out, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return out
}

// chat sends one streamed request with OpenAI's own client, reads it out, and gives the usage it was told.
func chat(t *testing.T, baseURL, key, model string) openai.CompletionUsage {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := openai.NewClient(option.WithBaseURL(baseURL), option.WithAPIKey(key))
	stream := client.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{
		Model:         model,
		Messages:      []openai.ChatCompletionMessageParamUnion{openai.UserMessage("What is a gateway, in one sentence?")},
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	})
	var usage openai.CompletionUsage
	text := ""
	for stream.Next() {
		chunk := stream.Current()
		if len(chunk.Choices) > 0 {
			text += chunk.Choices[0].Delta.Content
		}
		if chunk.Usage.TotalTokens > 0 {
			usage = chunk.Usage
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if text == "" || usage.CompletionTokens == 0 {
		t.Fatalf("the stream said %q and counted %+v", text, usage)
	}
	return usage
}

// price is what sandbox-chat costs: $1.00 in, $0.10 cached, $4.00 out per million tokens, in dollars to the last digit.
func price(u openai.CompletionUsage) string {
	cached := u.PromptTokensDetails.CachedTokens
	nanos := (u.PromptTokens-cached)*1000 + cached*100 + u.CompletionTokens*4000
	return strings.TrimRight(fmt.Sprintf("%d.%09d", nanos/1_000_000_000, nanos%1_000_000_000), "0")
}
