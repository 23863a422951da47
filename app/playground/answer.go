package playground

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// How long one answer may take: less where nothing is seen before all have come, as browsers and proxies give a silent page up.
const (
	streamed  = 5 * time.Minute
	collected = 2 * time.Minute
)

// Kind says what an Event is.
type Kind string

// The kinds.
const (
	Begun   Kind = "begun"   // Text is the request's id in the log
	Text    Kind = "text"    // more of the answer
	Thought Kind = "thought" // more of what the model thinks before it
)

// Event is a piece of an answer.
type Event struct {
	Kind Kind
	Text string
}

// Answer is what one model said, or why it did not, with its true settlement.
type Answer struct {
	Model    string // as it was asked for
	By       string // connection/model that answered
	Request  string // its id in the log; "" if it never got there
	Status   int
	Text     string
	Thought  string
	Tools    []Called
	Refusal  string // the sentence of whoever refused, or of what broke off; "" with a whole answer
	Cut      bool   // it ended at its cap
	CostUSD  string // exact; "" where nothing was booked
	Input    int64  // tokens
	Output   int64  // tokens
	First    time.Duration
	Took     time.Duration
	Warnings string // what the gateway says beside the answer
}

// Called is a tool that the model wants called. Nobody calls it here.
type Called struct{ Name, Arguments string }

// Answer asks one column and tells of the answer as it comes; tell may be nil. When ctx ends or tell fails, the gateway closes the
// provider's stream, books what was streamed and gives the rest of the hold back, as for any client that goes away.
func (s *Service) Answer(ctx context.Context, q *Question, column int, tell func(Event) error) Answer {
	return s.answer(ctx, q, &q.columns[column], tell, streamed)
}

func (s *Service) answer(ctx context.Context, q *Question, c *asked, tell func(Event) error, within time.Duration) Answer {
	out := Answer{Model: c.model, Status: http.StatusInternalServerError}
	body, err := q.body(c)
	if err != nil {
		out.Refusal = "The question could not be written as JSON."
		return out
	}
	r, err := request(ctx, q.actor, http.MethodPost, "/v1/chat/completions", body)
	if err != nil {
		out.Refusal = "The question could not be asked."
		return out
	}
	r.Header.Set("X-Bodhi-Timeout", within.String())
	w := &ear{header: http.Header{}, tell: tell, clock: s.Clock, start: s.Clock.Now()}
	s.Gateway.As(q.grant).ServeHTTP(w, r)
	w.finish(&out)
	return out
}

// Answers asks all columns at once and waits for the last.
func (s *Service) Answers(ctx context.Context, q *Question) []Answer {
	out := make([]Answer, len(q.columns))
	var all sync.WaitGroup
	for i := range q.columns {
		all.Go(func() { out[i] = s.answer(ctx, q, &q.columns[i], nil, collected) })
	}
	all.Wait()
	return out
}

// request is one of this process to its own data plane. It comes from where the person sits, so that networks hold. Answers come
// fresh: somebody who asks again wants another one.
func request(ctx context.Context, actor org.Actor, method, path string, body []byte) (*http.Request, error) {
	u := &url.URL{Scheme: "http", Host: "gateway.invalid", Path: path}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.RemoteAddr = net.JoinHostPort(cmp.Or(actor.IP, "0.0.0.0"), "0")
	r.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"bodhi-playground"}, "X-Bodhi-Purpose": {"playground"}, "X-Bodhi-Cache": {"off"}, "X-Bodhi-Transcript": {"off"}}
	return r, nil
}

// chunk is what is read of one event of the stream.
type chunk struct {
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
			Refusal string `json:"refusal"`
			Thought string `json:"reasoning_content"`
			Calls   []struct {
				Index    int `json:"index"`
				Function struct {
					Name      string `json:"name"`
					Arguments string `json:"arguments"`
				} `json:"function"`
			} `json:"tool_calls"`
		} `json:"delta"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		Input  int64 `json:"prompt_tokens"`
		Output int64 `json:"completion_tokens"`
	} `json:"usage"`
	Error *problem `json:"error"`
}

type problem struct {
	Message string `json:"message"`
}

// refusal reads an answer that is no stream.
func refusal(body []byte) string {
	var v struct {
		Error *problem `json:"error"`
	}
	if json.Unmarshal(body, &v) == nil && v.Error != nil && v.Error.Message != "" {
		return v.Error.Message
	}
	return "The answer could not be read."
}
