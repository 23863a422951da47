package evaluation_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// patient has who is refused wait, and tells what was asked when its answer is there.
type patient struct {
	*plane
	over chan string
}

func (p patient) As(g *key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "20")
		p.answer(w, r)
		if r.Header.Get("X-Bodhi-Dry-Run") == "" {
			p.over <- r.Header.Get("X-Bodhi-Purpose")
		}
	})
}

// A question that waits for a limit when its node stops was asked of nobody: it costs nothing, and is not lost, however often that is.
func TestAQuestionThatOnlyWaitedWasNotLost(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"evaluation", "evaluation-judge"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, dbtest.SQLite(t))
			gate := patient{s.plane, make(chan string, 100)}
			s.parts.Gateway = gate
			s.plane.refuse = func(text string) (int, string) {
				if strings.HasPrefix(text, "Rubric") == (who == "evaluation-judge") {
					return http.StatusTooManyRequests, "rate_limited"
				}
				return 0, ""
			}
			p := s.plan(s.dataset(4))
			p.Subjects = p.Subjects[:1]
			p.Scorers = append(p.Scorers, evaluation.Scorer{Kind: evaluation.Judge, Model: "box/judge", Rubric: "be right"})
			p.JudgeCap = money.Dollar
			r := s.start(p)
			for n := range 2 {
				stop := s.node()
				for waiting := 0; waiting < 4; {
					if <-gate.over == who {
						waiting++
					}
				}
				stop()
				got := s.report(r)
				if got.State != evaluation.Running || got.Cost+got.Judge != s.plane.spent || got.Held != 0 || got.Done != 0 {
					t.Fatalf("stop %d: %s, %s and %s spent of %s, %s held, %d done", n, got.State, got.Cost, got.Judge, s.plane.spent, got.Held, got.Done)
				}
			}
			s.plane.mu.Lock()
			s.plane.refuse = nil
			s.plane.mu.Unlock()
			s.node()
			got := s.until(r, "over", over)
			if x := got.Subjects[0]; got.State != evaluation.Finished || x.Failed != 0 || x.Unjudged != 0 || x.Cost != 4*s.plane.each || x.Judge != 4*s.plane.each {
				t.Errorf("%s: %+v", got.State, x)
			}
		})
	}
}
