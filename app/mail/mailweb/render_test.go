package mailweb_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/mailweb"
)

var letter = mail.Letter{Subject: "Join <Acme>", Heading: "Join <Acme> & friends",
	Text:   []string{strings.Repeat("word ", 40), `<script>alert("x")</script>`},
	Facts:  []mail.Fact{{Label: "Role", Value: "Team lead"}, {Label: "Until", Value: "3 Dec 2026, 12:00 UTC"}},
	Action: mail.Action{Label: "Accept", URL: "https://ai.example.com/invitation?t=" + strings.Repeat("x", 120)},
	Foot:   []string{"If you do not know Acme, do nothing."}}

func TestThePlainTextSaysEverythingTheHTMLSays(t *testing.T) {
	t.Parallel()
	text, page, err := mailweb.Render(letter)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Join <Acme> & friends", `<script>alert("x")</script>`, "Role: Team lead", "Until: 3 Dec 2026, 12:00 UTC",
		"Accept:\n" + letter.Action.URL + "\n", "\n-- \nIf you do not know Acme"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > 76 && !strings.HasPrefix(line, "https://") {
			t.Errorf("a line of %d characters: %q", len(line), line)
		}
	}
	seen := visible(t, page)
	for _, want := range []string{"Join <Acme> & friends", "Team lead", "3 Dec 2026, 12:00 UTC", "Accept", letter.Action.URL, "If you do not know Acme"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the HTML lacks %q", want)
		}
	}
}

func TestTheHTMLLoadsAndRunsNothing(t *testing.T) {
	t.Parallel()
	_, page, err := mailweb.Render(letter)
	if err != nil {
		t.Fatal(err)
	}
	if len(page) > 100<<10 {
		t.Errorf("%d bytes: some clients cut mails above 100 KB", len(page))
	}
	for _, bad := range []string{"<img", "<script", "<link", "src=", "url(", "@import"} {
		if strings.Contains(strings.ToLower(page), bad) {
			t.Errorf("the mail has %q", bad)
		}
	}
	for _, want := range []string{`name="color-scheme" content="light dark"`, "prefers-color-scheme: dark", `scope="row"`, `lang="en"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the mail lacks %q", want)
		}
	}
	if strings.Contains(page, "zTempl") || !strings.Contains(page, "font-family:-apple-system") || strings.Contains(page, "&amp;#") {
		t.Error("a style was taken for unsafe and dropped")
	}
	bad := letter
	bad.Action.URL = "javascript:alert(1)"
	if _, page, _ := mailweb.Render(bad); strings.Contains(page, `href="javascript`) {
		t.Error("a link may run code")
	}
}

func visible(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return b.String()
}

func TestSectionsSayTheSameInBothForms(t *testing.T) {
	t.Parallel()
	long := letter
	long.Sections = []mail.Section{
		{Heading: "Spend by day", Picture: &mail.Picture{Name: "chart.png", Alt: "Mon 12.00, Tue 13.00 & more", Width: 494, Height: 190, PNG: []byte("x")}},
		{Heading: "By <team>", Table: &mail.Table{Columns: []string{"Team", "Spent (USD)", "Change"}, Rows: [][]string{{"Search", "12.00", "+3 %"}, {"Others", "1.00", ""}}}},
		{Heading: "Worth a look", Text: []string{"Something cheaper."}},
	}
	text, page, err := mailweb.Render(long)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SPEND BY DAY\nMon 12.00, Tue 13.00 & more", "BY <TEAM>\n- Search: Spent (USD) 12.00, Change +3 %\n- Others: Spent (USD) 1.00\n", "WORTH A LOOK\nSomething cheaper."} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	for _, want := range []string{`<img src="cid:chart.png" alt="Mon 12.00, Tue 13.00 &amp; more" width="494" height="190"`, `scope="col"`, "By &lt;team&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the HTML lacks %q", want)
		}
	}
	if seen := visible(t, page); !strings.Contains(seen, "Search") || !strings.Contains(seen, "+3 %") || !strings.Contains(seen, "Something cheaper.") {
		t.Errorf("the HTML says only %s", seen)
	}
	if strings.Contains(page, "zTempl") {
		t.Error("a style was taken for unsafe and dropped")
	}
}
