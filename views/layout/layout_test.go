package layout

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/static"
)

func draw(t *testing.T, frame func(Shell) templ.Component, s Shell) string {
	t.Helper()
	content := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<p>the content</p>")
		return err
	})
	var b strings.Builder
	if err := frame(s).Render(templ.WithChildren(t.Context(), content), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var member = Shell{Title: "Keys <&>", Active: "keys", OrgName: "Acme <Robotics>", MemberName: "Ada Lovelace", MemberEmail: "ada@acme.test", RoleTitle: "Team lead", Flash: "Key <created>."}

func TestAPageHasItsLandmarksAndMarksWhereItIs(t *testing.T) {
	t.Parallel()
	page := draw(t, Page, member)
	for _, want := range []string{
		"<!doctype html>", `<html lang="en">`, "<title>Keys &lt;&amp;&gt; · Bodhi Gateway</title>", `href="#content">Skip to content`, `<main class="b-main" id="content"`,
		`aria-label="Main"`, `href="/keys" aria-current="page"`, "Acme &lt;Robotics&gt;", ">AL<", "Key &lt;created&gt;.", `action="/log-out"`, "<p>the content</p>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(page, `aria-current="page"`); n != 1 {
		t.Errorf("%d entries are marked as the present page", n)
	}
	if n := strings.Count(page, "the content"); n != 1 {
		t.Errorf("the content stands there %d times", n)
	}
}

// Team leads invite, and managers decide about who asks to join: they need the way there as admins do.
func TestWhoInvitesFindsJoining(t *testing.T) {
	t.Parallel()
	leads := func(d Destination) bool { return d.Href == "/invitations" }
	if page := draw(t, Page, member); strings.Contains(page, `href="/invitations"`) || slices.ContainsFunc(Destinations(member), leads) {
		t.Error("it is offered to who may not open it")
	}
	lead := member
	lead.MayLimit = true
	if page := draw(t, Page, lead); !strings.Contains(page, `href="/invitations"`) || strings.Contains(page, `href="/settings"`) {
		t.Error("the navigation of a team lead lacks it, or has what is for admins")
	}
	n := 0
	for _, d := range Destinations(lead) {
		if leads(d) {
			n++
		}
	}
	if n != 2 { // the page, and to invite people
		t.Errorf("the palette has %d ways there", n)
	}
}

func TestThePlainFrameHasNoNavigation(t *testing.T) {
	t.Parallel()
	page := draw(t, Plain, Shell{Title: "Log in"})
	if strings.Contains(page, "<nav") || strings.Contains(page, "log-out") || !strings.Contains(page, "<p>the content</p>") {
		t.Errorf("got\n%s", page)
	}
}

func TestEveryFileThatAPageNamesIsServed(t *testing.T) {
	t.Parallel()
	page := draw(t, Page, member)
	urls := map[string]bool{}
	for _, name := range static.Names() {
		urls[static.URL(name)] = true
	}
	n := 0
	for rest := page; ; {
		_, after, found := strings.Cut(rest, `"`+static.Prefix)
		if !found {
			break
		}
		name, tail, _ := strings.Cut(after, `"`)
		if n++; !urls[static.Prefix+name] {
			t.Errorf("%s is not served", static.Prefix+name)
		}
		rest = tail
	}
	if n < 6 {
		t.Errorf("the page names only %d files", n)
	}
}

func TestTheThemeIsPrintedOnlyIfChosen(t *testing.T) {
	t.Parallel()
	if page := draw(t, Page, member); strings.Contains(page, "data-bs-theme") {
		t.Error("a page without a choice names a theme; the system's would not count")
	}
	dark := member
	dark.Theme = "dark"
	if page := draw(t, Page, dark); !strings.Contains(page, `data-theme="dark" data-bs-theme="dark"`) {
		t.Error("the chosen theme is not printed, so the page would flash")
	}
}

func TestInitialsAreOfAnyAlphabet(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Ada Lovelace": "AL", "Ada": "A", "ada king noel": "AN", "Ólafur Ó": "ÓÓ", "": "X", "  ": "X", "张 伟": "张伟"} {
		if got := initials(name, "x@y.test"); got != want {
			t.Errorf("initials of %q are %q, want %q", name, got, want)
		}
	}
}

func TestAnErrorPageSaysWhatToDoAndCarriesItsID(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	f := Failure{Status: 503, Title: "Not available", Text: "Try <again>.", RequestID: "req_1", Retry: true}
	if err := Error(member, f).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Not available", "Try &lt;again&gt;.", "req_1", "Try again", `aria-label="Main"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
