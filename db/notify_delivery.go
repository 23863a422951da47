package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
)

type deliveryRow struct {
	OrgID     id.Org       `gorm:"column:org_id;primaryKey"`
	ID        id.Delivery  `gorm:"column:id;primaryKey"`
	EventID   id.Event     `gorm:"column:event_id"`
	Recipient string       `gorm:"column:recipient"`
	MemberID  id.Member    `gorm:"column:member_id"`
	ChannelID id.Channel   `gorm:"column:channel_id"`
	Kind      notify.Kind  `gorm:"column:kind"`
	Bundle    id.Delivery  `gorm:"column:bundle"`
	State     notify.State `gorm:"column:state"`
	DueAt     time.Time    `gorm:"column:due_at"`
	HeldUntil *time.Time   `gorm:"column:held_until"`
	Tries     int64        `gorm:"column:tries"`
	Problem   string       `gorm:"column:problem"`
	CreatedAt time.Time    `gorm:"column:created_at;autoCreateTime:false"`
	EndedAt   *time.Time   `gorm:"column:ended_at"`
}

// TableName names the table.
func (deliveryRow) TableName() string { return "deliveries" }

func (r deliveryRow) delivery() notify.Delivery {
	return notify.Delivery{ID: r.ID, Org: r.OrgID, Event: r.EventID, Member: r.MemberID, Channel: r.ChannelID, Kind: r.Kind, Bundle: r.Bundle, State: r.State, DueAt: r.DueAt.UTC(),
		Tries: r.Tries, Problem: r.Problem, CreatedAt: r.CreatedAt.UTC(), EndedAt: fromNull(r.EndedAt)}
}

// DeliveryStore keeps what is sent to whom, and how that went.
type DeliveryStore struct{ EventStore }

// NewDeliveryStore makes the store.
func NewDeliveryStore(d *DB) *DeliveryStore { return &DeliveryStore{EventStore{d}} }

var _ notify.DeliveryStore = (*DeliveryStore)(nil)

// AddDeliveries implements notify.DeliveryStore.
func (s *DeliveryStore) AddDeliveries(ctx context.Context, o id.Org, all []notify.Delivery) error {
	rows := make([]deliveryRow, len(all))
	for i, d := range all {
		rows[i] = deliveryRow{OrgID: o, ID: d.ID, EventID: d.Event, Recipient: d.Recipient(), MemberID: d.Member, ChannelID: d.Channel, Kind: d.Kind, Bundle: d.Bundle, State: d.State,
			DueAt: d.DueAt.UTC(), CreatedAt: d.CreatedAt.UTC()}
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error })
}

// LastMail implements notify.DeliveryStore. What waits for the end of a cool-down does not begin another: it is joined.
func (s *DeliveryStore) LastMail(ctx context.Context, o id.Org, m id.Member, k notify.Kind) (time.Time, error) {
	var rows []deliveryRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ? AND kind = ? AND (state = 'sent' OR state = 'waiting' AND due_at = created_at)", o, m, k).Order("created_at DESC, id DESC").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return time.Time{}, err
	}
	if rows[0].State == notify.Waiting {
		return rows[0].DueAt.UTC(), nil
	}
	return fromNull(rows[0].EndedAt), nil
}

// Due implements notify.DeliveryStore.
func (s *DeliveryStore) Due(ctx context.Context, now time.Time, limit int) ([]notify.Lead, error) {
	var rows []deliveryRow
	err := s.db.system(ctx, "find deliveries that are due", func(tx *gorm.DB) error {
		return tx.Where("state = 'waiting' AND due_at <= ? AND (held_until IS NULL OR held_until <= ?) AND (bundle IS NULL OR bundle = id)", now.UTC(), now.UTC()).
			Order("due_at").Limit(limit).Find(&rows).Error
	})
	out := make([]notify.Lead, len(rows))
	for i, r := range rows {
		out[i] = notify.Lead{Org: r.OrgID, Delivery: r.ID}
	}
	return out, err
}

// Claim implements notify.DeliveryStore. The lead's row decides: whoever changes it first has the bundle, and only they add to it.
// Rows that somebody else claims at this moment are theirs: nobody waits for them, as two who waited for each other would.
func (s *DeliveryStore) Claim(ctx context.Context, l notify.Lead, now, until time.Time) (p notify.Parcel, mine bool, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, l.Org, func(tx *gorm.DB) error {
			free, err := freeDeliveries(tx, "org_id = ? AND id = ? AND state = 'waiting' AND due_at <= ? AND (held_until IS NULL OR held_until <= ?) AND (bundle IS NULL OR bundle = id)",
				l.Org, l.Delivery, now.UTC(), now.UTC())
			if mine = len(free) == 1; err != nil || !mine {
				return err
			}
			if err := tx.Model(&deliveryRow{}).Where("org_id = ? AND id = ?", l.Org, l.Delivery).
				Updates(map[string]any{"bundle": l.Delivery, "held_until": until.UTC(), "tries": gorm.Expr("tries + 1")}).Error; err != nil {
				return err
			}
			var lead deliveryRow
			if err := tx.Where("org_id = ? AND id = ?", l.Org, l.Delivery).Take(&lead).Error; err != nil {
				return err
			}
			if lead.Tries == 1 && lead.ChannelID.IsZero() && !lead.Kind.Alone() {
				with, err := freeDeliveries(tx, "org_id = ? AND member_id = ? AND channel_id IS NULL AND state = 'waiting' AND due_at <= ? AND bundle IS NULL", l.Org, lead.MemberID, now.UTC())
				if err == nil && len(with) > 0 {
					err = tx.Model(&deliveryRow{}).Where("org_id = ? AND id IN ?", l.Org, with).Update("bundle", l.Delivery).Error
				}
				if err != nil {
					return err
				}
			}
			p, err = parcel(tx, l)
			return err
		})
	})
	return p, mine, err
}

// freeDeliveries locks the rows that nobody else has locked, and gives their ids.
func freeDeliveries(tx *gorm.DB, where string, args ...any) (out []id.Delivery, err error) {
	err = tx.Model(&deliveryRow{}).Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).Where(where, args...).Pluck("id", &out).Error
	return out, err
}

// parcel reads a bundle with its events, the lead first.
func parcel(tx *gorm.DB, l notify.Lead) (p notify.Parcel, err error) {
	var rows []deliveryRow
	if err := tx.Where("org_id = ? AND bundle = ?", l.Org, l.Delivery).Order("created_at, id").Find(&rows).Error; err != nil {
		return p, err
	}
	which := make([]id.Event, len(rows))
	for i, r := range rows {
		if which[i] = r.EventID; r.ID == l.Delivery && i > 0 {
			rows[0], rows[i] = rows[i], rows[0]
		}
	}
	var events []eventRow
	if err := tx.Where("org_id = ? AND id IN ?", l.Org, which).Find(&events).Error; err != nil {
		return p, err
	}
	by := make(map[id.Event]eventRow, len(events))
	for _, e := range events {
		by[e.ID] = e
	}
	for _, r := range rows {
		p.Deliveries, p.Events = append(p.Deliveries, r.delivery()), append(p.Events, by[r.EventID].event())
	}
	return p, nil
}

// End implements notify.DeliveryStore.
func (s *DeliveryStore) End(ctx context.Context, l notify.Lead, state notify.State, problem string, at time.Time) error {
	return s.set(ctx, l, map[string]any{"state": state, "problem": problem, "ended_at": at.UTC(), "held_until": nil})
}

// Again implements notify.DeliveryStore.
func (s *DeliveryStore) Again(ctx context.Context, l notify.Lead, problem string, due time.Time) error {
	return s.set(ctx, l, map[string]any{"problem": problem, "due_at": due.UTC(), "held_until": nil})
}

func (s *DeliveryStore) set(ctx context.Context, l notify.Lead, values map[string]any) error {
	return s.db.scoped(ctx, l.Org, func(tx *gorm.DB) error {
		return tx.Model(&deliveryRow{}).Where("org_id = ? AND bundle = ? AND state = 'waiting'", l.Org, l.Delivery).Updates(values).Error
	})
}

// SweepEvents implements notify.DeliveryStore.
func (s *DeliveryStore) SweepEvents(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "sweep old events and their deliveries", func(tx *gorm.DB) error {
		if err := tx.Where("at < ? AND "+unheld("channel_threads"), before.UTC()).Delete(&threadRow{}).Error; err != nil {
			return err
		}
		return tx.Where("at < ? AND "+unheld("events"), before.UTC()).Delete(&eventRow{}).Error
	})
}
