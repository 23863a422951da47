package app

import (
	"log/slog"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What was not released is not counted, and what was is counted by budget.
func TestOnlyWhatWasReleasedIsSaidToBe(t *testing.T) {
	t.Parallel()
	a, _, s := furnished(t, dbtest.SQLiteURL(t))
	lost := (&stage{t: t, a: a, s: s}).lostNode()
	for _, x := range []struct {
		note string
		n    int
		kind fault.Kind
	}{{"ok", 0, fault.Invalid}, {"its disk is gone", 1, 0}, {"its disk is gone", 0, fault.NotFound}} {
		n, err := ReleaseSuspense(t.Context(), a.cfg, slog.New(slog.DiscardHandler), lost.Node, id.Budget{}, x.note)
		if n != x.n || (err == nil) != (x.kind == 0) || err != nil && !fault.Is(err, x.kind) {
			t.Errorf("%q: %d, %v", x.note, n, err)
		}
	}
}
