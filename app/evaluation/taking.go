package evaluation

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
)

// Reasons why a judged request becomes no row, in words.
const (
	notKept   = "no text is kept that you may read"
	tooLong   = "the text was longer than what is kept, or than a row"
	isMasked  = "placeholders stand for what a data rule found"
	hasMedia  = "pictures, sound and files are not kept"
	noTalk    = "it is no conversation"
	noAnswer  = "the good answer is not whole"
	beyondMax = "a dataset has at most 1,000 rows, and 768 KiB"
	notSeen   = "only the newest 5,000 are looked at; choose fewer days"
)

// Reasons are all of them, in the order in which they are told.
var Reasons = []string{notKept, tooLong, isMasked, hasMedia, noTalk, noAnswer, beyondMax, notSeen}

// Taking is what judged requests come to.
type Taking struct {
	Found int // judged requests that are the actor's to read
	Rows  []Row
	Good  int            // of the rows
	Left  map[string]int // how many are none, by reason

	bytes int
	full  bool
}

// openedAtOnce is how many texts are open together: each may have half a mebibyte.
const openedAtOnce = 50

// Rated says what rows judged requests would make. It shows none of their texts, so nothing is written down.
func (s *Service) Rated(ctx context.Context, actor org.Actor, q Rated) (Taking, error) {
	if err := actor.Require(MayRun); err != nil {
		return Taking{}, err
	}
	f, least, err := q.query()
	if err != nil {
		return Taking{}, err
	}
	f.Whose = readable(actor)
	all, err := s.Judgements.Judged(ctx, actor.Org, f)
	found := int64(len(all))
	if err == nil && len(all) == mostRated {
		found, err = s.Judgements.CountJudged(ctx, actor.Org, f)
	}
	if err != nil {
		return Taking{}, fmt.Errorf("evaluation: judged requests: %w", err)
	}
	out := Taking{Found: int(found), Left: map[string]int{}}
	if n := out.Found - len(all); n > 0 {
		out.Left[notSeen] = n
	}
	for len(all) > 0 {
		part := all[:min(openedAtOnce, len(all))]
		all = all[len(part):]
		texts := map[id.Request]transcript.Text{}
		if ids := kept(part); len(ids) > 0 && !out.full {
			if texts, err = s.Texts.Open(ctx, actor, ids); err != nil {
				return out, err
			}
		}
		for i := range part {
			out.take(&part[i], texts, least, q.Whole)
		}
	}
	return out, nil
}

// readable says whose texts are the actor's to read, as transcripts have it; nil is everybody's.
func readable(a org.Actor) *feedback.Whose {
	w := &feedback.Whose{Member: a.Member}
	if a.Require(transcript.MayRead) == nil {
		teams, all := a.Holds(transcript.MayRead)
		if all {
			return nil
		}
		w.Teams = teams
	}
	return w
}

func kept(all []feedback.Judged) (ids []id.Request) {
	for _, j := range all {
		if j.Kept {
			ids = append(ids, j.Request)
		}
	}
	return ids
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
	case !there && (!t.full || !j.Kept):
		why = notKept
	case t.full:
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
	case !t.fits(&row):
		why = beyondMax
	}
	if why != "" {
		t.Left[why]++
		return
	}
	if t.Rows = append(t.Rows, row); good {
		t.Good++
	}
	t.full = len(t.Rows) == MaxRows
}

// fits reports whether there is room for a row's text. The first one that there is none for ends it: no other text is opened.
func (t *Taking) fits(r *Row) bool {
	b, err := json.Marshal(r)
	t.full = err != nil || t.bytes+len(b) > MaxText
	t.bytes += len(b)
	return !t.full
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
