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

// What is looked through at most, and how far back: verdicts are kept that long.
const (
	mostRated = 5000
	longSpan  = feedback.Keep
)

// Reasons why a judged request becomes no row, in words.
const (
	notKept   = "no text is kept that you may read"
	tooLong   = "the text was longer than what is kept, or than a row"
	isMasked  = "placeholders stand for what a data rule found"
	hasMedia  = "pictures, sound and files are not kept"
	noTalk    = "it is no conversation"
	noAnswer  = "the good answer is not whole"
	beyondMax = "a dataset has at most 1,000 rows"
)

// Reasons are all of them, in the order in which they are told.
var Reasons = []string{notKept, tooLong, isMasked, hasMedia, noTalk, noAnswer, beyondMax}

// Taking is what judged requests come to.
type Taking struct {
	Found int // judged requests that are the actor's to read
	Rows  []Row
	Good  int            // of the rows
	Left  map[string]int // how many are none, by reason
}

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
	f = feedback.Query{From: q.From, To: q.To, Most: feedback.Full, Model: strings.TrimSpace(q.Model), Limit: mostRated}
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

// Rated says what rows judged requests would make. It shows none of their texts, so nothing is written down.
func (s *Service) Rated(ctx context.Context, actor org.Actor, q Rated) (Taking, error) {
	if err := actor.Require(MayRun); err != nil {
		return Taking{}, err
	}
	f, least, err := q.query()
	if err != nil {
		return Taking{}, err
	}
	all, err := s.Judgements.Judged(ctx, actor.Org, f)
	if err != nil {
		return Taking{}, fmt.Errorf("evaluation: judged requests: %w", err)
	}
	out := Taking{Left: map[string]int{}}
	var ids []id.Request
	var mine []feedback.Judged
	for _, j := range all {
		if !readable(actor, &j) || q.Tag != "" && !strings.Contains(","+j.Tags+",", ","+q.Tag+",") {
			continue
		}
		if mine = append(mine, j); j.Kept {
			ids = append(ids, j.Request)
		}
	}
	out.Found = len(mine)
	texts, err := s.Texts.Open(ctx, actor, ids)
	if err != nil {
		return out, err
	}
	for i := range mine {
		out.take(&mine[i], texts, least, q.Whole)
	}
	return out, nil
}

// readable reports whether a judged request's text is the actor's to read, as transcripts have it.
func readable(a org.Actor, j *feedback.Judged) bool {
	return !j.Member.IsZero() && j.Member == a.Member || a.Require(transcript.MayRead) == nil && a.InTeam(j.Team, transcript.MayRead)
}

func (t *Taking) take(j *feedback.Judged, texts map[id.Request]transcript.Text, least int64, whole bool) {
	text, there := texts[j.Request]
	good := j.Value >= least
	row := Row{Request: j.Request, Member: j.Member, Notes: noted(j)}
	if there {
		row.Messages = turnsOf(&text, whole)
	}
	if good {
		row.Expected = text.Answer
	}
	why := ""
	switch {
	case !there:
		why = notKept
	case len(t.Rows) == MaxRows:
		why = beyondMax
	case text.Body || len(row.Messages) == 0:
		why = noTalk
	case text.Masked:
		why = isMasked
	case text.Media:
		why = hasMedia
	case text.AskedCut || good && text.AnswerCut || checkRows([]Row{row}) != nil:
		why = tooLong
	case good && (text.Broken || strings.TrimSpace(text.Answer) == ""):
		why = noAnswer
	}
	if why != "" {
		t.Left[why]++
		return
	}
	if t.Rows = append(t.Rows, row); good {
		t.Good++
	}
}

// turnsOf is a conversation as a row has it: all of it, or its last question.
func turnsOf(t *transcript.Text, whole bool) (out []Message) {
	for _, m := range t.Messages {
		if m.Text != "" {
			out = append(out, Message{Role: m.Role, Content: m.Text})
		}
	}
	if whole {
		return out
	}
	for i := len(out) - 1; i >= 0; i-- {
		if out[i].Role == "user" {
			return out[i : i+1]
		}
	}
	return nil
}

func noted(j *feedback.Judged) string {
	note := fmt.Sprintf("%s answered; rated %.2f", j.Model, float64(j.Value)/feedback.Full)
	if j.Comment != "" {
		note += ": " + oneLine(j.Comment, 200)
	}
	return note
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
