package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// tally is what we count of a month ourselves, from the answers.
type tally struct {
	requests, refused int64
	cost              money.USD
	teams             map[string]money.USD
}

// month is the tally of the month that the led clock is in.
func (q *quarter) month() *tally {
	name := q.s.Clock.Now().Format("2006-01")
	if q.months[name] == nil {
		q.months[name] = &tally{teams: map[string]money.USD{}}
	}
	return q.months[name]
}

// ask sends a question and counts what it cost. The error is the refusal.
func (q *quarter) ask(w worker, question string, more ...option.RequestOption) error {
	q.asked++
	more = append([]option.RequestOption{option.WithBaseURL(q.base), option.WithAPIKey(w.secret), option.WithMaxRetries(0)}, more...)
	client := openai.NewClient(more...)
	answer, err := client.Chat.Completions.New(context.Background(), openai.ChatCompletionNewParams{Model: "smart", MaxTokens: openai.Int(200),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(fmt.Sprintf("Question %d: %s", q.asked, question))}})
	if refused := (*openai.Error)(nil); errors.As(err, &refused) && refused.StatusCode == http.StatusUnauthorized {
		return err // it is nobody's request
	}
	m := q.month()
	m.requests++
	if err != nil {
		m.refused++
		return err
	}
	u := answer.Usage
	cached := u.PromptTokensDetails.CachedTokens
	cost := money.USD((u.PromptTokens-cached)*q.list[0] + cached*q.list[1] + u.CompletionTokens*q.list[2])
	m.cost += cost
	m.teams[w.team] += cost
	q.answers++
	return nil
}

// spend asks until a limit refuses.
func (q *quarter) spend(w worker) {
	q.t.Helper()
	for n := 0; ; n++ {
		err := q.ask(w, "what is a gateway?")
		if refused := (*openai.Error)(nil); errors.As(err, &refused) && refused.StatusCode == http.StatusPaymentRequired {
			return
		}
		if err != nil || n > 1000 {
			q.t.Fatalf("after %d requests of %s: %v", n, w.email, err)
		}
	}
}
