package experiment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
)

// Ratings and settlements come in after the end: what they say now does not change which variant won.
func TestAdviceKeepsToTheWinnerThatWasDecided(t *testing.T) {
	t.Parallel()
	e := experiment.Experiment{Name: "three", Model: "smart", Goal: experiment.Cost, State: experiment.Finished, Verdict: experiment.Win, Winner: 1,
		Variants: []experiment.Variant{{Name: "control", Percent: 34}, {Name: "mini", Percent: 33, Target: "openai/mini"}, {Name: "nano", Percent: 33, Target: "openai/nano"}}}
	compared := make([]experiment.Comparison, len(experiment.Metrics))
	for i, m := range experiment.Metrics {
		compared[i] = experiment.Comparison{Metric: m, Control: 10}
	}
	j := experiment.Judgement{Winner: 2, Verdict: experiment.Win, Arms: []experiment.Arm{{}, {Compared: compared}, {Compared: compared}}}
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	if a := experiment.Advise(&e, &j, now); a.Variant != 1 || !strings.HasPrefix(a.Headline, "mini wins") {
		t.Errorf("got %d, %q", a.Variant, a.Headline)
	}
	e.State, e.Verdict, e.Winner = experiment.Running, experiment.Open, 0
	if a := experiment.Advise(&e, &j, now); a.Variant != 2 || !strings.HasPrefix(a.Headline, "nano wins") {
		t.Errorf("while it runs: %d, %q", a.Variant, a.Headline)
	}
}
