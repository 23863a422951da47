package experiment

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Advice is what a manager should know of an experiment, in plain words.
type Advice struct {
	Headline string
	Text     string
	// Variant is the one to migrate to; 0 is none.
	Variant int
	// Monthly is what migrating to the best or only variant would save in thirty days at the rate of this experiment, with the
	// interval; negative is more. Known is false as long as it would be a guess.
	Monthly, MonthlyLow, MonthlyHigh money.USD
	Requests                         int64 // in thirty days, that the money is computed with
	Known                            bool
}

const month = 30 * 24 * time.Hour

// leastTime is how long an experiment must have run before its rate says something of a month: a day has all hours in it.
const leastTime = 24 * time.Hour

// Advise says what an experiment means, as it stands at now.
func Advise(e *Experiment, j *Judgement, now time.Time) Advice {
	a := Advice{}
	which := e.Winner
	if e.Verdict == Open || e.Verdict == Stopped { // else what comes in after the end, such as ratings, changes nothing
		which = j.Winner
	}
	which = max(which, 1)
	if which >= len(j.Arms) {
		return a
	}
	name := e.Variants[which].Name
	a.money(e, j, which, now)
	verdict := e.Verdict
	if verdict == Open {
		verdict = j.Verdict
	}
	c := j.Arms[which].Compared[indexOf(e.Goal)]
	switch verdict {
	case Win:
		a.Headline = fmt.Sprintf("%s wins: its %s is %s", name, e.Goal.Noun(), c.Words())
		a.Text = "The difference is larger than chance explains, however often anybody looked."
		if e.Variants[which].Target != "" {
			a.Variant = which
			a.Text += " Migrate the route to it."
		}
		if bad := worse(j, which); bad != "" {
			a.Text += " Mind that it is worse in " + bad + "."
		}
	case Lose:
		a.Headline = fmt.Sprintf("Keep the route as it is: %s is worse", name)
		a.Text = fmt.Sprintf("Its %s is %s. Nothing has to be done; all requests go the route's own way.", e.Goal.Noun(), c.Words())
	case Harm:
		a.Headline = "Rolled back: a variant did harm"
		a.Text = e.Why
		if a.Text == "" {
			a.Text = j.Why
		}
		a.Text += ". All requests go the route's own way."
	case Inconclusive:
		a.Headline = "Inconclusive: the variants are too alike to tell"
		a.Text = fmt.Sprintf("After all %s planned requests no difference in %s is certain. Keep what is simpler, or look for a smaller difference with a larger sample.", count(j.Requests), e.Goal.Noun())
	case Stopped:
		a.Headline = "Stopped before it was decided"
		a.Text = "What was counted until then stands below. All requests go the route's own way."
	default:
		a.Headline, a.Text = "Not decided yet", j.wait(e)
	}
	if j.Skewed && verdict != Harm {
		a.Headline = "Nothing can be concluded: requests of one variant are missing"
		a.Text = "The shares are not those that were planned, by more than chance. Something keeps requests of one variant out of the count: a policy that denies its target, a budget that asks for cheaper models, conversations that stay where they were."
		a.Variant = 0
	}
	return a
}

func (j *Judgement) wait(e *Experiment) string {
	switch {
	case j.Needs < 0:
		return j.little(e)
	case j.Needs == 0:
		return fmt.Sprintf("As many requests as are needed to find a difference of %s were counted. It may be smaller. The experiment ends after %s.", e.worth(), count(e.Sample))
	}
	return fmt.Sprintf("Needs about %s more requests to find a difference of %s in %s with a chance of 80 %%. A larger one is found earlier.", count(j.Needs), e.worth(), e.Goal.Noun())
}

// little says which variant has too little, and of what.
func (j *Judgement) little(e *Experiment) string {
	out := fmt.Sprintf("There is too little to say anything: each variant needs %d requests in at least %d of the %d groups that %ss are put into.", least, LeastBuckets, Buckets, e.Unit.noun())
	for i, a := range j.Arms {
		n, in, of := a.Requests, a.Filled, "requests"
		if e.Goal == Quality {
			n, in, of = a.Rated, a.FilledRated, "rated answers"
		}
		if n < least || in < LeastBuckets {
			out += fmt.Sprintf(" %s has %s %s in %d.", e.Variants[i].Name, count(n), of, in)
		}
	}
	if e.Unit == ByUser && j.Requests >= 10*least {
		out += " Requests of the same few users fill no more groups, however many they are: more users must take part, or the experiment must keep conversations together instead."
	}
	return out
}

// noun is what a unit is called.
func (u Unit) noun() string {
	if u == BySession {
		return "conversation"
	}
	return "user"
}

// worth writes LookFor.
func (e *Experiment) worth() string {
	if e.Goal.share() {
		return fmt.Sprintf("%d points", e.LookFor)
	}
	return fmt.Sprintf("%d %%", e.LookFor)
}

// worse names what a variant is worse in for certain, besides the goal.
func worse(j *Judgement, which int) string {
	out := ""
	for _, c := range j.Arms[which].Compared {
		if c.Side < 0 {
			if out != "" {
				out += " and "
			}
			out += c.Metric.Noun()
		}
	}
	return out
}

// money fills in what a migration would save in a month.
func (a *Advice) money(e *Experiment, j *Judgement, which int, now time.Time) {
	ran := e.Ran(now)
	c := j.Arms[which].Compared[indexOf(Cost)]
	if ran < leastTime || !c.Ready {
		return
	}
	monthly := float64(j.Requests) * (float64(month) / float64(ran))
	a.Requests, a.Known = int64(clamp(monthly)), true
	a.Monthly, a.MonthlyLow, a.MonthlyHigh = c.Saved(monthly)
}

// clamp keeps a figure within what an integer holds.
func clamp(v float64) float64 { return max(min(v, 9e18), -9e18) }

// Noun is the metric in a sentence.
func (m Metric) Noun() string {
	return map[Metric]string{Cost: "cost per request", Latency: "time to the whole answer", Errors: "rate of errors", Quality: "rating"}[m]
}

// Words are the difference as people say it: "18.2 % lower (12.1 % to 24.3 %)".
func (c *Comparison) Words() string {
	scale, unit := 100.0, " points"
	if !c.Metric.share() {
		if c.Control == 0 {
			return "not comparable: the control's is 0"
		}
		scale, unit = 100/c.Control, " %"
	}
	d, low, high := c.Interval.Difference*scale, c.Interval.Low*scale, c.Interval.High*scale
	word, other := "higher", "lower"
	if d < 0 {
		d, low, high, word, other = -d, -high, -low, other, word
	}
	switch {
	case max(d, high, -low) < 0.05:
		return "none, as far as can be seen"
	case low < 0:
		return fmt.Sprintf("%.1f%s %s (between %.1f %s and %.1f %s)", d, unit, word, -low, other, high, word)
	}
	return fmt.Sprintf("%.1f%s %s (%.1f to %.1f)", d, unit, word, low, high)
}

// count writes a number with commas.
func count(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Sentence says how an experiment ended, in one line.
func (e *Experiment) Sentence() string {
	switch e.Verdict {
	case Win:
		return fmt.Sprintf("The experiment %s is decided: %s wins in %s", e.Name, e.Variants[e.Winner].Name, e.Goal.Noun())
	case Lose:
		return fmt.Sprintf("The experiment %s is decided: the route as it is wins in %s", e.Name, e.Goal.Noun())
	case Harm:
		return fmt.Sprintf("The experiment %s was rolled back: %s", e.Name, e.Why)
	case Inconclusive:
		if e.Why != "" {
			return fmt.Sprintf("The experiment %s ended without a verdict: %s", e.Name, e.Why)
		}
		return fmt.Sprintf("The experiment %s ended without a verdict: its variants are too alike", e.Name)
	}
	return fmt.Sprintf("The experiment %s was stopped before it was decided", e.Name)
}

// Ran is how long an experiment has run, pauses included.
func (e *Experiment) Ran(now time.Time) time.Duration {
	if !e.EndedAt.IsZero() {
		now = e.EndedAt
	}
	return now.Sub(e.CreatedAt)
}
