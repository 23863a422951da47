package app

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
)

func TestAVerificationBlamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		found Verification
		says  string
	}{
		"nothing":            {Verification{}, ""},
		"a chain":            {Verification{Problems: []string{"audit chain of acme: …"}}, "the books balance, but"},
		"the books":          {Verification{Books: budget.Report{Violations: []string{"…"}}}, "the books do not balance;"},
		"a chain and a book": {Verification{Books: budget.Report{Violations: []string{"…"}}, Problems: []string{"…"}}, "the books do not balance, and"},
	} {
		err := x.found.Err()
		if (err == nil) != (x.says == "") || err != nil && !strings.HasPrefix(err.Error(), x.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
