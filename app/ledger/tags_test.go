package ledger_test

import (
	"fmt"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

func TestACostIsAllocatedOnceForEachKey(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string]string{
		"":                                 "",
		"project=apollo":                   "project:apollo ",
		"client=acme,project=apollo":       "client:acme project:apollo ",
		"project=apollo,project=zeus":      "project:apollo ",
		"a=1,a=2,b=3":                      "a:1 b:3 ",
		"note=x=y":                         "note:x=y ",
		"noise,=x,project=apollo":          "project:apollo ",
		"project-x=1,project=apollo,zed=2": "project-x:1 project:apollo zed:2 ",
	} {
		got := ""
		for k, v := range ledger.Pairs(tags) {
			got += fmt.Sprintf("%s:%s ", k, v)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", tags, got, want)
		}
	}
}
