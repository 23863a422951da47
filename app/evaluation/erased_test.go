package evaluation_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Rows of judged requests go with the person who had asked them. The others keep their numbers, and can be asked.
func TestARunOfADatasetWithErasedRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		gone := s.acme.Actor(org.Viewer).Member
		set := func(name string, whose ...bool) evaluation.Dataset {
			var rows []evaluation.Row
			for _, erased := range whose {
				r := evaluation.Row{Messages: []evaluation.Message{{Role: "user", Content: "row"}}, Expected: "row"}
				if erased {
					r.Member = gone
				}
				rows = append(rows, r)
			}
			made, err := s.tests.Create(t.Context(), s.actor, evaluation.Input{Name: name, Visibility: evaluation.Private}, rows)
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		some, all := set("Some", true, false, false), set("All", true)
		if _, err := db.NewComplianceStore(d).Erase(t.Context(), compliance.Person{Org: s.acme.Org.ID, Member: gone, Email: "gone@acme.test", Name: "Gone"}); err != nil {
			t.Fatal(err)
		}
		p := s.plan(all)
		p.Scorers = []evaluation.Scorer{{Kind: evaluation.Judge, Model: "box/judge", Rubric: "Is it right?", Pass: 50}}
		p.JudgeCap = p.Cap
		if _, err := s.tests.Estimate(t.Context(), s.actor, p); fault.From(err).Code != "dataset_empty" {
			t.Errorf("a dataset without rows: %v", err)
		}
		r := s.start(s.plan(some))
		s.node()
		if got := s.until(r, "over", over); got.State != evaluation.Finished || got.Done != 4 {
			t.Errorf("%s %q, %d done", got.State, got.Why, got.Done)
		}
	})
}
