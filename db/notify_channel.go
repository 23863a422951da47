package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
)

type channelRow struct {
	OrgID       id.Org             `gorm:"column:org_id;primaryKey"`
	ID          id.Channel         `gorm:"column:id;primaryKey"`
	Name        string             `gorm:"column:name"`
	Kind        notify.ChannelKind `gorm:"column:kind"`
	Address     []byte             `gorm:"column:address"`
	Shown       string             `gorm:"column:shown"`
	Room        string             `gorm:"column:room"`
	Secret      []byte             `gorm:"column:secret"`
	Former      []byte             `gorm:"column:former"`
	FormerUntil *time.Time         `gorm:"column:former_until"`
	Kinds       []notify.Kind      `gorm:"column:kinds;serializer:json"`
	TeamID      id.Team            `gorm:"column:team_id"`
	Disabled    bool               `gorm:"column:disabled"`
	Problem     string             `gorm:"column:problem"`
	Version     int64              `gorm:"column:version"`
	CreatedAt   time.Time          `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt   time.Time          `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (channelRow) TableName() string { return "channels" }

func (r channelRow) channel() notify.Channel {
	return notify.Channel{ID: r.ID, Org: r.OrgID, Name: r.Name, Kind: r.Kind, Shown: r.Shown, Room: r.Room, Address: r.Address, Secret: r.Secret, Former: r.Former, FormerUntil: fromNull(r.FormerUntil),
		Kinds: r.Kinds, Team: r.TeamID, Disabled: r.Disabled, Problem: r.Problem, Version: r.Version, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

func channelRowOf(c notify.Channel) channelRow {
	row := channelRow{OrgID: c.Org, ID: c.ID, Name: c.Name, Kind: c.Kind, Address: c.Address, Shown: c.Shown, Room: c.Room, Secret: c.Secret, Former: c.Former, FormerUntil: toNull(c.FormerUntil),
		Kinds: c.Kinds, TeamID: c.Team, Disabled: c.Disabled, Problem: c.Problem, Version: c.Version, CreatedAt: c.CreatedAt.UTC(), UpdatedAt: c.UpdatedAt.UTC()}
	if row.Kinds == nil {
		row.Kinds = []notify.Kind{}
	}
	return row
}

// ChannelStore keeps the places to which events go.
type ChannelStore struct{ db *DB }

// NewChannelStore makes the store.
func NewChannelStore(d *DB) *ChannelStore { return &ChannelStore{d} }

var _ notify.ChannelStore = (*ChannelStore)(nil)

// Channels implements notify.ChannelStore.
func (s *ChannelStore) Channels(ctx context.Context, o id.Org) ([]notify.Channel, error) {
	var rows []channelRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("name, id").Find(&rows).Error })
	out := make([]notify.Channel, len(rows))
	for i, r := range rows {
		out[i] = r.channel()
	}
	return out, err
}

// Channel implements notify.ChannelStore.
func (s *ChannelStore) Channel(ctx context.Context, o id.Org, c id.Channel) (notify.Channel, error) {
	var row channelRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, c).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notify.Channel{}, notify.ErrNoChannel
	}
	return row.channel(), err
}

// InsertChannel implements notify.ChannelStore.
func (s *ChannelStore) InsertChannel(ctx context.Context, c notify.Channel) error {
	row := channelRowOf(c)
	return channelTaken(s.db.scoped(ctx, c.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error }))
}

func channelTaken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return notify.ErrNameTaken
	}
	return err
}

// UpdateChannel implements notify.ChannelStore.
func (s *ChannelStore) UpdateChannel(ctx context.Context, c notify.Channel) error {
	row := channelRowOf(c)
	row.Version++
	return channelTaken(s.db.scoped(ctx, c.Org, func(tx *gorm.DB) error {
		res := tx.Select("*").Omit("org_id", "id", "kind", "created_at").Where("org_id = ? AND id = ? AND version = ?", c.Org, c.ID, c.Version).Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return notify.ErrChannelChanged
		}
		return res.Error
	}))
}

// DeleteChannel implements notify.ChannelStore.
func (s *ChannelStore) DeleteChannel(ctx context.Context, o id.Org, c id.Channel) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND id = ?", o, c).Delete(&channelRow{})
		if res.Error == nil && res.RowsAffected == 0 {
			return notify.ErrNoChannel
		}
		return res.Error
	})
}

// Trouble implements notify.ChannelStore.
func (s *ChannelStore) Trouble(ctx context.Context, o id.Org, c id.Channel, problem string, off bool) error {
	set := map[string]any{"problem": problem}
	if off {
		set["disabled"] = true
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&channelRow{}).Where("org_id = ? AND id = ?", o, c).Updates(set).Error
	})
}

type threadRow struct {
	OrgID     id.Org     `gorm:"column:org_id;primaryKey"`
	ChannelID id.Channel `gorm:"column:channel_id;primaryKey"`
	About     string     `gorm:"column:about;primaryKey"`
	Name      string     `gorm:"column:name"`
	At        time.Time  `gorm:"column:at"`
}

// TableName names the table.
func (threadRow) TableName() string { return "channel_threads" }

// Thread implements notify.ChannelStore.
func (s *ChannelStore) Thread(ctx context.Context, o id.Org, c id.Channel, about string, since time.Time) (string, error) {
	var rows []threadRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND channel_id = ? AND about = ? AND at > ?", o, c, about, since.UTC()).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Name, nil
}

// KeepThread implements notify.ChannelStore.
func (s *ChannelStore) KeepThread(ctx context.Context, o id.Org, c id.Channel, about, name string, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		put := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "channel_id"}, {Name: "about"}}, DoUpdates: clause.AssignmentColumns([]string{"name", "at"})}
		return tx.Clauses(put).Create(&threadRow{o, c, about, name, at.UTC()}).Error
	})
}
