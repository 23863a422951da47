package wire

import (
	"net/http"
	"testing"
	"time"

	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A trial is a request like any other: it is answered, booked and in the log, and a spent budget stops it.
func TestATrialIsBookedAndStoppedByBudgets(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	var k madeKey
	w.manage(t, http.MethodPost, "/keys", map[string]any{"name": "trials", "team": w.TeamID, "account": "trials"}, http.StatusCreated, &k)
	type answer struct {
		Target  string
		Request string `json:"request_id"`
		Status  int
		Text    string
		Refusal string
		Cost    string `json:"cost_usd"`
		Output  int64  `json:"output_tokens"`
	}
	try := func(targets ...string) (out []answer) {
		t.Helper()
		var v struct{ Data []answer }
		w.manage(t, http.MethodPost, "/trials", map[string]any{"key": k.ID, "targets": targets, "prompt": "Compare yourselves.", "max_output_tokens": 40}, http.StatusOK, &v)
		return v.Data
	}
	harness.Wait(t, "the gateway to know the key", func() bool {
		c := w.client(option.WithAPIKey(k.Secret))
		_, err := c.Models.List(within(t, 20*time.Second))
		return err == nil
	})
	got := try("sb/sandbox-chat", "sb/sandbox-vision")
	for _, a := range got {
		if a.Status != http.StatusOK || a.Text == "" || a.Cost == "" || a.Output == 0 || a.Output > 40 {
			t.Errorf("%+v", a)
		}
	}
	harness.Wait(t, "the request to be in the log", func() bool {
		var list struct{ Data []struct{ ID string } }
		w.manage(t, http.MethodGet, "/requests?key="+k.ID, nil, http.StatusOK, &list)
		for _, r := range list.Data {
			if r.ID == got[0].Request {
				return true
			}
		}
		return false
	})
	w.manage(t, http.MethodPost, "/budgets", map[string]any{"scope": k.ID, "limit_usd": "0.000001", "period": "monthly", "enforcement": "hard"}, http.StatusCreated, nil)
	harness.Wait(t, "the budget to bind", func() bool {
		a := try("sb/sandbox-chat")[0]
		return a.Status == http.StatusPaymentRequired && a.Refusal != ""
	})
}
