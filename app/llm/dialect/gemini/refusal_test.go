package gemini_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
)

func TestASpentBudgetNamesTheResetWhereGooglesClientsLook(t *testing.T) {
	t.Parallel()
	d := gemini.Dialect{Clock: clock.NewFake(time.Date(2026, 9, 30, 23, 0, 0, 0, time.UTC))}
	for _, x := range []struct {
		name  string
		f     *fault.Error
		code  int
		word  string
		delay string
		retry string
	}{
		{"it resets", fault.New(fault.Exhausted, "budget_exhausted", "Spent.").With("resets_at", "2026-10-01T00:00:00Z"), 429, "RESOURCE_EXHAUSTED", "3600s", ""},
		{"it never resets", fault.New(fault.Exhausted, "budget_exhausted", "Spent."), 429, "RESOURCE_EXHAUSTED", "86400s", ""},
		{"it resets right now", fault.New(fault.Exhausted, "budget_exhausted", "Spent.").With("resets_at", "2026-09-30T22:59:59Z"), 429, "RESOURCE_EXHAUSTED", "1s", ""},
		{"too fast", &fault.Error{Kind: fault.Limited, Code: "rate_limited", Public: "Slower.", RetryAfter: 1500 * time.Millisecond}, 429, "RESOURCE_EXHAUSTED", "2s", "2"},
		{"a wrong field", fault.Field("contents", "Wrong."), 400, "INVALID_ARGUMENT", "", ""},
		{"no key", fault.New(fault.Unauthenticated, "invalid_key", "Who?"), 401, "UNAUTHENTICATED", "", ""},
		{"an unknown model", fault.New(fault.NotFound, "model_not_found", "None."), 404, "NOT_FOUND", "", ""},
	} {
		status, header, body := d.Refusal(x.f, "req_1", false)
		var v struct {
			Error struct {
				Code            int
				Message, Status string
				Details         []struct {
					Type  string `json:"@type"`
					Delay string `json:"retryDelay"`
				}
				Bodhi map[string]string
			}
		}
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		delay := ""
		for _, d := range v.Error.Details {
			if strings.HasSuffix(d.Type, ".RetryInfo") {
				delay = d.Delay
			}
		}
		if status != x.code || v.Error.Code != x.code || v.Error.Status != x.word || delay != x.delay || header.Get("Retry-After") != x.retry ||
			v.Error.Message != x.f.Public || v.Error.Bodhi["code"] != x.f.Code || v.Error.Bodhi["request_id"] != "req_1" {
			t.Errorf("%s: %d %v %s", x.name, status, header, body)
		}
	}
}
