package db

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// slots is how finely each organization's time is cut. Sums are kept by the hour, UTC. Where clocks stand half an hour or a
// quarter beside it (India, Nepal, parts of Australia) days begin within such an hour, so there it is quarters; the column
// is called hour all the same.
type slots map[id.Org]time.Duration

// slotsOf reads the zones of a batch's organizations. One that is gone has hours.
func slotsOf(tx *gorm.DB, b budget.Batch) (slots, error) {
	out := slots{}
	for i := range b.Attempts {
		out[b.Attempts[i].Attempt.Chain.Org] = time.Hour
	}
	for i := range b.Requests {
		out[b.Requests[i].Chain.Org] = time.Hour
	}
	if len(out) == 0 {
		return out, nil
	}
	orgs := make([]id.Org, 0, len(out))
	for o := range out {
		orgs = append(orgs, o)
	}
	var rows []struct {
		ID   id.Org `gorm:"column:id"`
		Zone string `gorm:"column:zone"`
	}
	if err := tx.Table("organizations").Select("id, zone").Where("id IN ?", orgs).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("zones: %w", err)
	}
	for _, r := range rows {
		zone, err := time.LoadLocation(r.Zone)
		if err != nil {
			return nil, fmt.Errorf("zone of organization %s: %w", r.ID, err)
		}
		out[r.ID] = usage.Slot(zone, newest(b))
	}
	return out, nil
}

func (s slots) of(o id.Org, at time.Time) time.Time { return at.UTC().Truncate(s[o]) }
