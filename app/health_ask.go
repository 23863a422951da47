package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// What a look asks a model. wordTokens are enough for reasoning models to say something, and wordTime less than the checker waits.
const (
	wordTokens = 16
	wordTime   = 30 * time.Second
	wordTag    = "bodhi=health-check"
)

type wordAsk struct {
	Model     string     `json:"model"`
	Messages  []wordLine `json:"messages"`
	MaxTokens int64      `json:"max_completion_tokens"`
}

type wordLine struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

func wordBody(connection, model string) ([]byte, error) {
	return json.Marshal(wordAsk{Model: connection + "/" + model, Messages: []wordLine{{"user", "Say ok."}}, MaxTokens: wordTokens})
}

// word asks a model of a connection for a word, through the pipeline like any request: under the organization's budgets, limits and
// policies, with a hold, in the log and the books, but nothing else answers in that model's place. It belongs to no team and no key. Its breakers hear of it there, so the report
// only says what was found.
func (a *App) word(ctx context.Context, o id.Org, connection, model string) (health.Report, string) {
	body, err := wordBody(connection, model)
	if err != nil {
		return health.Report{}, "The question could not be written."
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway.invalid/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return health.Report{}, "The question could not be asked."
	}
	r.RemoteAddr = "0.0.0.0:0"
	r.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"bodhi-health-check"}, "X-Bodhi-Fallback": {"off"}, "X-Bodhi-Timeout": {wordTime.String()}, "X-Bodhi-Purpose": {"health check"}, "X-Bodhi-Cache": {"off"}}
	w := &heard{header: http.Header{}}
	a.gateway.As(&key.Grant{Name: "health check", Chain: org.Chain{Org: o}, Tags: wordTag, Exact: true}).ServeHTTP(w, r)
	if w.status == http.StatusOK {
		return health.Report{Outcome: health.Good}, ""
	}
	var v struct {
		Error struct {
			Message string `json:"message"`
			Bodhi   struct {
				Code string `json:"code"`
			} `json:"bodhi"`
		} `json:"error"`
	}
	_ = json.Unmarshal(w.body.Bytes(), &v)
	note := cmp.Or(v.Error.Message, http.StatusText(w.status))
	switch v.Error.Bodhi.Code {
	case "upstream_failed", "upstream_timeout", "upstream_truncated":
		return health.Report{Outcome: health.Bad}, note
	}
	return health.Report{}, note // one of our own rules, or the provider says that the request is wrong: it is there
}

// wordCost is the most that word costs; known is false without a price.
func (c *core) wordCost(ctx context.Context, actor org.Actor, which id.Connection, model string) (most money.USD, known bool, err error) {
	all, err := c.providers.List(ctx, actor)
	if err != nil {
		return 0, false, err
	}
	for i := range all {
		r := &all[i]
		if r.ID != which {
			continue
		}
		kind := string(r.Kind)
		if k, ok := r.Known(); ok && k.Catalogue != "" {
			kind = k.Catalogue
		}
		q, ok := c.prices.Quote(actor.Org, provider.Payee(kind, r.ID), model, c.clock.Now())
		if !ok {
			return 0, false, nil
		}
		most, err = ceiling(q, r.Name, model)
		return most, err == nil, nil
	}
	return 0, false, nil
}

func ceiling(q catalog.Quote, connection, model string) (money.USD, error) {
	body, err := wordBody(connection, model)
	if err != nil {
		return 0, err
	}
	top, err := q.Ceiling(llm.Bound{TextBytes: int64(len(body)), Messages: 1})
	if err != nil {
		return 0, err
	}
	var out money.Sum
	if err := out.Add(top.PerOutput, wordTokens); err != nil {
		return 0, err
	}
	n, err := out.Ceil()
	if err != nil {
		return 0, err
	}
	return top.Input.Add(n)
}

// heard keeps an answer of a few tokens in memory.
type heard struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *heard) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *heard) WriteHeader(status int) { w.status = cmp.Or(w.status, status) }

// Write implements http.ResponseWriter.
func (w *heard) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}
