package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
)

// Deliveries implements notify.DeliveryStore. Ids are made of times, so they order a list and are its place.
func (s *DeliveryStore) Deliveries(ctx context.Context, o id.Org, q notify.DeliveryQuery) (out []notify.Listed, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		find := tx.Where("org_id = ?", o)
		if q.State != "" {
			find = find.Where("state = ?", q.State)
		}
		if !q.Channel.IsZero() {
			find = find.Where("channel_id = ?", q.Channel)
		}
		if !q.Before.IsZero() {
			find = find.Where("id < ?", q.Before)
		}
		var rows []deliveryRow
		if err := find.Order("id DESC").Limit(q.Limit).Find(&rows).Error; err != nil {
			return err
		}
		out, err = listedDeliveries(tx, o, rows)
		return err
	})
	return out, err
}

// listedDeliveries finds titles and names.
func listedDeliveries(tx *gorm.DB, o id.Org, rows []deliveryRow) ([]notify.Listed, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var events []id.Event
	var members []id.Member
	var channels []id.Channel
	for _, r := range rows {
		events = append(events, r.EventID)
		if r.ChannelID.IsZero() {
			members = append(members, r.MemberID)
		} else {
			channels = append(channels, r.ChannelID)
		}
	}
	titles, names := map[id.Event]string{}, map[string]string{}
	var found []eventRow
	if err := tx.Select("id", "title").Where("org_id = ? AND id IN ?", o, events).Find(&found).Error; err != nil {
		return nil, err
	}
	for _, e := range found {
		titles[e.ID] = e.Title
	}
	if len(members) > 0 {
		var people []memberRow
		if err := tx.Select("id", "email").Where("org_id = ? AND id IN ?", o, members).Find(&people).Error; err != nil {
			return nil, err
		}
		for _, m := range people {
			names[m.ID.String()] = m.Email
		}
	}
	if len(channels) > 0 {
		var there []channelRow
		if err := tx.Select("id", "name").Where("org_id = ? AND id IN ?", o, channels).Find(&there).Error; err != nil {
			return nil, err
		}
		for _, c := range there {
			names[c.ID.String()] = c.Name
		}
	}
	out := make([]notify.Listed, len(rows))
	for i, r := range rows {
		out[i] = notify.Listed{Delivery: r.delivery(), Title: titles[r.EventID], To: names[r.Recipient]}
	}
	return out, nil
}

// Revive implements notify.DeliveryStore. Of a letter with several events all wait again.
func (s *DeliveryStore) Revive(ctx context.Context, o id.Org, d id.Delivery, due time.Time) (l notify.Listed, ok bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []deliveryRow
		if err := tx.Where("org_id = ? AND id = ? AND state <> 'waiting'", o, d).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		bundle := rows[0].Bundle
		// From 1, not 0: the parcel stays what it was, since its message may have arrived.
		done := tx.Model(&deliveryRow{}).Where("org_id = ? AND bundle = ? AND state <> 'waiting'", o, bundle).
			Updates(map[string]any{"state": notify.Waiting, "due_at": due.UTC(), "held_until": nil, "tries": 1, "problem": "", "ended_at": nil})
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		all, err := listedDeliveries(tx, o, rows)
		if err != nil {
			return err
		}
		l, ok = all[0], true
		return nil
	})
	return l, ok, err
}
