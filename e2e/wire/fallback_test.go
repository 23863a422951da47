package wire

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A chain is built by the management API and met over the wire, in every family: its first target breaks, the second answers, who
// failed stands in a header, and how the choice came about in the request's own log; then nobody answers, and the default answer does.
func TestAChainAnswersWhenItsFirstTargetBreaks(t *testing.T) {
	t.Parallel()
	w := beginOn(t, nil, "")
	chain := func(only map[string]any, targets ...map[string]any) map[string]any {
		return map[string]any{"alias": "chain", "targets": targets, "only": only,
			"fallback": map[string]any{"order": "scored", "context_window": true, "content_policy": true, "default_answer": "We are away."}}
	}
	one := func(to string, more ...string) map[string]any {
		t := map[string]any{"to": to}
		if len(more) > 0 {
			t["after"] = more
		}
		return t
	}
	// Each family has a chain of its own, so that no breaker opens between them.
	t.Run("each family", func(t *testing.T) {
		eachFamily(t, func(t *testing.T, f family) {
			broken, d := "sb/sandbox-chat+status=503+latency=1ms+code="+f.name, chain(nil)
			d["alias"] = "chain-" + f.name
			d["targets"] = []map[string]any{one(broken), one("sb/sandbox-reasoning", "context_window"), one("sb/sandbox-chat+tokens=7")}
			w.manage(t, http.MethodPost, "/routes", d, http.StatusOK, nil)
			harness.Wait(t, "the chain to bind", func() bool {
				resp, _ := w.told(t, f, "chain-"+f.name, false)
				return resp.StatusCode == http.StatusOK
			})
			resp, body := w.told(t, f, "chain-"+f.name, true)
			if resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Model") != "sandbox-chat+tokens=7" || !strings.HasPrefix(resp.Header.Get("X-Bodhi-Hops"), broken+" overloaded 503") || !strings.Contains(body, f.end) {
				t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
			}
		})
	})
	chat := families()[0]
	var made struct{ ID string }
	w.manage(t, http.MethodPost, "/routes", chain(nil, one("sb/sandbox-chat+status=503"), one("sb/sandbox-reasoning", "context_window"), one("sb/sandbox-chat+tokens=7")), http.StatusOK, &made)
	harness.Wait(t, "the chain to bind", func() bool {
		resp, _ := w.told(t, chat, "chain", false)
		return resp.StatusCode == http.StatusOK
	})
	var lanes struct {
		Order   string
		Targets []struct {
			Model    string
			Measured bool
			Success  float64
		}
		Next []struct{ Model, Why string }
	}
	w.manage(t, http.MethodGet, "/routes/"+made.ID+"/targets?after=overloaded", nil, http.StatusOK, &lanes)
	if lanes.Order != "scored" || len(lanes.Next) != 1 || !strings.HasPrefix(lanes.Next[0].Why, "score ") || !lanes.Targets[0].Measured || lanes.Targets[0].Success >= 1 {
		t.Errorf("how its targets do: %+v", lanes)
	}

	w.manage(t, http.MethodPost, "/routes", chain(nil, one("sb/sandbox-chat+status=400+code=content_filter"), one("sb/sandbox-reasoning", "context_window"), one("sb/sandbox-chat+tokens=7")), http.StatusOK, nil)
	harness.Wait(t, "the target after a refusal of the content", func() bool {
		resp, _ := w.told(t, chat, "chain", false)
		return resp.StatusCode == 200 && resp.Header.Get("X-Bodhi-Model") == "sandbox-chat+tokens=7" && strings.HasSuffix(resp.Header.Get("X-Bodhi-Hops"), " content_policy 400")
	})

	w.manage(t, http.MethodPost, "/routes", chain(nil, one("sb/sandbox-chat+status=503")), http.StatusOK, nil)
	harness.Wait(t, "the default answer", func() bool {
		resp, body := w.told(t, chat, "chain", true)
		return resp.Header.Get("X-Bodhi-Fallback") == "default" && strings.Contains(body, "We are away.") && strings.Contains(body, "bodhi-default-answer") && strings.HasSuffix(strings.TrimSpace(body), chat.end)
	})

	w.manage(t, http.MethodPost, "/routes", chain(map[string]any{"regions": []string{"eu"}}, one("sb/sandbox-chat")), http.StatusBadRequest, nil)
	w.manage(t, http.MethodPost, "/routes", chain(nil, one("sb/sandbox-chat"), one("gone")), http.StatusBadRequest, nil)
	w.manage(t, http.MethodPost, "/routes", chain(nil, one("sb/sandbox-chat"), one("chain")), http.StatusBadRequest, nil)
}
