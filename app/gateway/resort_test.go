package gateway

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

const sorry = "Our assistant is away. Ask again in a few minutes."

// In every family, whole and streamed: what the default answer is to the client, to the books, and to whom it is no answer.
func TestTheDefaultAnswerIsSaidInEveryFamilyAndMarked(t *testing.T) {
	t.Parallel()
	for _, s := range speakers() {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s streamed %v", s.family, stream), func(t *testing.T) {
				t.Parallel()
				resp, body, fact := resorted(t, s, "text", stream, "sandbox-chat+status=503")
				if resp != 200 {
					t.Fatalf("%d %s", resp, body)
				}
				got := s.hear(t, body, stream)
				if got.text != sorry || got.reason != llm.Stopped || !got.complete || got.output != 0 {
					t.Errorf("the client hears %+v of %s", got, body)
				}
				if s.family != llm.Bedrock && !strings.Contains(body, StandIn) {
					t.Errorf("unmarked: %s", body)
				}
				if fact.Code != "default_answer" || fact.Cost != 0 || !fact.Usage.IsZero() || fact.Model != StandIn || !strings.Contains(fact.Decisions, "default answer: ") {
					t.Errorf("the books say %+v", fact)
				}
			})
		}
		for _, feature := range []string{"tools", "JSON schema"} {
			t.Run(fmt.Sprintf("%s with %s", s.family, feature), func(t *testing.T) {
				t.Parallel()
				status, body, fact := resorted(t, s, feature, false, "sandbox-chat+status=503")
				if status != 503 || strings.Contains(body, sorry) || fact.Code != "upstream_failed" {
					t.Errorf("%d %s, %s", status, body, fact.Code)
				}
			})
		}
	}
}

func TestTheDefaultAnswerComesAlsoWhereEveryBreakerIsOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := perform(t, calm{Tries: 1, RefuseWhenOpen: true}, script{"a": {busy}}, "a")
		h.fall = &route.Fallback{DefaultAnswer: sorry}
		for range 12 {
			p, fact := h.say(question)
			if p.status != 200 || fact.Code != "default_answer" || !strings.Contains(p.body.String(), sorry) {
				t.Fatalf("%d %s %s", p.status, fact.Code, p.body.String())
			}
		}
		if n := len(h.books.attempts); n != 8 {
			t.Errorf("%d attempts: the breaker opens after 8", n)
		}
	})
}

func resorted(t *testing.T, s speaker, feature string, stream bool, model string) (int, string, ledger.Request) {
	h, box := serve(t, hosts()[0], model)
	h.fall = &route.Fallback{DefaultAnswer: sorry}
	h.gateway.patience.Tries = 1
	q := s.ask[feature]
	path := q.path
	if stream && q.streams != "" {
		path = q.streams
	}
	body := strings.NewReplacer("$MODEL", "smart", "$STREAM", fmt.Sprint(stream), "$OPTIONS", map[bool]string{false: "null", true: `{"include_usage":true}`}[stream]).Replace(q.body)
	resp, text := h.post(t, path, body, s.headers...)
	if resp.StatusCode == 200 && (resp.Header.Get("X-Bodhi-Fallback") != "default" || resp.Header.Get("X-Bodhi-Provider") != "" || resp.Header.Get("X-Bodhi-Model") != StandIn || !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "default answer of smart")) {
		t.Errorf("headers %v", resp.Header)
	}
	if n := len(box.Bill().List); n != 0 {
		t.Errorf("%d calls on the bill", n)
	}
	return resp.StatusCode, text, h.books.only(t, 1)[0]
}

func TestWhenThereIsNoDefaultAnswer(t *testing.T) {
	t.Parallel()
	opted := &route.Fallback{DefaultAnswer: sorry}
	for name, c := range map[string]struct {
		chained
		status int
		code   string
	}{
		"all failed":                    {chained{fall: opted, script: script{"a": {busy}, "b": {busy}, "c": {busy}}}, 200, "default_answer"},
		"without a word of the route":   {chained{script: script{"a": {busy}, "b": {busy}, "c": {busy}}}, 503, "upstream_failed"},
		"the request was wrong":         {chained{fall: opted, script: script{"a": {wrongly}}}, 400, "upstream_refused"},
		"the budget is spent":           {chained{fall: opted, limit: 1, script: script{"a": {healthy}}}, 402, "budget_exhausted"},
		"two answers were asked for":    {chained{fall: opted, body: `{"model":"smart","n":2,"messages":[{"role":"user","content":"hi"}],"max_tokens":50}`, script: script{"a": {busy}, "b": {busy}, "c": {busy}}}, 503, "upstream_failed"},
		"somebody answered after all":   {chained{fall: opted, script: script{"a": {busy}, "b": {busy}, "c": {healthy}}}, 200, ""},
		"a stream broke off later on":   {chained{fall: opted, body: streamed, script: script{"a": {reply(200, "text/event-stream", chunk1)}}}, 200, "upstream_truncated"},
		"nobody is there to look at it": {chained{fall: opted, header: []string{"X-Bodhi-Dry-Run", "1"}, script: script{"a": {busy}}}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, p, fact := c.play(t)
				if said := strings.Contains(p.body.String(), sorry); p.status != c.status || fact.Code != c.code || said != (c.code == "default_answer") {
					t.Errorf("%d %s\n%s\n%s", p.status, fact.Code, p.body.String(), fact.Decisions)
				}
			})
		})
	}
}
