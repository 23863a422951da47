package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/key"
)

func TestAKeysTagsWinOverTheRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ request, key, want string }{
		{"", "", ""},
		{"project=x", "", "project=x"},
		{"", "client=acme,project=apollo", "client=acme,project=apollo"},
		{"project=x,step=2", "client=acme,project=apollo", "client=acme,project=apollo,step=2"},
		{"a=1", "b=2", "a=1,b=2"},
	} {
		if got, err := withKeyTags(c.request, c.key); err != nil || got != c.want {
			t.Errorf("%q under %q: %q, %v; want %q", c.request, c.key, got, err, c.want)
		}
	}
}

// A line of a batch that has no room for its tags would be refused, each of a hundred thousand, when nobody listens any more.
func TestWhoMakesABatchTagsItsLines(t *testing.T) {
	t.Parallel()
	var many []string
	for n := range maxTags - 1 {
		many = append(many, fmt.Sprintf("t%02d=x", n))
	}
	for name, c := range map[string]struct{ header, key, want string }{
		"none":                              {"", "team=blue", ""},
		"some, and those of the key beside": {"project=apollo, client=acme", "team=blue", "client=acme,project=apollo"},
		"as many as there is room for":      {strings.Join(many, ","), "", strings.Join(many, ",")},
		"more":                              {strings.Join(many, ","), "team=blue", "refused"},
		"no pair":                           {"apollo", "", "refused"},
	} {
		x := &Exchange{R: &http.Request{Header: http.Header{"X-Bodhi-Tags": {c.header}}}, Grant: &key.Grant{Tags: c.key}, Hints: Hints{EndUser: "ada", Unkept: true, MaxCost: 5}}
		var who batch.Caller
		if err := attribute(x, &who); err != nil {
			who.Tags = "refused"
		}
		if who.Tags != c.want || who.User != "ada" || !who.Unkept || who.Most != 5 {
			t.Errorf("%s: %q of %q, want %q", name, who.Tags, who.User, c.want)
		}
	}
}
