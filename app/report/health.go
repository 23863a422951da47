package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Recent is what health is told from: one attempt, without who made it.
type Recent struct {
	Connection id.Connection
	At         time.Time
	Class      string // "" where it succeeded
	Status     int
	Note       string // one line for operators
	Duration   time.Duration
}

// Health is how a connection's recent attempts went.
type Health struct {
	Attempts int
	// Failed are those that failed for a reason of the provider, the credential or the way there. A request that the
	// provider refused is the client's own mistake, and proves that the provider is there.
	Failed int
	// P50 and P95 are how long attempts took that succeeded, their whole answers included; 0 if none did.
	P50, P95 time.Duration
	From     time.Time // of the oldest attempt that counts here
	Last     time.Time
	Failure  *Recent // the last one that failed, nil if none did
}

const (
	healthSpan = 24 * time.Hour
	// healthLimit bounds how many attempts are looked at: the newest ones tell how it is now.
	healthLimit = 2000
)

// blameless are classes of failures that say nothing against a provider (package provider has them all).
var blameless = []string{"", "refused", "canceled", "untold", "withheld"}

// Health tells how the connections' attempts of the last 24 hours went, at most the newest 2,000 of them all; of one
// connection, if one is named. It is the same for everybody who sees connections; the words of a failure are for admins,
// because another department's request may have called them forth.
func (s *Service) Health(ctx context.Context, a org.Actor, one id.Connection) (map[id.Connection]Health, error) {
	if err := a.Require(org.Viewer); err != nil {
		return nil, err
	}
	list, err := s.store.Recent(ctx, a.Org, one, s.clock.Now().Add(-healthSpan), healthLimit)
	if err != nil {
		return nil, fmt.Errorf("report: recent attempts: %w", err)
	}
	out, took := map[id.Connection]Health{}, map[id.Connection][]time.Duration{}
	for i := range list { // newest first
		r := &list[i]
		h := out[r.Connection]
		if h.Attempts == 0 {
			h.Last = r.At
		}
		h.Attempts++
		h.From = r.At
		if !slices.Contains(blameless, r.Class) {
			h.Failed++
			if h.Failure == nil {
				h.Failure = r
				if !a.Role.AtLeast(org.Admin) {
					r.Note = ""
				}
			}
		} else if r.Class == "" {
			took[r.Connection] = append(took[r.Connection], r.Duration)
		}
		out[r.Connection] = h
	}
	for c, list := range took {
		slices.Sort(list)
		h := out[c]
		h.P50, h.P95 = quantile(list, 50), quantile(list, 95)
		out[c] = h
	}
	return out, nil
}

// quantile is the smallest value that a share of sorted values, in percent, does not exceed.
func quantile(sorted []time.Duration, percent int) time.Duration {
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

// SpendByConnection is what this month's requests cost, by the connection's name, and when the month began.
func (s *Service) SpendByConnection(ctx context.Context, a org.Actor) (map[string]money.USD, time.Time, error) {
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return nil, time.Time{}, err
	}
	now := s.clock.Now()
	from, _ := budget.Monthly.Window(now, zone)
	groups, err := s.Usage(ctx, a, ByConnection, from, now.Add(time.Second), MaxValues)
	if err != nil {
		return nil, from, err
	}
	out := make(map[string]money.USD, len(groups))
	for _, g := range groups {
		out[g.ID] = g.Cost
	}
	return out, from.In(zone), nil
}
