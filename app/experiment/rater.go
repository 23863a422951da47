package experiment

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Rater is a model that rates a part of an experiment's answers, the judge. What it says counts as feedback does, once for an answer;
// a person's word takes its place.
type Rater struct {
	// Model is what it is asked as: "connection/model" or an alias, on the account of whoever asked the question.
	Model string `json:"model"`
	// Percent of the counted answers of each variant are judged.
	Percent int `json:"percent"`
	// Daily is what it may cost in a day of UTC, on all nodes together.
	Daily money.USD `json:"daily_nanos"`
}

const (
	leastDaily = money.Cent
	mostDaily  = 1000 * money.Dollar
	// holds is how many judgements a day's money is worth at least, few how many of less than money for twenty: one may cost a twentieth of
	// it, or leastHeld where that is more, but not more than a quarter. Judges that think have room for it, and give back what they leave.
	holds, few = 20, 4
	leastHeld  = money.Cent
)

// Sampled reports whether an answer is among the percent that are judged: a hash of the request's id, so that it is no matter of which
// node answered, of the variant, or of what was said.
func Sampled(r id.Request, percent int) bool {
	h := fnv.New64a()
	b := r.Bytes()
	_, _ = h.Write(b[:])
	return mix(h.Sum64())%100 < uint64(max(0, percent))
}

// read checks a judge as far as only it is concerned.
func (r *Rater) read() (errs []error) {
	no := func(format string, args ...any) {
		errs = append(errs, fault.Field("judge", fmt.Sprintf(format, args...)))
	}
	if r.Model = strings.TrimSpace(r.Model); r.Model == "" {
		no("Say which model judges, or leave the judge out as a whole.")
	}
	if r.Percent < 1 || r.Percent > 100 {
		no("The judge reads 1 to 100 %% of the answers.")
	}
	if r.Daily < leastDaily || r.Daily > mostDaily {
		no("The judge may cost %s to %s USD a day.", leastDaily.Format(2), mostDaily.Format(2))
	}
	return errs
}

// Judged is what came of an experiment's judge in a day.
type Judged struct {
	Spent   money.USD // held for judgements under way included
	Answers int64     // that it came to a verdict on
}

// Purse keeps what judges cost. *db.ExperimentStore implements it.
type Purse interface {
	// HoldJudge takes an amount out of what is left of most in a day; false is that there is not as much.
	HoldJudge(ctx context.Context, o id.Org, e id.Experiment, day time.Time, amount, most money.USD) (bool, error)
	// SettleJudge gives back what was held and not spent. judged says that there is a verdict.
	SettleJudge(ctx context.Context, o id.Org, e id.Experiment, day time.Time, back money.USD, judged bool) error
	// Judged is how a day stands.
	Judged(ctx context.Context, o id.Org, e id.Experiment, day time.Time) (Judged, error)
}

// Verdicts take what a judge says of an answer that nobody has judged. *db.FeedbackStore implements it.
type Verdicts interface {
	Add(ctx context.Context, f feedback.Feedback) (added bool, err error)
}

// Bench is where judges sit: the data plane asks it for their money, and tells it their verdicts. It asks the database, after the
// client has its answer.
type Bench struct {
	Purse    Purse
	Verdicts Verdicts
	Clock    clock.Clock
	Log      *slog.Logger
}

// Hold sets money aside for one judgement. What a crash leaves held stays counted as spent.
func (b *Bench) Hold(ctx context.Context, e *Experiment) (most money.USD, settle func(ctx context.Context, cost money.USD, judged bool), ok bool) {
	day := dayOf(b.Clock.Now())
	share := e.Judge.Daily / holds
	most = max(share, min(leastHeld, e.Judge.Daily/few))
	ok, err := b.Purse.HoldJudge(ctx, e.Org, e.ID, day, most, e.Judge.Daily)
	if err == nil && !ok && most > share { // what is left of the day may do for a judge that is brief
		most = share
		ok, err = b.Purse.HoldJudge(ctx, e.Org, e.ID, day, most, e.Judge.Daily)
	}
	if err != nil || !ok {
		b.lost(e, err)
		return 0, nil, false
	}
	return most, func(ctx context.Context, cost money.USD, judged bool) {
		b.lost(e, b.Purse.SettleJudge(ctx, e.Org, e.ID, day, most-cost, judged))
	}, true
}

// Rule takes a verdict. Of an answer that somebody has judged already it is dropped.
func (b *Bench) Rule(ctx context.Context, f feedback.Feedback) error {
	_, err := b.Verdicts.Add(ctx, f)
	return err
}

func (b *Bench) lost(e *Experiment, err error) {
	if err != nil {
		b.Log.Warn("what a judge may cost cannot be written down", "experiment", e.ID.String(), "error", err.Error())
	}
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
