package playground

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// ear listens to the data plane: it is the http.ResponseWriter of a request of this process. What is flushed together is told
// together, so a page gets one message for many tokens that came at once. The gateway never calls it twice at a time.
type ear struct {
	header http.Header
	status int
	tell   func(Event) error
	clock  clock.Clock
	start  time.Time

	line  []byte       // of a stream, not ended yet
	rest  bytes.Buffer // an answer that is no stream
	fresh [2]strings.Builder
	first time.Duration
	gone  error // nobody listens any more

	text, thought strings.Builder
	tools         []Called
	input, output int64
	finished      string
	wrong         string
}

// mostRest is more than any refusal, and than a list of models.
const mostRest = 4 << 20

// mostTools is how many calls of one answer are shown.
const mostTools = 64

// Header implements http.ResponseWriter.
func (e *ear) Header() http.Header { return e.header }

// WriteHeader implements http.ResponseWriter.
func (e *ear) WriteHeader(status int) {
	if e.status != 0 || status < 200 {
		return
	}
	if e.status = status; e.tell != nil && status == http.StatusOK {
		e.gone = e.tell(Event{Begun, e.header.Get("X-Bodhi-Request-Id")})
	}
}

// Write implements http.ResponseWriter. Its error tells the gateway that the client went away.
func (e *ear) Write(b []byte) (int, error) {
	e.WriteHeader(http.StatusOK)
	if e.gone != nil {
		return 0, e.gone
	}
	if !strings.HasPrefix(e.header.Get("Content-Type"), "text/event-stream") {
		if e.rest.Len()+len(b) <= mostRest {
			_, _ = e.rest.Write(b) // a bytes.Buffer does not fail
		}
		return len(b), nil
	}
	e.line = append(e.line, b...)
	for {
		i := bytes.IndexByte(e.line, '\n')
		if i < 0 {
			return len(b), nil
		}
		if data, ok := bytes.CutPrefix(bytes.TrimRight(e.line[:i], "\r"), []byte("data:")); ok {
			e.hear(bytes.TrimSpace(data))
		}
		e.line = e.line[i+1:]
	}
}

// FlushError implements what http.ResponseController looks for.
func (e *ear) FlushError() error {
	for i, kind := range [...]Kind{Thought, Text} {
		if e.fresh[i].Len() > 0 && e.tell != nil && e.gone == nil {
			e.gone = e.tell(Event{kind, e.fresh[i].String()})
		}
		e.fresh[i].Reset()
	}
	return e.gone
}

func (e *ear) hear(data []byte) {
	var c chunk
	if json.Unmarshal(data, &c) != nil { // "[DONE]", and what other dialects add
		return
	}
	if c.Error != nil {
		e.wrong = cmp.Or(c.Error.Message, "The answer broke off.")
	}
	if c.Usage != nil {
		e.input, e.output = c.Usage.Input, c.Usage.Output
	}
	for _, x := range c.Choices {
		e.add(0, &e.thought, x.Delta.Thought)
		e.add(1, &e.text, x.Delta.Content+x.Delta.Refusal)
		for _, t := range x.Delta.Calls {
			if t.Index < 0 || t.Index >= mostTools {
				continue
			}
			for len(e.tools) <= t.Index {
				e.tools = append(e.tools, Called{})
			}
			e.began()
			e.tools[t.Index].Name += t.Function.Name
			e.tools[t.Index].Arguments += t.Function.Arguments
		}
		e.finished = cmp.Or(x.Finish, e.finished)
	}
}

func (e *ear) add(fresh int, all *strings.Builder, text string) {
	if text == "" {
		return
	}
	e.began()
	all.WriteString(text)
	e.fresh[fresh].WriteString(text)
}

// began notes when the first token came.
func (e *ear) began() {
	if e.first == 0 {
		e.first = max(e.clock.Now().Sub(e.start), 1)
	}
}

// finish writes down what was heard, once the gateway has settled.
func (e *ear) finish(out *Answer) {
	_ = e.FlushError() // who is gone hears no more
	h := e.header
	out.Status, out.Took, out.First = cmp.Or(e.status, http.StatusOK), e.clock.Now().Sub(e.start), e.first
	out.Request, out.CostUSD, out.Warnings = h.Get("X-Bodhi-Request-Id"), h.Get("X-Bodhi-Cost-Usd"), h.Get("X-Bodhi-Warning")
	if by := h.Get("X-Bodhi-Provider"); by != "" {
		out.By = by + "/" + h.Get("X-Bodhi-Model")
	}
	out.Text, out.Thought, out.Tools, out.Input, out.Output = e.text.String(), e.thought.String(), e.tools, e.input, e.output
	out.Refusal, out.Cut = e.wrong, e.finished == "length"
	if e.rest.Len() > 0 {
		out.Refusal = refusal(e.rest.Bytes())
	}
}
