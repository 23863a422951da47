package report

import (
	"context"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func (b *books) Recent(context.Context, id.Org, id.Connection, time.Time, int) ([]Recent, error) {
	return append([]Recent(nil), b.recent...), nil
}

func TestHealthIsToldByWhatTheProviderDid(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	one, other := id.NewConnection(ids), id.NewConnection(ids)
	b := &books{recent: []Recent{{Connection: one, At: now, Class: "refused", Status: 400, Duration: time.Hour}}}
	for i := range 20 {
		b.recent = append(b.recent, Recent{Connection: one, At: now.Add(-time.Duration(i+1) * time.Minute), Duration: time.Duration(i+1) * time.Second})
	}
	b.recent = append(b.recent, Recent{Connection: one, At: now.Add(-time.Hour), Class: "rate_limit", Status: 429, Note: "slower"},
		Recent{Connection: one, At: now.Add(-2 * time.Hour), Class: "server", Status: 500}, Recent{Connection: other, At: now, Class: "canceled"})
	s := NewService(b, zones("UTC"), clock.NewFake(now))
	got, err := s.Health(t.Context(), admin(), id.Connection{})
	if err != nil {
		t.Fatal(err)
	}
	h := got[one]
	if h.Attempts != 23 || h.Failed != 2 || h.P50 != 10*time.Second || h.P95 != 19*time.Second || !h.Last.Equal(now) || !h.From.Equal(now.Add(-2*time.Hour)) {
		t.Errorf("%+v", h)
	}
	if h.Failure == nil || h.Failure.Status != 429 || h.Failure.Note != "slower" {
		t.Errorf("the last failure: %+v", h.Failure)
	}
	if h := got[other]; h.Attempts != 1 || h.Failed != 0 || h.P50 != 0 || h.Failure != nil {
		t.Errorf("a client that went away: %+v", h)
	}
	for _, role := range []org.Role{org.Manager, org.Viewer} { // it may be another department's request
		below := admin()
		below.Role = role
		if got, err := s.Health(t.Context(), below, id.Connection{}); err != nil || got[one].Failure.Note != "" {
			t.Errorf("a %s reads %+v, %v", role, got[one].Failure, err)
		}
		if _, err := s.Traffic(t.Context(), below, "alias smart", nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a %s reads the whole organization's traffic: %v", role, err)
		}
	}
	if _, err := s.Health(t.Context(), org.Actor{}, id.Connection{}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody: %v", err)
	}
}
