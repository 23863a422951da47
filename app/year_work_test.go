package app

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// dearModel is the model whose price changes in the middle.
const dearModel = "sandbox-reasoning"

// together is how many requests are under way at once.
const together = 6

// patient is how often a request is sent again that the gateway had no time for, as its answer asks: a machine with other work is not
// what the year is about, and such a request is not in the books.
const patient = 600

// errand is one request.
type errand struct {
	who    *worker
	model  string
	prompt string
	most   int
	stream bool
}

// monthSum is what we counted of a month, from the answers.
type monthSum struct {
	requests int64 // all that are in the log
	refused  int64
	cost     money.USD
	byTeam   map[id.Team]money.USD
}

// busy is how many requests come at an hour (UTC): office hours of a working day, little at night and on weekends.
func (f *firm) busy(at time.Time) int {
	local := at.In(f.zone)
	part := map[int]int{8: 30, 10: 30, 13: 25, 15: 13, 22: 2}[at.Hour()]
	if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
		part = map[int]int{10: 6, 19: 4, 22: 1}[at.Hour()]
	}
	return f.daily * part / 100
}

// work sends n requests, some at once; the clock stands still meanwhile.
func (f *firm) work(n int, at time.Time) {
	f.t.Helper()
	todo := make(chan errand)
	var workers sync.WaitGroup
	for range together {
		workers.Go(func() {
			for e := range todo {
				f.run(e, at)
			}
		})
	}
	for range n {
		f.asked++
		e := errand{who: &f.staff[f.random.IntN(len(f.staff))], model: "smart", prompt: fmt.Sprintf("Question %d: %s?", f.asked, strings.Repeat("how does it work, ", 1+f.random.IntN(6))), most: 60 + f.random.IntN(200), stream: f.random.IntN(5) == 0}
		switch f.random.IntN(100) {
		case 0:
			e.model = "gpt-of-nobody"
		case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10:
			e.model = dearModel
		case 11, 12, 13, 14, 15, 16, 17, 18, 19, 20:
			e.model = "sandbox-vision"
		}
		todo <- e
	}
	close(todo)
	workers.Wait()
}

// counts are the tokens of an answer.
type counts struct {
	Prompt  int64 `json:"prompt_tokens"`
	Output  int64 `json:"completion_tokens"`
	Details struct {
		Cached int64 `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// nanos prices tokens: dollars per million are a thousand nano-dollars per token.
func (c counts) nanos(input, cached, output int64) int64 {
	return (c.Prompt-c.Details.Cached)*input + c.Details.Cached*cached + c.Output*output
}

// run sends one request and counts what came of it.
func (f *firm) run(e errand, at time.Time) {
	body, _ := json.Marshal(map[string]any{"model": e.model, "max_tokens": e.most, "stream": e.stream, "stream_options": map[string]bool{"include_usage": true}, "messages": []map[string]string{{"role": "user", "content": e.prompt}}})
	if !e.stream {
		body, _ = json.Marshal(map[string]any{"model": e.model, "max_tokens": e.most, "messages": []map[string]string{{"role": "user", "content": e.prompt}}})
	}
	status, text := f.ask(http.MethodPost, f.base+"/chat/completions", e.who.secret, string(body))
	for range patient {
		if status != http.StatusServiceUnavailable || !strings.Contains(text, `"code":"overloaded"`) {
			break
		}
		<-time.After(100 * time.Millisecond)
		status, text = f.ask(http.MethodPost, f.base+"/chat/completions", e.who.secret, string(body))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent++
	m := f.month(f.ahead(at))
	m.requests++
	switch {
	case status == http.StatusOK:
		u := usageIn(text)
		if u.Output == 0 {
			f.t.Errorf("an answer without usage: %.300s", text)
			return
		}
		list, ours := u.nanos(1000, 100, 4000), int64(0)
		if ours = list; e.model == dearModel {
			list = u.nanos(2000, 200, 8000)
			if ours = list; !at.Before(f.dearer) {
				ours = u.nanos(3000, 300, 12000)
			}
		}
		f.billed += list
		f.spend(m, e.who, money.USD(ours), at)
	case status == http.StatusPaymentRequired && strings.Contains(text, "budget_exhausted"), status == http.StatusTooManyRequests && strings.Contains(text, "budget_reserved"):
		f.refused++
		m.refused++
	case status == http.StatusNotFound && e.model == "gpt-of-nobody":
		m.refused++
	default:
		f.t.Errorf("%s at %s: %d %.300s", e.model, at.Format(time.RFC3339), status, text)
	}
}

// spend counts a cost everywhere it belongs.
func (f *firm) spend(m *monthSum, who *worker, cost money.USD, at time.Time) {
	team := f.teams[who.team]
	m.cost += cost
	m.byTeam[team.id] += cost
	for _, l := range team.limits {
		l.spent[f.begins(l.period, at)] += cost
	}
	if l := who.own; l != nil {
		l.spent[f.begins(l.period, at)] += cost
	}
}

func (f *firm) month(name string) *monthSum {
	if f.months[name] == nil {
		f.months[name] = &monthSum{byTeam: map[id.Team]money.USD{}}
	}
	return f.months[name]
}

// ask sends a request over the wire and reads the answer.
func (f *firm) ask(method, url, token, body string) (int, string) {
	q, err := http.NewRequestWithContext(f.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		f.t.Error(err)
		return 0, ""
	}
	q.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	resp, err := f.client.Do(q)
	if err != nil {
		f.t.Error(err)
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Error(err)
	}
	return resp.StatusCode, string(text)
}

// usageIn is the usage that an answer names, in one piece or at the end of a stream.
func usageIn(text string) (u counts) {
	read := func(part string) {
		var said struct{ Usage *counts }
		if json.Unmarshal([]byte(part), &said) == nil && said.Usage != nil {
			u = *said.Usage
		}
	}
	if !strings.HasPrefix(text, "data:") {
		read(text)
		return u
	}
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		if part, ok := strings.CutPrefix(s.Text(), "data: "); ok {
			read(part)
		}
	}
	return u
}
