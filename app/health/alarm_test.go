package health

import (
	"context"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// past is a store of one outage, and house an organization on other clocks.
type (
	past struct {
		Store
		event Event
	}
	house struct{ Members }
)

func (p past) Event(context.Context, id.Org, id.Outage) (Event, bool, error) {
	return p.event, true, nil
}

func (house) Organization(context.Context, id.Org) (org.Organization, error) {
	return org.Organization{Zone: "Asia/Tokyo"}, nil
}

func TestALetterAboutAnOutageTellsTheTimeOfTheOrganization(t *testing.T) {
	t.Parallel()
	e := Event{Change: Change{To: Open, Cause: Failures, At: time.Date(2027, 3, 1, 20, 30, 0, 0, time.UTC)}}
	a := Alarm{Store: past{event: e}, Orgs: house{}, Connections: func(context.Context, org.Actor) (map[id.Connection]string, error) {
		return map[id.Connection]string{{}: "openai"}, nil
	}}
	l, err := a.Letter(t.Context(), id.Org{}, id.Outage{})
	if err != nil || len(l.Facts) != 2 || l.Facts[1].Value != "2027-03-02 05:30:00 JST" {
		t.Errorf("%+v, %v", l.Facts, err)
	}
}
