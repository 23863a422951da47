package manual_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bodhi-gateway/bodhi/app/manual"
	"github.com/bodhi-gateway/bodhi/docs"
)

func TestLinksBetweenFilesBecomeLinksBetweenPages(t *testing.T) {
	t.Parallel()
	m, err := manual.New(fstest.MapFS{
		"README.md":          {Data: []byte("# All `pages`\n\n[keys](how-to/keys.md), [architecture](../ARCHITECTURE.md)\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n")},
		"how-to/keys.md":     {Data: []byte("# Keys\n\n## How long\n\n[api](../reference/api.md#keys) [out](https://example.com/) [here](#how-long)\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n")},
		"reference/api.md":   {Data: []byte("# API\n\n[first](../README.md)\n")},
		"explanation/why.md": {Data: []byte("# Why\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	first, ok := m.Find("")
	if !ok || first.Title != "All pages" || first.Href() != "/docs" {
		t.Errorf("the first page: %+v", first)
	}
	for _, bad := range []string{"<script", "ARCHITECTURE.md", "javascript:"} {
		if strings.Contains(first.HTML, bad) {
			t.Errorf("the first page has %q:\n%s", bad, first.HTML)
		}
	}
	if !strings.Contains(first.HTML, `href="/docs/how-to/keys"`) || !strings.Contains(first.HTML, ", architecture") {
		t.Errorf("the first page:\n%s", first.HTML)
	}
	keys, _ := m.Find("how-to/keys/")
	for _, want := range []string{`href="/docs/reference/api#keys"`, `href="https://example.com/"`, `href="#how-long"`, `id="how-long"`, `align="right"`} {
		if !strings.Contains(keys.HTML, want) {
			t.Errorf("a page lacks %s:\n%s", want, keys.HTML)
		}
	}
	if strings.Contains(keys.HTML, "style=") {
		t.Errorf("inline styles:\n%s", keys.HTML)
	}
	if api, _ := m.Find("reference/api"); !strings.Contains(api.HTML, `href="/docs"`) {
		t.Errorf("back to the first page:\n%s", api.HTML)
	}
}

func TestEveryPageOfOursHasATitleAndNothingInline(t *testing.T) {
	t.Parallel()
	m, err := manual.New(docs.Pages)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, part := range m.Parts {
		for _, p := range part.Pages {
			n++
			if p.Title == "" || strings.Contains(p.HTML, " style=") || strings.Contains(p.HTML, `.md"`) {
				t.Errorf("%s (%q) has no title, an inline style or a link to a file", p.Name, p.Title)
			}
		}
	}
	if n < 30 {
		t.Errorf("there are %d pages", n)
	}
}

// Pictures are not in the program, so a page must not ask for them; a paragraph of nothing else goes with its picture.
func TestPicturesAreLeftOut(t *testing.T) {
	t.Parallel()
	m, err := manual.New(fstest.MapFS{"README.md": {Data: []byte("# All\n\n![Costs by team](pictures/costs.webp)\n\nSee ![this](pictures/this.webp) here.\n")}})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := m.Find("")
	if strings.Contains(p.HTML, "<img") || strings.Contains(p.HTML, "<p></p>") || strings.Contains(p.HTML, "Costs by team") || !strings.Contains(p.HTML, "<p>See  here.</p>") {
		t.Errorf("the page:\n%s", p.HTML)
	}
}

func TestTheChangelogHasNoTitleOfItsOwn(t *testing.T) {
	t.Parallel()
	m, err := manual.New(docs.Pages)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Changes("# Changelog\n\nAll of it.\n\n## 1.0\n\n- [Start](docs/README.md)\n")
	if err != nil || strings.Contains(got, "<h1") || !strings.Contains(got, "<h2") || !strings.Contains(got, "All of it.") {
		t.Errorf("%v: %s", err, got)
	}
}
