package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Due is an organization some of whose hours were posted to since days were made of them.
type Due struct {
	Org  id.Org
	Zone string
	// First and Last are the earliest and the latest of these hours.
	First, Last time.Time
}

// Keeper makes sums of whole days. *db.UsageStore implements it.
type Keeper interface {
	// Due are the organizations with hours before a moment that are not in any day's sums.
	Due(ctx context.Context, before time.Time) ([]Due, error)
	// KeepDays makes the sums of days that are out of date; each is right or not used at every moment, also when this dies
	// in the middle or runs twice at once.
	KeepDays(ctx context.Context, o id.Org, days []Step) error
}

// settling is how long after its end an hour is taken into its day's sums: most that comes late has come by then. What comes
// later is added up by the hour until the day is made again.
const settling = 5 * time.Minute

// KeepDays makes the sums of days that are over and of today's whole hours, for all organizations. A job calls it every few
// minutes; until it has, pages add up hours, which is as exact and takes longer.
func KeepDays(ctx context.Context, k Keeper, now time.Time) error {
	due, err := k.Due(ctx, now.Add(-settling))
	if err != nil {
		return fmt.Errorf("usage: due days: %w", err)
	}
	for _, d := range due {
		zone, err := time.LoadLocation(d.Zone)
		if err != nil {
			return fmt.Errorf("usage: time zone %q: %w", d.Zone, err)
		}
		if err := k.KeepDays(ctx, d.Org, over(d, zone, now)); err != nil {
			return fmt.Errorf("usage: days of %s: %w", d.Org, err)
		}
	}
	return nil
}

// over are the days that have a part in due hours, the last one as far as its hours have ended.
func over(d Due, zone *time.Location, now time.Time) []Step {
	var out []Step
	settled := now.Add(-settling).UTC().Truncate(Slot(zone, now))
	for at := DayOf(d.First, zone, 0); !at.After(d.Last.Add(time.Hour)) && at.Before(settled); {
		end := next(at, Day, zone)
		if end.After(settled) {
			end = settled
		}
		out = append(out, Step{at, end})
		at = end
	}
	return out
}
