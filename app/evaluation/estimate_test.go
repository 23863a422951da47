package evaluation_test

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What a judge is priced by is the most that each judgement may cost: a shorter one leaves the longest answers unjudged.
func TestAJudgeIsPricedForTheLongestAnswerToTheLongestRow(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	said := func(role, text string) evaluation.Message { return evaluation.Message{Role: role, Content: text} }
	d, err := s.tests.Create(t.Context(), s.actor, evaluation.Input{Name: "Questions", Visibility: evaluation.Private}, []evaluation.Row{
		{Messages: []evaluation.Message{said("user", strings.Repeat("b", 12_000)), said("assistant", "Yes."), said("user", "And?")}, Expected: "yes"},
		{Messages: []evaluation.Message{said("user", "Why?")}, Expected: strings.Repeat("e", 10_000)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		subjects []evaluation.Subject
		answer   int
	}{
		"one cap":                   {[]evaluation.Subject{{Model: "box/a", MaxOutput: 50}}, 200},
		"two caps":                  {[]evaluation.Subject{{Model: "box/a", MaxOutput: 50}, {Model: "box/b", MaxOutput: 3000}}, 12_000},
		"a cap beyond what is read": {[]evaluation.Subject{{Model: "box/a", MaxOutput: 50}, {Model: "box/b", MaxOutput: 8000}}, 24 << 10},
		"a prompt that has no cap":  {[]evaluation.Subject{{Model: "box/a", MaxOutput: 50}, {Model: "prompt:greet@production"}}, 24 << 10},
	} {
		p := s.plan(d)
		p.Subjects, p.JudgeCap = c.subjects, money.Dollar
		p.Scorers = []evaluation.Scorer{{Kind: evaluation.Judge, Model: "box/judge", Rubric: "be right"}}
		if _, err := s.tests.Estimate(t.Context(), s.actor, p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, want := range []string{"\n" + strings.Repeat("x", c.answer) + "\n", "\n" + strings.Repeat("e", 10_000) + "\n"} {
			if !strings.Contains(s.plane.judge, want) {
				t.Errorf("%s: priced without %d of %q, by %d bytes", name, len(want)-2, want[1], len(s.plane.judge))
			}
		}
	}
}
