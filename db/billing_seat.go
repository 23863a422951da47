package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/billing"
)

// seated is a condition on members: that they were active at some moment of [from, to).
const seated = "members.org_id = ? AND members.created_at < ? AND (members.removed_at IS NULL OR members.removed_at >= ?) AND (members.disabled_at IS NULL OR members.disabled_at >= ?)"

// Usage implements billing.Store. Somebody who left and came back within the period is one person.
func (s *BillingStore) Usage(ctx context.Context, o id.Org, from, to time.Time) (out billing.Usage, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		people := tx.Model(&memberRow{}).Where(seated, o, to.UTC(), from.UTC(), from.UTC())
		if err := people.Distinct("email").Count(&out.Seats).Error; err != nil {
			return err
		}
		active := tx.Model(&memberRow{}).Where("org_id = ? AND removed_at IS NULL AND disabled_at IS NULL", o)
		if err := active.Count(&out.Active).Error; err != nil {
			return err
		}
		return tx.Model(&connectionRow{}).Where("org_id = ? AND kind <> ?", o, string(provider.Sandbox)).Count(&out.Providers).Error
	})
	return out, err
}

// Seats implements billing.Store.
func (s *BillingStore) Seats(ctx context.Context, o id.Org, from, to time.Time) ([]billing.Seat, error) {
	var rows []memberRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where(seated, o, to.UTC(), from.UTC(), from.UTC()).Order("name, created_at DESC, id").Find(&rows).Error
	})
	seen := map[string]int{}
	out := make([]billing.Seat, 0, len(rows))
	for _, r := range rows {
		seat := billing.Seat{Member: r.ID, Name: r.Name, Email: r.Email, Since: r.CreatedAt.UTC(), Left: fromNull(r.RemovedAt)}
		if seat.Left.IsZero() {
			seat.Left = fromNull(r.DisabledAt)
		}
		if i, twice := seen[r.Email]; twice { // who came back counts once, as they are now
			if seat.Left.IsZero() {
				out[i] = seat
			}
			continue
		}
		seen[r.Email] = len(out)
		out = append(out, seat)
	}
	return out, err
}
