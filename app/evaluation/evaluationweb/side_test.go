package evaluationweb

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
)

// Nothing of a run that is over is under way, however it ended.
func TestWhatIsSaidOfAnAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step       evaluation.Step
		meanwhile  string
		afterwards string
	}{
		{evaluation.Waiting, "Not asked", "Not asked"},
		{evaluation.Asked, "Under way", "Broken off"},
		{evaluation.Answered, "Under way", "Not judged"},
		{evaluation.Judging, "Under way", "Not judged"},
		{evaluation.Done, "Unjudged", "Unjudged"},
		{evaluation.Failed, "Failed", "Failed"},
	} {
		i := &evaluation.Item{Step: c.step}
		if got := standing(i, true).Label; got != c.meanwhile {
			t.Errorf("%s while it runs: %s", c.step, got)
		}
		if got := standing(i, false).Label; got != c.afterwards {
			t.Errorf("%s when it is over: %s", c.step, got)
		}
	}
}
