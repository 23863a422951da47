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

// Letters and digits are kept to the last, their neighbours are not; what is too long is cut, and never ends with a line.
func TestSlugsKeepLettersAndDigits(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"az09":                               "az09",
		"x`{/:@[y":                           "x-y",
		strings.Repeat("x", 40):              strings.Repeat("x", 40),
		strings.Repeat("x", 41):              strings.Repeat("x", 40),
		strings.Repeat("x", 39) + " y":       strings.Repeat("x", 39),
		strings.Repeat("x", 38) + " y and z": strings.Repeat("x", 38) + "-y",
	} {
		if got := org.Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
	for slug, want := range map[string]bool{"": false, "ab": false, "abc": true, "api": false, "apis": true} {
		if org.SlugFree(slug) != want {
			t.Errorf("%q is free: %v", slug, !want)
		}
	}
	for name, want := range map[string]int{"Acme": 50, "API": 49, "": 49} {
		all := org.SlugCandidates(name)
		if len(all) != want || !strings.HasSuffix(all[len(all)-1], "-50") || all[0] == "-2" {
			t.Errorf("%q: %d candidates, from %s to %s", name, len(all), all[0], all[len(all)-1])
		}
	}
}

func TestEmailsAreLoweredAndPlain(t *testing.T) {
	t.Parallel()
	if got, err := org.Email("email", " Ada@Acme.Test "); err != nil || got != "ada@acme.test" {
		t.Fatalf("got %q, %v", got, err)
	}
	longest := strings.Repeat("a", 242) + "@example.com"
	if got, err := org.Email("email", longest); got != longest || err != nil {
		t.Errorf("254 characters: %v", err)
	}
	if _, err := org.Email("email", "a"+longest); err == nil {
		t.Error("255 characters were accepted")
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
	if got, err := org.Name("name", "a name", strings.Repeat("é", 40), 40); err != nil || got != strings.Repeat("é", 40) {
		t.Errorf("40 characters: %q, %v", got, err)
	}
	for _, bad := range []string{"", " ", "a\nb", "a\x00", "\xff", "a\u202eb", strings.Repeat("x", 41)} {
		if _, err := org.Name("name", "a name", bad, 40); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
