package db

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
)

type eventRow struct {
	OrgID      id.Org            `gorm:"column:org_id;primaryKey"`
	ID         id.Event          `gorm:"column:id;primaryKey"`
	Kind       notify.Kind       `gorm:"column:kind"`
	Title      string            `gorm:"column:title"`
	Abroad     string            `gorm:"column:abroad"`
	Body       string            `gorm:"column:body"`
	Href       string            `gorm:"column:href"`
	Details    map[string]string `gorm:"column:details;serializer:json"`
	TeamID     id.Team           `gorm:"column:team_id"`
	Members    []string          `gorm:"column:members;serializer:json"`
	Said       string            `gorm:"column:said"`
	At         time.Time         `gorm:"column:at"`
	EscalateAt *time.Time        `gorm:"column:escalate_at"`
}

// TableName names the table.
func (eventRow) TableName() string { return "events" }

func (r eventRow) event() notify.Event {
	e := notify.Event{ID: r.ID, Org: r.OrgID, Kind: r.Kind, Title: r.Title, Abroad: r.Abroad, Body: r.Body, Href: r.Href, Details: r.Details, Team: r.TeamID, Once: r.Said, At: r.At.UTC(),
		EscalateAt: fromNull(r.EscalateAt)}
	for _, text := range r.Members {
		if m, err := id.ParseMember(text); err == nil {
			e.Members = append(e.Members, m)
		}
	}
	return e
}

func eventRowOf(e notify.Event) eventRow {
	row := eventRow{OrgID: e.Org, ID: e.ID, Kind: e.Kind, Title: e.Title, Abroad: e.Abroad, Body: e.Body, Href: e.Href, Details: e.Details, TeamID: e.Team, Members: make([]string, len(e.Members)),
		Said: e.Once, At: e.At.UTC(), EscalateAt: toNull(e.EscalateAt)}
	if row.Details == nil {
		row.Details = map[string]string{}
	}
	for i, m := range e.Members {
		row.Members[i] = m.UUID()
	}
	return row
}

// EventStore keeps events on their way, and how people want to be told of them.
type EventStore struct{ db *DB }

// NewEventStore makes the store.
func NewEventStore(d *DB) *EventStore { return &EventStore{d} }

var (
	_ notify.EventStore      = (*EventStore)(nil)
	_ notify.PreferenceStore = (*EventStore)(nil)
)

// AddEvent implements notify.EventStore.
func (s *EventStore) AddEvent(ctx context.Context, e notify.Event) (which id.Event, err error) {
	row := eventRowOf(e)
	err = s.db.scoped(ctx, e.Org, func(tx *gorm.DB) error {
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if which = e.ID; made.Error != nil || made.RowsAffected == 1 {
			return made.Error
		}
		var old eventRow
		if err := tx.Where("org_id = ? AND said = ?", e.Org, e.Once).Take(&old).Error; err != nil {
			return err
		}
		which = old.ID
		all := slices.Clone(old.Members)
		for _, m := range row.Members {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
		if len(all) == len(old.Members) {
			return nil
		}
		return tx.Model(&eventRow{}).Where("org_id = ? AND id = ?", e.Org, old.ID).Select("members").Updates(&eventRow{Members: all}).Error
	})
	return which, err
}

// Event implements notify.DeliveryStore.
func (s *EventStore) Event(ctx context.Context, o id.Org, e id.Event) (notify.Event, bool, error) {
	var row eventRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, e).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notify.Event{}, false, nil
	}
	return row.event(), err == nil, err
}

// Unanswered implements notify.EventStore.
func (s *EventStore) Unanswered(ctx context.Context, now time.Time, limit int) ([]notify.Event, error) {
	var out []notify.Event
	err := s.db.system(ctx, "find events that nobody reacted to", func(tx *gorm.DB) error {
		var rows []eventRow
		if err := tx.Where("escalate_at <= ?", now.UTC()).Order("escalate_at").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			var read int64
			if err := tx.Model(&noticeRow{}).Where("org_id = ? AND said = ? AND read_at IS NOT NULL", r.OrgID, r.Said).Count(&read).Error; err != nil {
				return err
			}
			if read == 0 {
				out = append(out, r.event())
				continue
			}
			if err := tx.Model(&eventRow{}).Where("org_id = ? AND id = ?", r.OrgID, r.ID).Update("escalate_at", nil).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Unspread are events of all organizations from since on that are on their way to nobody, the oldest first. Of some nobody wants to hear:
// spreading those again says so again.
func (s *EventStore) Unspread(ctx context.Context, since time.Time) ([]notify.Spread, error) {
	var rows []eventRow
	err := s.db.system(ctx, "find events that a restored queue does not know", func(tx *gorm.DB) error {
		return tx.Where("at >= ? AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.org_id = events.org_id AND d.event_id = events.id)", since.UTC()).
			Order("at, id").Find(&rows).Error
	})
	out := make([]notify.Spread, len(rows))
	for i, r := range rows {
		out[i] = notify.Spread{Org: r.OrgID, Event: r.ID}
	}
	return out, err
}

// Settle implements notify.EventStore.
func (s *EventStore) Settle(ctx context.Context, o id.Org, e id.Event) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&eventRow{}).Where("org_id = ? AND id = ?", o, e).Update("escalate_at", nil).Error
	})
}

type preferenceRow struct {
	OrgID     id.Org             `gorm:"column:org_id;primaryKey"`
	MemberID  id.Member          `gorm:"column:member_id;primaryKey"`
	Body      notify.Preferences `gorm:"column:body;serializer:json"`
	UpdatedAt time.Time          `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (preferenceRow) TableName() string { return "notice_preferences" }

// Preferences implements notify.PreferenceStore.
func (s *EventStore) Preferences(ctx context.Context, o id.Org, of []id.Member) (map[id.Member]notify.Preferences, error) {
	if len(of) == 0 {
		return nil, nil
	}
	var rows []preferenceRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND member_id IN ?", o, of).Find(&rows).Error })
	out := make(map[id.Member]notify.Preferences, len(rows))
	for _, r := range rows {
		out[r.MemberID] = r.Body
	}
	return out, err
}

// SetPreferences implements notify.PreferenceStore.
func (s *EventStore) SetPreferences(ctx context.Context, o id.Org, m id.Member, p notify.Preferences, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		put := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "member_id"}}, DoUpdates: clause.AssignmentColumns([]string{"body", "updated_at"})}
		return tx.Clauses(put).Create(&preferenceRow{o, m, p, at.UTC()}).Error
	})
}
