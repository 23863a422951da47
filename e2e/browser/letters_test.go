package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// inLetters are axe-core's rules that do not concern letters: a mail client shows them inside of a page of its own.
const inLetters = "landmark-one-main,region,page-has-heading-one,bypass"

// attached is a picture that comes with a letter, which only mail clients know.
var attached = regexp.MustCompile(`src="cid:[^"]+"`)

// TestLettersAreForEverybody judges letters by axe-core as mail clients show them, light and dark, wide and narrow: an invitation, a
// forgotten password, and a month's report with its charts.
func TestLettersAreForEverybody(t *testing.T) {
	t.Parallel()
	g := harness.Empty(t)
	g.Stop(t)
	var shown struct{ Email, Password string }
	if err := json.Unmarshal(g.Run(t, "demo", "--people", "12", "--days", "60", "--requests", "2000", "--json"), &shown); err != nil {
		t.Fatal(err)
	}
	g.Serve(t)
	b := open(t, g.URL)
	b.goTo("/forgot-password")
	b.fill("E-mail", shown.Email)
	b.press("Send the link")
	b.sees("Look into your inbox")
	b.goTo("/log-in")
	b.fill("E-mail", shown.Email)
	b.fill("Password", shown.Password)
	b.press("Log in")
	b.sees("Home")
	b.goTo("/invitations/new")
	b.fill("E-mail", "grace@acme.test")
	b.press("Invite")
	b.sees("grace@acme.test")
	b.goTo("/reports/new")
	b.tick("Monthly report")
	b.choose("About", "Northwind Demo")
	b.press("Set up")
	b.sees("Send now")
	b.press("Send now")
	b.press("Send")
	b.sees("As the mail")
	get := func(path string) string {
		resp, err := http.Get(g.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, _ := io.ReadAll(resp.Body)
		return string(text)
	}
	letters := regexp.MustCompile(`href="(/dev/mail/[^"/]+)"[^>]*>\s*([^<]+)`)
	var found [][]string
	harness.Wait(t, "the letters", func() bool {
		found = letters.FindAllStringSubmatch(get("/dev/mail"), -1)
		all := fmt.Sprint(found)
		return strings.Contains(all, "Join Northwind") && strings.Contains(all, "password") && strings.Contains(all, "report")
	})
	for i, l := range found {
		html := attached.ReplaceAllString(get(l[1]+"/html"), `src="data:image/gif;base64,R0lGODlhAQABAAAAACw="`)
		for _, s := range screens {
			b.letter(html, s)
			if wrong := b.without(inLetters); len(wrong) > 0 {
				t.Errorf("%s, %s: %q", strings.TrimSpace(l[2]), s, wrong)
			}
			var width int64
			b.ask("measure", `document.documentElement.scrollWidth`, &width)
			if width > s.width {
				t.Errorf("%s, %s: it is %d wide", strings.TrimSpace(l[2]), s, width)
			}
			b.picture("letter-" + string(rune('a'+i)) + "-" + s.String())
		}
	}
}

// letter shows a letter by itself on a screen.
func (b *tab) letter(html string, s screen) {
	b.t.Helper()
	b.run("show a letter", chromedp.Navigate("about:blank"), emulation.SetDeviceMetricsOverride(s.width, s.height, 1, s.width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}}),
		chromedp.ActionFunc(func(ctx context.Context) error {
			tree, err := page.GetFrameTree().Do(ctx)
			if err != nil {
				return err
			}
			return page.SetDocumentContent(tree.Frame.ID, html).Do(ctx)
		}))
}
