package gateway

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
)

// A provider falls silent in the middle: by the policy what came is an answer that met its cap, in every family, from the same
// dialect and from another one; without it the stream ends with an error and no end.
func TestWhatCameBeforeATimeoutIsTheAnswerWhereThePolicySaysSo(t *testing.T) {
	t.Parallel()
	for _, s := range speakers() {
		for _, at := range []host{hosts()[0], asAnthropic} {
			for _, action := range []patience.Action{patience.Partial, patience.AskNext} {
				t.Run(fmt.Sprintf("%s from %s, %s", s.family, at.kind, action), func(t *testing.T) {
					t.Parallel()
					body, fact := silenced(t, s, at, action)
					if fact.Code != "upstream_timeout" || fact.Status != 200 || fact.Cost == 0 || fact.Usage.Output == 0 {
						t.Errorf("the books say %+v", fact)
					}
					if action == patience.AskNext {
						if strings.Contains(body, "x-bodhi-partial") || !strings.Contains(body, "fell silent") {
							t.Errorf("no error: %s", body)
						}
						return
					}
					got := s.hear(t, body, true)
					if got.text == "" || got.reason != llm.Length || !got.complete || strings.Contains(body, "fell silent") {
						t.Errorf("the client hears %+v of %s", got, body)
					}
				})
			}
		}
	}
}

func silenced(t *testing.T, s speaker, at host, action patience.Action) (string, ledger.Request) {
	h, _ := serve(t, at, "sandbox-chat+hang=3")
	h.gateway.patience.OnTimeout, h.gateway.patience.Waits.Gap, h.gateway.waits.Ping = action, 300*time.Millisecond, 150*time.Millisecond
	q := s.ask["text"]
	path := q.path
	if q.streams != "" {
		path = q.streams
	}
	_, text := h.post(t, path, strings.NewReplacer("$MODEL", "smart", "$STREAM", "true", "$OPTIONS", `{"include_usage":true}`).Replace(q.body), s.headers...)
	return text, h.books.only(t, 1)[0]
}
