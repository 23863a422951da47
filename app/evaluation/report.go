package evaluation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Report is a run and what it came to so far.
type Report struct {
	Run
	Of       Dataset
	Done     int64 // items at their end
	Items    int64 // all of them
	Cost     money.USD
	Judge    money.USD
	Held     money.USD // most of what is under way, of answers and judge
	Subjects []Standing
	// Compared is every subject but the first beside the first.
	Compared []Comparison
}

// Standing is what one subject came to.
type Standing struct {
	Subject
	Answered int64 // something came back
	Failed   int64 // nothing did
	Scored   int64 // could be scored, with those that failed: they are not right
	Unjudged int64 // answered, but the judge said nothing
	Right    int64
	Share    Interval // of right ones among the scored
	Mark     int64    // mean, thousandths, of the scored; -1 for none
	Cost     money.USD
	Judge    money.USD
	Each     money.USD // mean of an answer's cost, rounded up
	Median   time.Duration
	P95      time.Duration
	Input    int64
	Output   int64
}

// Report gives a run that the actor sees, and what it came to.
func (s *Service) Report(ctx context.Context, actor org.Actor, which id.Evaluation) (Report, error) {
	if err := actor.Require(MayRead); err != nil {
		return Report{}, err
	}
	r, d, err := s.find(ctx, actor, which)
	if err != nil {
		return Report{}, err
	}
	marks, err := s.Store.Marks(ctx, actor.Org, which)
	if err != nil {
		return Report{}, fmt.Errorf("evaluation: report: %w", err)
	}
	out := report(r, marks)
	out.Of = d
	return out, nil
}

func report(r Run, marks []Item) Report {
	out := Report{Run: r, Items: int64(len(marks)), Subjects: make([]Standing, len(r.Body.Subjects))}
	took := make([][]time.Duration, len(r.Body.Subjects))
	sums := make([]int64, len(r.Body.Subjects))
	for _, i := range marks {
		if i.Subject >= len(out.Subjects) {
			continue
		}
		s := &out.Subjects[i.Subject]
		s.count(&i)
		if i.Step == Done && i.Scored {
			sums[i.Subject] += i.Mark
		}
		if i.Step == Done || i.Step == Failed {
			out.Done++
		}
		if i.answered() {
			took[i.Subject] = append(took[i.Subject], i.Took)
		}
		out.Held += i.Most + i.JudgeMost
	}
	for n := range out.Subjects {
		s := &out.Subjects[n]
		s.Subject, s.Mark, s.Share = r.Body.Subjects[n], -1, Wilson(s.Right, s.Scored)
		if s.Scored > 0 {
			s.Mark = sums[n] / s.Scored
		}
		if s.Answered > 0 {
			s.Each = (s.Cost + money.USD(s.Answered) - 1) / money.USD(s.Answered)
		}
		slices.Sort(took[n])
		s.Median, s.P95 = quantile(took[n], 50), quantile(took[n], 95)
		out.Cost, out.Judge = out.Cost+s.Cost, out.Judge+s.Judge
	}
	for n := 1; n < len(out.Subjects); n++ {
		out.Compared = append(out.Compared, compare(marks, 0, n, len(out.Subjects)-1))
	}
	return out
}

// answered reports whether something came back that was or will be scored.
func (i *Item) answered() bool { return i.Step == Done || i.Step == Answered || i.Step == Judging }

func (s *Standing) count(i *Item) {
	s.Cost, s.Judge, s.Input, s.Output = s.Cost+i.Cost, s.Judge+i.JudgeCost, s.Input+i.Input, s.Output+i.Output
	switch {
	case i.Step == Failed:
		s.Failed++
		s.Scored++
	case i.answered():
		s.Answered++
		if i.Step == Done && i.Scored {
			s.Scored++
			if i.Right {
				s.Right++
			}
		} else if i.Step == Done {
			s.Unjudged++
		}
	}
}

// quantile is the smallest of sorted values that so many percent are not above.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min((len(sorted)*percent+99)/100, len(sorted))-1]
}

// Label is what a subject is called in sentences: its model, with its parameters where another subject has the same one.
func (r *Report) Label(n int) string {
	s := &r.Subjects[n].Subject
	name := strings.TrimPrefix(s.Model, promptPrefix)
	for m := range r.Subjects {
		if m == n || r.Subjects[m].Model != s.Model {
			continue
		}
		if s.Temperature != "" {
			name += ", temperature " + s.Temperature
		}
		if s.MaxOutput > 0 {
			name += fmt.Sprintf(", %d tokens", s.MaxOutput)
		}
		break
	}
	return name
}
