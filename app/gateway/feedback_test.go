package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// ear is who listens to feedback: it refuses what says "no".
type ear struct {
	key   id.Key
	heard []feedback.Word
}

func (e *ear) Give(_ context.Context, _ id.Org, key id.Key, w feedback.Word) (feedback.Feedback, bool, error) {
	if w.Comment == "no" {
		return feedback.Feedback{}, false, errors.Join(fault.Field("score", "One."), fault.Field("good", "Two."))
	}
	e.key, e.heard = key, append(e.heard, w)
	r, err := id.ParseRequest(w.Request)
	return feedback.Feedback{Request: r, Good: w.Good, Comment: w.Comment}, len(e.heard) > 1, err
}

func TestFeedbackComesUnderAKey(t *testing.T) {
	t.Parallel()
	listener := &ear{}
	s := &stage{}
	s.house = unlisted(t, func(c *Config) { c.Ports.Feedback = listener })
	r := id.NewRequest(s.gateway.ids).String()
	for _, c := range []struct {
		body   string
		status int
		says   string
	}{
		{`{"request_id":"` + r + `","good":true,"score":0.5,"comment":"ok"}`, 200, `{"object":"feedback","request_id":"` + r + `","good":true,"score":0.5,"comment":"ok","replaced":false}`},
		{`{"request_id":"` + r + `","good":false}`, 200, `"good":false,"score":null,"replaced":true`},
		{`{"request_id":"` + r + `","good":true,"comment":"no"}`, 400, `One. Two.`},
		{`{"request_id":"` + r + `","stars":5}`, 400, `The body is a JSON object`},
		{`{"request_id":"` + r + `","good":"yes"}`, 400, `The body is a JSON object`},
		{`{"request_id":"` + r + `"} {}`, 400, `The body is a JSON object`},
		{`[]`, 400, `The body is a JSON object`},
		{``, 400, `The body is a JSON object`},
		{`{"comment":"` + strings.Repeat("x", 20_000) + `"}`, 413, `body_too_large`},
	} {
		p := s.at("/v1/feedback", c.body)
		if p.status != c.status || !strings.Contains(p.body.String(), c.says) || !json.Valid([]byte(p.body.String())) {
			t.Errorf("%.80s: %d %s", c.body, p.status, p.body.String())
		}
	}
	if listener.key != s.grant.Chain.Key || len(listener.heard) != 2 || *listener.heard[0].Score != 0.5 {
		t.Errorf("heard %+v under %v", listener.heard, listener.key)
	}
	if deaf := (&stage{house: unlisted(t, nil)}).at("/v1/feedback", `{}`); deaf.status != 404 {
		t.Errorf("without anybody who listens: %d", deaf.status)
	}
}
