package app_test

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// The operator console reads across tenants through a door of its own (db/guard_console.go). Who else used it would step around the
// guard; and who else had the room's stores could be asked by a member.
var doors = []struct {
	use     *regexp.Regexp
	allowed *regexp.Regexp
	because string
}{
	{regexp.MustCompile(`\.console\(ctx`), regexp.MustCompile(`^db/(operator[a-z_]*|guard_console)\.go$`), "only the operator console's store may read across tenants this way"},
	{regexp.MustCompile(`scope\{console:`), regexp.MustCompile(`^db/guard_console\.go$`), "the door is opened in one place"},
	{regexp.MustCompile(`NewOperatorStore\(`), regexp.MustCompile(`^(app/console\.go|db/operator\.go)$`), "only the operators' room has this store"},
	{regexp.MustCompile(`\bViaOperator\b`), regexp.MustCompile(`^app/(operator/|org/via\.go|audit/auditweb/)`), "only the console acts through its door"},
}

func TestOnlyTheOperatorsRoomReadsAcrossTenantsForPeople(t *testing.T) {
	t.Parallel()
	used := make([]int, len(doors))
	each(t, ".go", func(name, text string) {
		if strings.HasSuffix(name, "_test.go") || path.Dir(name) == "." {
			return
		}
		for i, d := range doors {
			if !d.use.MatchString(text) {
				continue
			}
			used[i]++
			if !d.allowed.MatchString(name) {
				t.Errorf("%s says %s: %s.", name, d.use, d.because)
			}
		}
	})
	for i, n := range used {
		if n == 0 {
			t.Errorf("nothing says %s any more: this test checks nothing", doors[i].use)
		}
	}
}
