package browser

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

var documented = flag.Bool("docs", false, "take the documentation's pictures anew, of a larger company; make pictures")

// shots are the documentation's pictures: of which page of a demo, and what has to be seen there. NAME.webp lies in docs/pictures.
var shots = []struct{ name, path, sees string }{
	{"home", "/", "Northwind"},
	{"costs", "/costs?by=team", "Platform"},
	{"budgets", "/budgets", "Engineering"},
	{"requests", "/requests", "claude"},
	{"request", "", "Attempt"},
	{"models", "/models/compare", "gpt-5-mini"},
	{"reliability", "/reliability", "When it is slow"},
}

// TestTheDocumentationsPictures looks at the pages that the documentation shows, in a company that `bodhi demo` makes: so a picture of
// what is there no more fails here. With -docs it takes them.
func TestTheDocumentationsPictures(t *testing.T) {
	t.Parallel()
	g := harness.Empty(t)
	g.Stop(t)
	size := []string{"--people", "30", "--days", "20", "--requests", "400"}
	if *documented {
		size = []string{"--people", "120", "--days", "90", "--requests", "40000"}
	}
	var made struct{ Email, Password string }
	if err := json.Unmarshal(g.Run(t, append([]string{"demo", "--org", "Northwind", "--json"}, size...)...), &made); err != nil {
		t.Fatal(err)
	}
	g.Serve(t)
	b := open(t, g.URL)
	b.goTo("/log-in")
	b.fill("E-mail", made.Email)
	b.fill("Password", made.Password)
	b.press("Log in")
	b.sees("Home")
	b.run("hide the scrollbars", emulation.SetScrollbarsHidden(true))
	b.through(screens[0])
	for _, s := range shots {
		if s.path == "" {
			s.path = b.links("main .b-row-link")[0] // of the page before
		}
		b.goTo(s.path)
		b.sees(s.sees)
		if *documented {
			b.document(s.name)
		}
	}
}

// document keeps what the window shows as a picture of the documentation.
func (b *tab) document(name string) {
	b.t.Helper()
	var webp []byte
	b.run("take a picture", chromedp.ActionFunc(func(ctx context.Context) (err error) {
		webp, err = page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatWebp).WithQuality(80).Do(ctx)
		return err
	}))
	if err := os.WriteFile(filepath.Join(harness.Root(), "docs", "pictures", name+".webp"), webp, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Each picture is shown somewhere and is taken by the test above, and all of them are small: everybody who clones has them.
func TestEachPictureIsShown(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(harness.Root(), "docs", "pictures", "*"))
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"README.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		more, err := filepath.Glob(filepath.Join(harness.Root(), pattern))
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, more...)
	}
	var shown string
	for _, name := range texts {
		if !filepath.IsAbs(name) {
			name = filepath.Join(harness.Root(), name)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		shown += string(text)
	}
	const most = 600 << 10 // bytes
	taken, all := map[string]bool{}, int64(0)
	for _, s := range shots {
		taken[s.name+".webp"] = true
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		all += info.Size()
		if name := filepath.Base(file); !taken[name] || !strings.Contains(shown, "pictures/"+name+")") {
			t.Errorf("docs/pictures/%s is taken by no test (%v), or no page shows it", name, !taken[name])
		}
	}
	if len(files) != len(shots) || all > most {
		t.Errorf("%d pictures of %d, %d bytes of at most %d", len(files), len(shots), all, most)
	}
}
