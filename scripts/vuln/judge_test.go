package main

import (
	"strings"
	"testing"
)

// said is what govulncheck says of four vulnerabilities: each is told several times, from far to near.
const said = `{"config":{"protocol_version":"v1.0.0"}}
{"osv":{"id":"GO-1","summary":"one that is called"}} {"osv":{"id":"GO-2","summary":"one in the library of Go"}}
{"finding":{"osv":"GO-1","fixed_version":"v1.2.0","trace":[{"module":"example.com/a","version":"v1.1.0"}]}}
{"finding":{"osv":"GO-1","fixed_version":"v1.2.0","trace":[{"module":"example.com/a","version":"v1.1.0","package":"example.com/a/b","function":"F"},{"function":"main"}]}}
{"finding":{"osv":"GO-1","fixed_version":"v1.2.0","trace":[{"module":"example.com/a","version":"v1.1.0","package":"example.com/a/b"}]}}
{"finding":{"osv":"GO-2","fixed_version":"v1.26.9","trace":[{"module":"stdlib","version":"v1.26.8","package":"net/http"}]}}
{"finding":{"osv":"GO-3","fixed_version":"v0.3.0","trace":[{"module":"example.com/c","version":"v0.2.0"}]}}
{"finding":{"osv":"GO-4","trace":[{"module":"example.com/d","version":"v4.0.0","package":"example.com/d"}]}}
`

func TestWhatIsInTheProgramIsLookedAt(t *testing.T) {
	found, err := read(strings.NewReader(said))
	if err != nil || len(found) != 4 || found[0].near != called || found[2].near != required {
		t.Fatalf("%+v %v", found, err)
	}
	for _, c := range []struct {
		name, wanted string
		accepted     map[string]string
		open         string // the ids that somebody has to look at
	}{
		{"nothing was looked at", "go1.26.8", nil, "GO-1, GO-2, GO-4"},
		{"the toolchain has it mended", "go1.26.10", nil, "GO-1, GO-4"},
		{"accepted", "go1.26.10", map[string]string{"GO-1": "none of ours", "GO-4": "neither"}, ""},
		{"accepted, and gone", "go1.26.10", map[string]string{"GO-1": "", "GO-4": "", "GO-9": "was in a module that we had"}, "GO-9"},
	} {
		got := judge(found, c.accepted, c.wanted)
		if (got.err == nil) != (c.open == "") || got.err != nil && !strings.HasPrefix(got.err.Error(), c.open+":") {
			t.Errorf("%s: %v, want %q\n%s", c.name, got.err, c.open, got.text)
		}
	}
	if got := judge(found, nil, "go1.26.10").text; !strings.Contains(got, "fixed in v1.2.0): one that is called") || !strings.Contains(got, "build with GOTOOLCHAIN=go1.26.10") || strings.Contains(got, "GO-3") {
		t.Error(got)
	}
}

func TestWhatIsCutOffIsAnError(t *testing.T) {
	if found, err := read(strings.NewReader(said[:len(said)-20])); err == nil {
		t.Errorf("%v", found)
	}
}
