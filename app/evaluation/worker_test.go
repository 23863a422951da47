package evaluation_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// node runs a worker until stop.
func (s *scene) node() (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = evaluation.NewWorker(s.parts).Run(ctx)
	}()
	stop = func() { cancel(); <-done }
	s.t.Cleanup(stop)
	return stop
}

func TestARunAsksEverybodyOnceAndScores(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.node()
		p := s.plan(s.dataset(9))
		p.Scorers = append(p.Scorers, evaluation.Scorer{Kind: evaluation.Judge, Model: "box/judge", Rubric: "be right"})
		p.JudgeCap = money.Dollar
		r := s.start(p)
		got := s.until(r, "finished", over)
		if got.State != evaluation.Finished || got.Done != 18 {
			t.Fatalf("%s %q, %d done", got.State, got.Why, got.Done)
		}
		for n := range got.Subjects {
			if x := got.Subjects[n]; x.Right != 6 || x.Scored != 9 || x.Cost != 9*s.plane.each || x.Judge != 9*s.plane.each || x.Failed != 0 {
				t.Errorf("subject %d: %+v", n, x)
			}
		}
		if s.plane.all() != 36 || s.plane.times("evaluation box/b row-4") != 1 {
			t.Errorf("asked %v", s.plane.asked)
		}
		rows, items, err := s.tests.Results(t.Context(), s.actor, r.ID, 0, 2)
		if err != nil || len(rows) != 2 || len(items) != 4 || items[0].Said.Text != "ROW-1" || len(items[0].Said.Scores) != 2 || items[0].Said.Scores[1].Why != "fine" {
			t.Errorf("results: %+v, %v", items, err)
		}
		if c := got.Compared[0]; c.Rows != 9 || c.Both != 6 || c.Neither != 3 || c.Verdict != "few" {
			t.Errorf("compared: %+v", c)
		}
	})
}

// The limit holds whatever is under way: what was spent and what may yet be never come to more.
func TestARunStopsBeforeItsLimit(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	p := s.plan(s.dataset(40))
	p.Cap = s.plane.most*2 + s.plane.each*5
	s.plane.each = s.plane.most // every answer costs all that it may
	got := s.until(s.start(p), "over", over)
	if got.State != evaluation.Stopped || !strings.Contains(got.Why, "limit") {
		t.Fatalf("%s %q", got.State, got.Why)
	}
	if s.plane.spent > p.Cap || got.Cost != s.plane.spent || s.plane.spent == 0 {
		t.Errorf("spent %s and says %s of %s", s.plane.spent, got.Cost, p.Cap)
	}
	for _, limit := range s.plane.limit { // and the pipeline itself holds each question to its most
		if m, err := money.Parse(limit); err != nil || m < s.plane.most || m > s.plane.most*2 {
			t.Errorf("asked with a limit of %q", limit)
		}
	}
}

func TestAJudgesLimitLeavesAnswersUnjudged(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.node()
	p := s.plan(s.dataset(12))
	p.Scorers = []evaluation.Scorer{{Kind: evaluation.Judge, Model: "box/judge", Rubric: "be right"}}
	p.JudgeCap = s.plane.most * 2
	s.plane.each = s.plane.most
	got := s.until(s.start(p), "over", over)
	if got.State != evaluation.Finished || got.Judge > p.JudgeCap || got.Judge == 0 || got.Subjects[0].Unjudged+got.Subjects[1].Unjudged != 24-int64(got.Judge/s.plane.each) {
		t.Errorf("%s, judged for %s of %s: %+v", got.State, got.Judge, p.JudgeCap, got.Subjects)
	}
}

// A node that is killed takes what it had asked with it. Another one asks that again, once, and what is written down never again.
func TestARunOfAKilledNodeIsTakenUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		r := s.start(s.plan(s.dataset(10)))
		store, now := s.parts.Store, s.house.Clock.Now()
		claimed, ok, err := store.Claim(t.Context(), "killed", now, now.Add(30*time.Second))
		if err != nil || !ok || claimed.ID != r.ID {
			t.Fatalf("claim: %v %v", ok, err)
		}
		// The killed node wrote one answer down, had asked one question once and one twice, and was judging none.
		put := func(row int, step evaluation.Step, asks int, most, cost money.USD) {
			t.Helper()
			i := evaluation.Item{Org: r.Org, Run: r.ID, Row: row, Step: step, Asks: asks, Most: most, Cost: cost, Scored: step == evaluation.Done, Right: step == evaluation.Done}
			if err := store.Put(t.Context(), evaluation.SealedItem{Item: i}, "killed"); err != nil {
				t.Fatal(err)
			}
		}
		put(1, evaluation.Done, 1, 0, s.plane.each)
		put(2, evaluation.Asked, 1, s.plane.most, 0)
		put(3, evaluation.Asked, 2, s.plane.most, s.plane.most)
		s.node()
		if _, ok, err := store.Claim(t.Context(), "thief", now, now.Add(time.Minute)); ok || err != nil {
			t.Fatalf("a run whose node is alive was claimed: %v", err)
		}
		if got := s.report(r); got.Done != 1 {
			t.Fatalf("%d done while the lease holds", got.Done)
		}
		s.house.Clock.Advance(31 * time.Second)
		_ = s.house.Bus.Publish(t.Context(), evaluation.Topic)
		got := s.until(r, "over", over)
		if got.State != evaluation.Finished || got.Done != 20 {
			t.Fatalf("%s %q, %d done", got.State, got.Why, got.Done)
		}
		for row, want := range map[int]int{1: 0, 2: 1, 3: 0, 4: 1} {
			if n := s.plane.times(fmt.Sprintf("evaluation box/a row-%d", row)); n != want {
				t.Errorf("row %d was asked %d times, want %d", row, n, want)
			}
		}
		// What was lost counts at its most: three times. 9 answers of a and 10 of b were paid.
		if want := s.plane.each*19 + s.plane.most*3; got.Cost != want {
			t.Errorf("it cost %s, want %s", got.Cost, want)
		}
		if err := store.Put(t.Context(), evaluation.SealedItem{Item: evaluation.Item{Org: r.Org, Run: r.ID, Row: 1}}, "killed"); err == nil {
			t.Error("the killed node could still write")
		}
	})
}

func TestANodeThatStopsLeavesItsRunsToOthers(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	entered := make(chan struct{}, 100)
	s.plane.hold = func(r *http.Request, _ string) { entered <- struct{}{}; <-r.Context().Done() }
	stop := s.node()
	r := s.start(s.plan(s.dataset(6)))
	<-entered
	stop() // breaks off what is under way
	s.plane.mu.Lock()
	s.plane.hold = nil
	s.plane.mu.Unlock()
	if got := s.report(r); got.State != evaluation.Running || got.Held != 0 || got.Cost == 0 {
		t.Fatalf("left as %s, %s held, %s spent", got.State, got.Held, got.Cost)
	}
	s.node()
	if got := s.until(r, "over", over); got.State != evaluation.Finished || got.Subjects[0].Failed+got.Subjects[1].Failed != 0 {
		t.Errorf("%s: %+v", got.State, got.Subjects)
	}
}

func TestCancelBreaksOffWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	entered, broken := make(chan struct{}, 100), make(chan struct{}, 100)
	s.plane.hold = func(r *http.Request, _ string) {
		entered <- struct{}{}
		<-r.Context().Done()
		broken <- struct{}{}
	}
	s.node()
	r := s.start(s.plan(s.dataset(30)))
	<-entered
	if _, err := s.tests.Cancel(t.Context(), s.actor, r.ID); err != nil {
		t.Fatal(err)
	}
	select {
	case <-broken:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was broken off")
	}
	if got := s.until(r, "quiet", func(r evaluation.Report) bool { return r.Held == 0 }); got.State != evaluation.Cancelled || s.plane.all() > 8 {
		t.Errorf("%s, asked %d times", got.State, s.plane.all())
	}
}

func TestWhatEndsARunAndWhatDoesNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		code   string
		state  evaluation.State
		failed int64
	}{
		"a budget that is used up":    {http.StatusPaymentRequired, "budget_exhausted", evaluation.Stopped, 0},
		"a key that is gone":          {http.StatusUnauthorized, "key_disabled", evaluation.Stopped, 0},
		"a question that is too long": {http.StatusBadRequest, "context_length", evaluation.Finished, 1},
		"a provider that failed":      {http.StatusBadGateway, "upstream_failed", evaluation.Finished, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, dbtest.SQLite(t))
			s.plane.refuse = func(text string) (int, string) {
				if text == "row-2" {
					return c.status, c.code
				}
				return 0, ""
			}
			s.node()
			p := s.plan(s.dataset(3))
			p.Subjects = p.Subjects[:1]
			got := s.until(s.start(p), "over", over)
			if got.State != c.state || got.Subjects[0].Failed != c.failed {
				t.Errorf("%s %q, %d failed", got.State, got.Why, got.Subjects[0].Failed)
			}
			if c.failed == 1 && (got.Subjects[0].Scored != 3 || got.Subjects[0].Right != 1) {
				t.Errorf("%+v", got.Subjects[0])
			}
		})
	}
}

// What the judge has not seen when a run is stopped is neither right nor wrong, and has no mark, whatever other scorers say of it.
func TestAnswersOfAStoppedRunThatNobodyJudgedDoNotCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		judged := 0
		s.plane.refuse = func(text string) (int, string) {
			if !strings.HasPrefix(text, "Rubric") {
				return 0, ""
			}
			s.plane.mu.Lock()
			defer s.plane.mu.Unlock()
			if judged++; judged > 1 {
				return http.StatusPaymentRequired, "budget_exhausted"
			}
			return 0, ""
		}
		s.node()
		p := s.plan(s.dataset(20))
		p.Subjects = p.Subjects[:1]
		p.Scorers = append(p.Scorers, evaluation.Scorer{Kind: evaluation.Judge, Model: "box/judge", Rubric: "be right"})
		p.JudgeCap = money.Dollar
		got := s.until(s.start(p), "over", over)
		x := got.Subjects[0]
		if got.State != evaluation.Stopped || x.Scored != 1 || x.Answered < 2 || x.Mark > 1000 || x.Mark < 0 {
			t.Errorf("%s %q: %+v", got.State, got.Why, x)
		}
		all, err := s.tests.Tallies(t.Context(), s.actor, []evaluation.Run{got.Run})
		if err != nil || all[0][0].Scored != x.Scored || all[0][0].Right != x.Right {
			t.Errorf("a list says %+v, %v", all, err)
		}
		marks, err := s.parts.Store.Marks(t.Context(), got.Org, got.ID)
		for _, i := range marks {
			if err != nil || i.Step == evaluation.Answered && (i.Scored || i.Right || i.Mark != 0) {
				t.Errorf("%+v counts, %v", i, err)
			}
		}
	})
}
