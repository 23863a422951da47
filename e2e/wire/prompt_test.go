package wire

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A label that is moved on one node is followed by every node within the promised second, and every version's requests are counted as its own.
func TestAMovedLabelIsFollowedOnEveryNode(t *testing.T) {
	t.Parallel()
	f := startFleet(t)
	content := func(word string) map[string]any {
		return map[string]any{"model": "sandbox-chat", "messages": []map[string]string{{"role": "system", "text": word}, {"role": "user", "text": "Say {{word}}."}}, "variables": []map[string]any{{"name": "word", "type": "string", "required": true}}}
	}
	var made struct{ ID string }
	f.manage(http.MethodPost, "/prompts", map[string]any{"name": "greeting", "content": content("one"), "label": "production"}, &made)
	f.manage(http.MethodPost, "/prompts/"+made.ID+"/versions", map[string]any{"content": content("two"), "message": "another word"}, nil)
	asks := func(n *harness.Gateway, path, body string) (int, http.Header, string) {
		r, _ := http.NewRequestWithContext(within(t, 20*time.Second), http.MethodPost, n.ProxyURL+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+f.VirtualKey)
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b strings.Builder
		_ = json.NewEncoder(&b).Encode(resp.Status)
		return resp.StatusCode, resp.Header, b.String()
	}
	const body = `{"model":"prompt:greeting","messages":[],"prompt":{"variables":{"word":"{{word}}"}}}`
	follows := func(want string) {
		t.Helper()
		since := time.Now()
		for i, n := range f.nodes {
			harness.Wait(t, "node "+strconv.Itoa(i+1)+" to answer by "+want, func() bool {
				status, head, _ := asks(n, "/chat/completions", body)
				return status == http.StatusOK && head.Get("X-Bodhi-Prompt") == want
			})
		}
		if took := time.Since(since); took > 3*mostLeaving { // the margin is for a busy machine
			t.Errorf("it took %s until both nodes answered by %s", took, want)
		}
	}
	follows("greeting@v1")
	for _, v := range []int{2, 1, 2} {
		f.manage(http.MethodPut, "/prompts/"+made.ID+"/labels/production", map[string]any{"version": v}, nil)
		follows("greeting@v" + strconv.Itoa(v))
	}
	if status, head, says := asks(f.nodes[1], "/prompts/greeting/chat", `{"version":"1","variables":{"word":"x"}}`); status != http.StatusOK || head.Get("X-Bodhi-Prompt") != "greeting@v1" || head.Get("X-Bodhi-Cost-Usd") == "" {
		t.Errorf("by its own path: %d %v %s", status, head, says)
	}
	if status, _, says := asks(f.nodes[1], "/prompts/greeting/chat", `{}`); status != http.StatusBadRequest {
		t.Errorf("without its variable: %d %s", status, says)
	}
	var usage struct {
		Rows []struct {
			Requests int64 `json:"requests"`
		}
	}
	harness.Wait(t, "the versions to be counted", func() bool {
		f.manage(http.MethodGet, "/usage/report?by=asked&asked=prompt:greeting@v1&from="+time.Now().AddDate(0, 0, -1).UTC().Format(time.DateOnly)+"&to="+time.Now().AddDate(0, 0, 1).UTC().Format(time.DateOnly)+"", nil, &usage)
		return len(usage.Rows) > 0 && usage.Rows[0].Requests > 0
	})
}
