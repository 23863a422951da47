package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Pages as the providers' public references show them.
const (
	openAIPage = `{"object":"page","data":[
		{"object":"bucket","start_time":1787184000,"end_time":1787270400,"results":[
			{"object":"organization.costs.result","amount":{"value":0.06,"currency":"usd"},"line_item":"gpt-5.5-2026-04-23, input","project_id":null},
			{"object":"organization.costs.result","amount":{"value":1.2345678914999,"currency":"usd"},"line_item":"gpt-5.5-2026-04-23, output","project_id":null},
			{"object":"organization.costs.result","amount":{"value":-0.01,"currency":"usd"},"line_item":null,"project_id":null}]},
		{"object":"bucket","start_time":1787270400,"end_time":1787356800,"results":[]}],
		"has_more":true,"next_page":"page_AAAAAGdGxdEiJdKOAAAAAGcqsYA="}`
	anthropicPage = `{"data":[{"starting_at":"2026-08-20T00:00:00Z","ending_at":"2026-08-21T00:00:00Z","results":[
			{"currency":"USD","amount":"123.78912","workspace_id":"wrkspc_01","description":"Claude Sonnet 4 Usage - Input Tokens","cost_type":"tokens","context_window":"0-200k","model":"claude-sonnet-4-20250514","service_tier":"standard","token_type":"uncached_input_tokens"},
			{"currency":"USD","amount":"0.00001","workspace_id":"wrkspc_01","description":"Claude Sonnet 4 Usage - Input Tokens","cost_type":"tokens","model":"claude-sonnet-4-20250514"},
			{"currency":"USD","amount":"1000","workspace_id":null,"description":null,"cost_type":"web_search","model":null}]}],
		"has_more":false,"next_page":null}`
)

func TestReportsAreReadAsTheirProvidersWriteThem(t *testing.T) {
	t.Parallel()
	days, next, err := readOpenAI([]byte(openAIPage), "")
	if err != nil || next != "page_AAAAAGdGxdEiJdKOAAAAAGcqsYA=" || len(days) != 2 || days[0].day != "2026-08-20" || days[1].day != "2026-08-21" || len(days[1].lines) != 0 {
		t.Fatalf("%+v, %q, %v", days, next, err)
	}
	want := []Line{{"gpt-5.5-2026-04-23, input", 60 * money.Dollar / 1000}, {"gpt-5.5-2026-04-23, output", 1_234_567_891}, {"not told", -money.Cent}}
	for i, l := range days[0].lines {
		if l != want[i] {
			t.Errorf("line %d is %+v, want %+v", i, l, want[i])
		}
	}
	days, next, err = readAnthropic([]byte(anthropicPage), "")
	if err != nil || next != "" || len(days) != 1 || days[0].day != "2026-08-20" || len(days[0].lines) != 2 {
		t.Fatalf("%+v, %q, %v", days, next, err)
	}
	if l := days[0].lines; l[0] != (Line{"Claude Sonnet 4 Usage - Input Tokens", 1_237_891_300}) || l[1] != (Line{"not told", 10 * money.Dollar}) {
		t.Errorf("%+v", l)
	}
	if days, _, _ = readAnthropic([]byte(anthropicPage), "wrkspc_02"); len(days) != 1 || len(days[0].lines) != 0 {
		t.Errorf("another workspace: %+v", days)
	}
	if days, _, _ = readAnthropic([]byte(anthropicPage), "wrkspc_01"); len(days[0].lines) != 1 {
		t.Errorf("one workspace: %+v", days)
	}
}

func TestAReportThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no JSON":            `<html>`,
		"no data":            `{"error":{"message":"no"}}`,
		"another currency":   strings.Replace(openAIPage, `"usd"`, `"eur"`, 1),
		"an absurd amount":   strings.Replace(openAIPage, `0.06`, `1e300`, 1),
		"an amount too far":  strings.Replace(openAIPage, `0.06`, `100000001`, 1),
		"no number":          strings.Replace(openAIPage, `0.06`, `"x"`, 1),
		"an endless decimal": strings.Replace(openAIPage, `0.06`, `0.`+strings.Repeat("1", 100), 1),
	} {
		if days, _, err := readOpenAI([]byte(body), ""); err == nil {
			t.Errorf("%s: %+v", name, days)
		}
	}
	for name, body := range map[string]string{
		"no data":          `{}`,
		"another currency": strings.ReplaceAll(anthropicPage, `"USD"`, `"EUR"`),
		"no amount":        strings.Replace(anthropicPage, `123.78912`, ``, 1),
	} {
		if days, _, err := readAnthropic([]byte(body), ""); err == nil {
			t.Errorf("%s: %+v", name, days)
		}
	}
}

func TestRequestsAskForTheDaysAndNothingElse(t *testing.T) {
	t.Parallel()
	q := query{base: "https://api.openai.com/v1", key: secret.New("sk-admin-1"), narrow: "proj_1", page: "p2",
		from: time.Date(2026, 8, 14, 0, 0, 0, 0, time.UTC), until: time.Date(2026, 8, 21, 0, 0, 0, 0, time.UTC)}
	r, err := askOpenAI(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	v := r.URL.Query()
	if r.URL.Host+r.URL.Path != "api.openai.com/v1/organization/costs" || v.Get("start_time") != "1786665600" || v.Get("end_time") != "1787270400" ||
		v.Get("project_ids[]") != "proj_1" || v.Get("page") != "p2" || r.Header.Get("Authorization") != "Bearer sk-admin-1" {
		t.Errorf("%s %v", r.URL, r.Header)
	}
	for _, base := range []string{"https://api.anthropic.com", "https://api.anthropic.com/", "https://api.anthropic.com/v1"} {
		q.base = base
		r, err = askAnthropic(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		v = r.URL.Query()
		if r.URL.Host+r.URL.Path != "api.anthropic.com/v1/organizations/cost_report" || v.Get("starting_at") != "2026-08-14T00:00:00Z" ||
			v.Get("ending_at") != "2026-08-21T00:00:00Z" || len(v["group_by[]"]) != 2 || r.Header.Get("x-api-key") != "sk-admin-1" || r.Header.Get("Authorization") != "" {
			t.Errorf("%s %v", r.URL, r.Header)
		}
	}
}

func TestADayIsJudgedByWhatWasCaptured(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name         string
		ours, theirs money.USD
		captured     int64
		verdict      Verdict
	}{
		{"the same", 1000, 1000, 1000, Agrees},
		{"ninety-eight per cent", 980, 1000, 980, Agrees},
		{"a nano-dollar below", 979_999, 1_000_000, 979, Missing},
		{"nothing of ours", 0, 1000, 0, Missing},
		{"two per cent more", 1020, 1000, 1020, Agrees},
		{"more than that", 1021, 1000, 1021, Excess},
		{"nothing of theirs", 1000, 0, 9999, Excess},
		{"a credit of theirs", 1000, -5, 9999, Excess},
		{"nothing at all", 0, 0, 1000, Nothing},
		{"the largest amounts", money.Max, money.Max, 1000, Agrees},
		{"the largest against the smallest", money.Max, 1, 9999, Excess},
	} {
		d := Day{Ours: x.ours, Theirs: x.theirs}
		if d.Captured() != x.captured || d.Verdict() != x.verdict {
			t.Errorf("%s: %d per mille, %s", x.name, d.Captured(), d.Verdict())
		}
	}
}
