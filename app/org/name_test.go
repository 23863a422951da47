package org_test

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
)

func TestSlugsArePlainWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Acme":                          "acme",
		"  Acme, Inc.  ":                "acme-inc",
		"Škoda Über Größe":              "skoda-uber-grosse",
		"日本":                            "",
		"--a--b--":                      "a-b",
		strings.Repeat("long name ", 9): "long-name-long-name-long-name-long-name",
	} {
		if got := org.Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestReservedAndEmptySlugsGetANumber(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"API": "api-2", "V1": "v1-2", "日本": "org-2", "x": "x-2", "Acme": "acme"} {
		if got := org.SlugCandidates(name)[0]; got != want {
			t.Errorf("first candidate for %q is %q, want %q", name, got, want)
		}
	}
}

func TestEmailsAreLoweredAndPlain(t *testing.T) {
	t.Parallel()
	if got, err := org.Email("email", " Ada@Acme.Test "); err != nil || got != "ada@acme.test" {
		t.Fatalf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", "ada", "ada@", "@x", "Ada <ada@x.y>", "a b@x.y", "a@x.y,b@x.y", "a@x.y\r\nBcc: b@x.y",
		`"a"@x.y`, "a@[127.0.0.1]", "a\x00@x.y", strings.Repeat("a", 251) + "@x.y"} {
		if _, err := org.Email("email", bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func TestNamesAreOnePrintableLine(t *testing.T) {
	t.Parallel()
	if got, err := org.Name("name", "a name", "  Zoë's team 🚀 ", 40); err != nil || got != "Zoë's team 🚀" {
		t.Fatalf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", " ", "a\nb", "a\x00", "\xff", "a\u202eb", strings.Repeat("x", 41)} {
		if _, err := org.Name("name", "a name", bad, 40); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
