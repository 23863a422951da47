package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What somebody wrote in their own words goes with them, whatever JSON makes of its quotes, lines and signs; the fields beside it stay.
func TestOwnWordsAreRedactedWhateverIsInThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		me := x.Actor(org.Developer)
		words := map[string]string{
			"plain":     "ring plumdog",
			"quotes":    `they call me "plumdog" here`,
			"lines":     "first line\nplumdog on the second",
			"backslash": `\\share\plumdog`,
			"last":      `plumdog\`,
			"signs":     "a < plumdog & b",
		}
		err := d.Do(t.Context(), func(ctx context.Context) error {
			for name, reason := range words {
				if err := h.Audit.Append(ctx, me, audit.Entry{Action: "thing.asked", Target: name, Before: map[string]any{"note": reason}, After: map[string]any{"model": "kept-model", "reason": reason}}); err != nil {
					return err
				}
			}
			_, err := h.Audit.Redact(ctx, x.Org.ID, []id.Member{me.Member}, nil, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		found, err := h.Audit.Search(t.Context(), x.Actor(org.Admin), audit.Query{Action: "thing.asked", Limit: 20})
		if err != nil || len(found) != len(words) {
			t.Fatalf("%d entries, %v", len(found), err)
		}
		for _, r := range found {
			if strings.Contains(r.Before+r.After, "plumdog") || !strings.Contains(r.After, "kept-model") {
				t.Errorf("%s: %s → %s", r.Target, r.Before, r.After)
			}
		}
		if _, err := h.Audit.Verify(t.Context(), x.Org.ID); err != nil {
			t.Error(err)
		}
	})
}
