package wire

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestAPolicyBindsAndLetsGo drives a policy from outside: set by the management API, met by the official client within
// seconds, hidden from the list of models, and lifted again.
func TestAPolicyBindsAndLetsGo(t *testing.T) {
	t.Parallel()
	w := beginOn(t, nil, "")
	c := w.client()
	listed := func() bool { return strings.Contains(w.key(t), `"smart"`) }
	if !listed() {
		t.Fatal("smart is not offered at all")
	}
	var made struct{ ID string }
	w.manage(t, http.MethodPost, "/policies", map[string]any{"deny": []string{"sandbox/*"}}, http.StatusCreated, &made)
	harness.Wait(t, "the policy binds", func() bool { return !listed() })
	_, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "hello"))
	if e := typed(t, err); e.StatusCode != 404 || e.Code != "model_not_allowed" || !strings.Contains(e.Message, `the policy of Acme denies "sandbox/*"`) {
		t.Errorf("refused with %s", e.RawJSON())
	}
	w.manage(t, http.MethodPatch, "/policies/"+made.ID, map[string]any{"deny": []string{}, "allow": []string{"smart"}}, http.StatusOK, nil)
	harness.Wait(t, "the alias is allowed", listed)
	if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "hello")); err != nil {
		t.Errorf("an allowed alias: %v", err)
	}
	_, err = c.Chat.Completions.New(within(t, 20*time.Second), ask("think", "hello"))
	if e := typed(t, err); e.StatusCode != 404 {
		t.Errorf("another alias: %s", e.RawJSON())
	}
	w.manage(t, http.MethodDelete, "/policies/"+made.ID, nil, http.StatusNoContent, nil)
	harness.Wait(t, "the policy is gone", func() bool { return strings.Contains(w.key(t), `"think"`) })
}
