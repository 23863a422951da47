package evaluation_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// judgements are as many good answers as there are, each with a text of so many bytes.
type judgements struct {
	ids    *id.Source
	there  int
	size   int
	asked  feedback.Query
	opened int
	most   int // texts that were open together
}

func (j *judgements) Judged(_ context.Context, _ id.Org, q feedback.Query) ([]feedback.Judged, error) {
	j.asked = q
	out := make([]feedback.Judged, min(j.there, q.Limit))
	for i := range out {
		out[i] = feedback.Judged{Request: id.NewRequest(j.ids), Model: "m", Value: feedback.Full, Kept: i != 1}
	}
	return out, nil
}

func (j *judgements) CountJudged(context.Context, id.Org, feedback.Query) (int64, error) {
	return int64(j.there), nil
}

func (j *judgements) Open(_ context.Context, _ org.Actor, all []id.Request) (map[id.Request]transcript.Text, error) {
	j.opened, j.most = j.opened+len(all), max(j.most, len(all))
	out := map[id.Request]transcript.Text{}
	for _, r := range all {
		out[r] = transcript.Text{Messages: []transcript.Message{{Role: "user", Text: strings.Repeat("x", j.size)}}, Answer: "yes"}
	}
	return out, nil
}

func (j *judgements) Noted(context.Context, org.Actor, int, string) error { return nil }

// However many answers are rated, a few texts are open at a time, and none that there is no room for.
func TestRatedRequestsAreOpenedInPartsAndAsFarAsThereIsRoom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		there, size, rows, opened int
		left                      map[string]int
	}{
		"a few":               {there: 3, size: 5, rows: 2, opened: 2, left: map[string]int{"no text is kept that you may read": 1}},
		"more than rows":      {there: 4000, size: 5, rows: 1000, opened: 1049, left: map[string]int{"no text is kept that you may read": 1, "a dataset has at most 1,000 rows, and 768 KiB": 2999}},
		"more than is looked": {there: 6000, size: 5, rows: 1000, opened: 1049, left: map[string]int{"only the newest 5,000 are looked at; choose fewer days": 1000, "a dataset has at most 1,000 rows, and 768 KiB": 3999}},
		"long ones":           {there: 100, size: 60 << 10, rows: 12, opened: 49, left: map[string]int{"a dataset has at most 1,000 rows, and 768 KiB": 87}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, dbtest.SQLite(t))
			j := &judgements{ids: s.house.IDs, there: c.there, size: c.size}
			s.parts.Judgements, s.parts.Texts = j, j
			now := s.house.Clock.Now()
			got, err := evaluation.New(s.parts).Rated(t.Context(), s.actor, evaluation.Rated{Rating: "good", From: now.Add(-time.Hour), To: now, Tag: "project=apollo"})
			if err != nil || len(got.Rows) != c.rows || got.Found != c.there || j.opened != c.opened || j.most > 50 {
				t.Fatalf("%d rows of %d, %d opened, %d at once, %v; left %v", len(got.Rows), got.Found, j.opened, j.most, err, got.Left)
			}
			sum := len(got.Rows)
			for why, n := range got.Left {
				if sum += n; !slices.Contains(evaluation.Reasons, why) {
					t.Errorf("an unknown reason: %s", why)
				}
			}
			if sum != c.there {
				t.Errorf("%d of %d are told of: %v", sum, c.there, got.Left)
			}
			for why, n := range c.left {
				if got.Left[why] != n {
					t.Errorf("%s: %d, want %d", why, got.Left[why], n)
				}
			}
			if w := j.asked.Whose; j.asked.Tag != "project=apollo" || w == nil || w.Member != s.actor.Member || len(w.Teams) != 0 {
				t.Errorf("asked for %+v of %+v", j.asked, w)
			}
			if _, err := evaluation.New(s.parts).Rated(t.Context(), s.acme.Actor(org.Admin), evaluation.Rated{Rating: "good", From: now.Add(-time.Hour), To: now}); err != nil || j.asked.Whose != nil {
				t.Errorf("an admin asks for %+v, %v", j.asked.Whose, err)
			}
		})
	}
}
