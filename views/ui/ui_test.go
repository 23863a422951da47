package ui

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// render draws a component and parses what it drew.
func render(t *testing.T, c templ.Component) *html.Node {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// all are the elements below n with that name.
func all(n *html.Node, name string) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "*" || d.Data == name) {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestTheStylePageIsSoundHTML(t *testing.T) {
	t.Parallel()
	root := render(t, Styleguide())
	ids := map[string]bool{}
	for _, n := range all(root, "*") {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
				t.Errorf("<%s> has the inline attribute %s, which the content security policy drops", n.Data, a.Key)
			}
		}
		if n.Data == "style" || n.Data == "script" {
			t.Errorf("there is an inline <%s>", n.Data)
		}
		if id, ok := attr(n, "id"); ok {
			if ids[id] {
				t.Errorf("the id %q stands twice", id)
			}
			ids[id] = true
		}
	}
	for _, n := range all(root, "*") {
		for _, ref := range []string{"for", "aria-describedby", "aria-labelledby", "list"} {
			value, _ := attr(n, ref)
			for _, id := range strings.Fields(value) {
				if !ids[id] {
					t.Errorf("<%s %s=%q> refers to nothing", n.Data, ref, id)
				}
			}
		}
	}
	if n := len(all(root, "h1")); n != 1 {
		t.Errorf("there are %d h1, want one", n)
	}
}

func TestWhateverCanBePressedHasWords(t *testing.T) {
	t.Parallel()
	root := render(t, Styleguide())
	for _, name := range []string{"button", "a", "summary"} {
		for _, n := range all(root, name) {
			if text(n) == "" {
				t.Errorf("a <%s> has no text", name)
			}
		}
	}
	for _, n := range all(root, "svg") {
		if hidden, _ := attr(n, "aria-hidden"); hidden == "true" {
			continue
		}
		if role, _ := attr(n, "role"); role != "img" {
			t.Error("an <svg> is neither hidden from screen readers nor an image with a title")
		}
	}
}

func TestEveryIconIsVendored(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := Styleguide().Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, n := range all(render(t, Styleguide()), "svg") {
		class, _ := attr(n, "class")
		if class == "b-icon" && n.FirstChild == nil {
			t.Fatal("an icon is empty: list it in scripts/vendor.mjs, then run node scripts/vendor.mjs")
		}
	}
}

func TestAFieldTiesItsInputToLabelErrorAndHint(t *testing.T) {
	t.Parallel()
	root := render(t, Field(FieldProps{Name: "limit", Label: "Limit", Value: `a"<b>`, Hint: "In USD.", Error: "Write an amount.", Required: true}))
	input := all(root, "input")[0]
	for name, want := range map[string]string{"id": "f-limit", "name": "limit", "type": "text", "value": `a"<b>`,
		"aria-invalid": "true", "aria-describedby": "f-limit-error f-limit-hint"} {
		if got, _ := attr(input, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if _, ok := attr(input, "required"); !ok {
		t.Error("the input is not required")
	}
	if label, _ := attr(all(root, "label")[0], "for"); label != "f-limit" {
		t.Errorf("the label is for %q", label)
	}
}

func TestAGroupOfChoicesIsTiedToItsError(t *testing.T) {
	t.Parallel()
	root := render(t, Choices(ChoicesProps{Name: "enforce", Label: "At the limit", Error: "Choose one.", Options: []Option{{Value: "hard", Label: "Block"}}}))
	by, _ := attr(all(root, "fieldset")[0], "aria-describedby")
	said, _ := attr(all(root, "p")[0], "id")
	if by == "" || by != said || text(all(root, "p")[0]) != "Choose one." {
		t.Errorf("described by %q, the error is %q", by, said)
	}
}

func TestAFieldWithoutErrorIsNotMarkedWrong(t *testing.T) {
	t.Parallel()
	input := all(render(t, Field(FieldProps{Name: "a", Label: "A"})), "input")[0]
	for _, name := range []string{"aria-invalid", "aria-describedby", "required", "autofocus", "readonly"} {
		if got, ok := attr(input, name); ok {
			t.Errorf("it has %s=%q", name, got)
		}
	}
}

func TestSelectKeepsTheChoiceAndItsGroups(t *testing.T) {
	t.Parallel()
	root := render(t, Select(SelectProps{Name: "scope", Label: "Scope", Value: "t2", Options: []Option{
		{Value: "org", Label: "All"}, {Value: "t1", Label: "A", Group: "Teams"}, {Value: "t2", Label: "B", Group: "Teams"}}}))
	var chosen []string
	for _, o := range all(root, "option") {
		if _, ok := attr(o, "selected"); ok {
			v, _ := attr(o, "value")
			chosen = append(chosen, v)
		}
	}
	if len(chosen) != 1 || chosen[0] != "t2" || len(all(root, "optgroup")) != 1 {
		t.Errorf("chosen %v with %d groups", chosen, len(all(root, "optgroup")))
	}
}

func TestAFormPostsAndIsItsOwnFragment(t *testing.T) {
	t.Parallel()
	inside := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return Field(FieldProps{Name: "name", Label: "Name"}).Render(ctx, w)
	})
	form := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return Form(FormProps{ID: "new", Action: "/things", Error: "Not saved.", InPlace: true}).Render(templ.WithChildren(ctx, inside), w)
	})
	root := render(t, form)
	f := all(root, "form")[0]
	for name, want := range map[string]string{"method": "post", "action": "/things", "hx-post": "/things", "hx-select": "#new"} {
		if got, _ := attr(f, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	// The alert has children of its own; it must not be handed the form's.
	if n := len(all(root, "input")); n != 1 {
		t.Errorf("the form's children stand there %d times", n)
	}
	var b strings.Builder
	if err := templ.RenderFragments(t.Context(), &b, form, "new"); err != nil || !strings.HasPrefix(b.String(), "<form") {
		t.Errorf("the fragment begins with %.20q (%v)", b.String(), err)
	}
}

func TestConfirmAsksBeforeItPosts(t *testing.T) {
	t.Parallel()
	root := render(t, Confirm(ConfirmProps{Label: "Delete", Title: "Delete it?", Action: "/x/delete", Button: "Delete key", Name: "sure", Value: "yes"}))
	details := all(root, "details")[0]
	if _, open := attr(details, "open"); open {
		t.Error("the question is open from the start")
	}
	f := all(details, "form")[0]
	if method, _ := attr(f, "method"); method != "post" {
		t.Errorf("the method is %q", method)
	}
	if hidden := all(f, "input")[0]; len(hidden.Attr) == 0 {
		t.Error("the hidden value is missing")
	}
}

func TestLinksOfUnsafeSchemesAreDefused(t *testing.T) {
	t.Parallel()
	href, _ := attr(all(render(t, Button(ButtonProps{Label: "x", Href: "javascript:alert(1)"})), "a")[0], "href")
	if strings.HasPrefix(href, "javascript:") {
		t.Errorf("href is %q", href)
	}
}
