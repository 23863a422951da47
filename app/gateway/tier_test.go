package gateway

import (
	"context"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// claims sees what is asked of the budgets.
type claims struct {
	*books
	last budget.Want
}

func (c *claims) Reserve(ctx context.Context, w budget.Want) (*ledger.Hold, error) {
	c.last = w
	if w.Unpriced {
		w.Ceiling.Money, w.Floor.Money = 0, 0
	}
	return c.books.Reserve(ctx, w)
}

func TestAServiceTierDearerThanTheListIsAnUnknownPrice(t *testing.T) {
	t.Parallel()
	for tier, unknown := range map[string]bool{"": false, "auto": false, "flex": false, "priority": true, "scale": true} {
		t.Run(tier, func(t *testing.T) {
			t.Parallel()
			var c *claims
			h := build(t, nil)
			c = &claims{books: h.books}
			h.gateway.Budgets = c
			h.provide("up", says(answer))
			field := ""
			if tier != "" {
				field = `,"service_tier":"` + tier + `"`
			}
			resp, body := h.ask(`{"model":"smart","messages":[{"role":"user","content":"hi"}]` + field + `}`)
			if resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Warning") != "" {
				t.Errorf("status %d, warning %q, body %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Warning"), body)
			}
			if c.last.Unpriced != unknown {
				t.Errorf("claimed with Unpriced=%v, want %v", c.last.Unpriced, unknown)
			}
		})
	}
}

func TestAToolWithABillOfItsOwnIsAnUnknownPrice(t *testing.T) {
	t.Parallel()
	for tool, unknown := range map[string]bool{"function": false, "code_interpreter": true, "image_generation": true} {
		h, _ := serve(t, asOpenAI, "sandbox-chat")
		c := &claims{books: h.books}
		h.gateway.Budgets = c
		if resp, body := h.post(t, "/v1/responses", `{"model":"smart","input":"hi","tools":[{"type":"`+tool+`","name":"f"}]}`); resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", tool, resp.StatusCode, body)
		}
		if c.last.Unpriced != unknown {
			t.Errorf("%s: claimed with Unpriced=%v, want %v", tool, c.last.Unpriced, unknown)
		}
	}
}
