package evaluation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
)

// Texts are what requests and their answers say, where a team keeps that. *transcript.Service implements it.
type Texts interface {
	// Open gives those that the actor may read.
	Open(ctx context.Context, actor org.Actor, all []id.Request) (map[id.Request]transcript.Text, error)
	// Noted writes down that texts were read to make something of them.
	Noted(ctx context.Context, actor org.Actor, texts int, made string) error
}

// Rated says which judged requests become rows.
type Rated struct {
	Rating   string    // "good", "bad" or "all"
	Least    string    // the score from which an answer is good, 0 to 1; "" is 0.5
	From, To time.Time // when they were asked
	Model    string    // asked for, or that answered; "" is any
	Tag      string    // project=apollo; "" is any
	Whole    bool      // the whole conversation, not its last question alone
}

// How many are looked at, the newest first, and how far back: verdicts are kept that long.
const (
	mostRated = 5000
	longSpan  = feedback.Keep
)

// least reads the score from which an answer is good, in thousandths.
func (q *Rated) least() (int64, error) {
	if strings.TrimSpace(q.Least) == "" {
		return feedback.Full / 2, nil
	}
	var v float64
	if _, err := fmt.Sscanf(strings.TrimSpace(q.Least), "%g", &v); err != nil || !(v > 0 && v <= 1) {
		return 0, fault.Field("least", "Enter a score above 0 and up to 1, such as 0.8, or leave it empty for 0.5.")
	}
	return int64(v*feedback.Full + 0.5), nil
}

func (q *Rated) query() (f feedback.Query, least int64, err error) {
	least, err = q.least()
	f = feedback.Query{From: q.From, To: q.To, Most: feedback.Full, Model: strings.TrimSpace(q.Model), Tag: q.Tag, Limit: mostRated}
	errs := []error{err}
	switch q.Rating {
	case "good":
		f.Least = least
	case "bad":
		f.Most = least - 1
	case "all":
	default:
		errs = append(errs, fault.Field("rating", `Take answers that were rated "good", "bad", or "all".`))
	}
	if !q.From.Before(q.To) || q.To.Sub(q.From) > longSpan+24*time.Hour {
		errs = append(errs, fault.Field("from", fmt.Sprintf("Choose a span of at most %d days, as long as ratings are kept.", int(longSpan/(24*time.Hour)))))
	}
	if k, v, ok := strings.Cut(q.Tag, "="); q.Tag != "" && (!ok || k == "" || v == "" || strings.Contains(q.Tag, ",")) {
		errs = append(errs, fault.Field("tag", "Write a tag as name=value, such as project=apollo."))
	}
	return f, least, errors.Join(errs...)
}

// CreateRated stores a dataset of judged requests: what was asked, and of a good answer what is expected. Each row remembers its
// request, and goes when the person who asked is erased.
func (s *Service) CreateRated(ctx context.Context, actor org.Actor, in Input, q Rated) (Dataset, Taking, error) {
	if err := actor.Require(MayRun); err != nil {
		return Dataset{}, Taking{}, err
	}
	t, err := s.Rated(ctx, actor, q)
	if err != nil {
		return Dataset{}, t, err
	}
	if len(t.Rows) == 0 {
		return Dataset{}, t, fault.Field("rating", "No judged request makes a row. Choose others: a row needs a request whose text was kept and that was rated as you ask.")
	}
	d, err := s.create(ctx, actor, in, t.Rows, func(ctx context.Context, d *Dataset, e *audit.Entry) error {
		e.After["source"] = "rated requests"
		return s.Texts.Noted(ctx, actor, len(t.Rows), d.ID.String())
	})
	return d, t, err
}
