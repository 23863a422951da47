package gateway

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Where data may go is a promise to others: no list, fallback or approval leads around it.
func TestDataGoesOnlyWherePoliciesLetIt(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		rule  policy.Rule
		at    provider.Connection
		asked bool
		says  string
	}{
		"inside":               {policy.Rule{Regions: []string{"eu"}}, provider.Connection{Residency: "europe-west4"}, true, ""},
		"one of two":           {policy.Rule{Regions: []string{"ch", "eu"}}, provider.Connection{Residency: "eu-central-1"}, true, ""},
		"London is outside":    {policy.Rule{Regions: []string{"eu"}}, provider.Connection{Residency: "eu-west-2"}, false, "keeps it in eu-west-2"},
		"nobody says where":    {policy.Rule{Regions: []string{"eu"}}, provider.Connection{}, false, "nobody says where"},
		"it may be kept":       {policy.Rule{ZeroRetention: true}, provider.Connection{NoTraining: true}, false, "wants zero retention"},
		"it is not kept":       {policy.Rule{ZeroRetention: true}, provider.Connection{ZeroRetention: true}, true, ""},
		"it may be trained on": {policy.Rule{NoTraining: true}, provider.Connection{ZeroRetention: true}, false, "wants no training"},
		"it is not":            {policy.Rule{NoTraining: true}, provider.Connection{NoTraining: true}, true, ""},
		"no approval helps":    {policy.Rule{NoTraining: true, MayAsk: true, Deny: []string{"other"}}, provider.Connection{}, false, "wants no training"},
	} {
		h := governed(t, x.rule, nil)
		var called atomic.Int64
		h.provide("up", func(w http.ResponseWriter, r *http.Request) { called.Add(1); says(answer)(w, r) })
		c := h.targets[0].Connection
		c.Residency, c.ZeroRetention, c.NoTraining = x.at.Residency, x.at.ZeroRetention, x.at.NoTraining
		resp, body := h.ask(open)
		if (resp.StatusCode == 200) != x.asked || (called.Load() == 1) != x.asked || !x.asked && (resp.StatusCode != 404 || !strings.Contains(body, "the policy of Acme") || !strings.Contains(body, x.says) || !strings.Contains(body, "model_not_allowed")) {
			t.Errorf("%s: %d %s, %d calls", name, resp.StatusCode, body, called.Load())
		}
	}
}

func TestAFallbackDoesNotLeaveTheRegionEither(t *testing.T) {
	t.Parallel()
	h := governed(t, policy.Rule{Regions: []string{"eu"}}, nil)
	h.provide("home", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	h.provide("abroad", func(http.ResponseWriter, *http.Request) { t.Error("data left the region") })
	h.targets[0].Connection.Residency, h.targets[1].Connection.Residency = "eu-west-1", "us-east-1"
	if resp, body := h.ask(open); resp.StatusCode < 500 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	resp, body := h.ask(open, "X-Bodhi-Dry-Run", "1")
	if resp.StatusCode != 200 || !strings.Contains(body, "left out abroad/up-model: the policy of Acme wants data to stay in eu, and this provider keeps it in us-east-1") || strings.Contains(body, `"provider":"abroad"`) {
		t.Errorf("dry run: %d %s", resp.StatusCode, body)
	}
}
