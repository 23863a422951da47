package report

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// TrafficDays is how far back Traffic looks, in days of the organization's calendar: as long as requests are kept.
const TrafficDays = 30

// Traffic is what was asked under one route, and answered.
type Traffic struct {
	Requests int64
	Cost     money.USD // as it was booked
	Loads    []catalog.Workload
	From     time.Time
}

// Traffic sums up the answered requests of the last 30 days, today included, that a route decided ("alias smart", with its rules and canary), split where inputs get
// longer than bounds. It is the whole organization's, for those who decide where its requests go.
func (s *Service) Traffic(ctx context.Context, a org.Actor, route string, bounds []int64) (Traffic, error) {
	if err := a.Require(org.Admin); err != nil {
		return Traffic{}, err
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return Traffic{}, err
	}
	now := s.clock.Now()
	t := Traffic{From: lastDays(now, zone, TrafficDays)[0].from}
	if t.Loads, t.Cost, err = s.store.Traffic(ctx, a.Org, route, t.From, now.Add(time.Second), bounds); err != nil {
		return Traffic{}, fmt.Errorf("report: traffic of %s: %w", route, err)
	}
	for _, l := range t.Loads {
		t.Requests += l.Requests
	}
	return t, nil
}
