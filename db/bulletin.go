package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type bulletinRow struct {
	Org       id.Org      `gorm:"column:org_id;primaryKey"`
	ID        id.Report   `gorm:"column:id;primaryKey"`
	Kind      string      `gorm:"column:kind"`
	About     string      `gorm:"column:about"`
	Hour      int         `gorm:"column:hour"`
	Answering bool        `gorm:"column:answering"`
	Members   []id.Member `gorm:"column:members;serializer:json"`
	CSV       bool        `gorm:"column:csv"`
	PDF       bool        `gorm:"column:pdf"`
	Paused    bool        `gorm:"column:paused"`
	After     time.Time   `gorm:"column:after_at"`
	CreatedAt time.Time   `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt time.Time   `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (bulletinRow) TableName() string { return "reports" }

func (r bulletinRow) report() (bulletin.Report, error) {
	team, err := aboutTeam(r.Org, r.About)
	return bulletin.Report{ID: r.ID, Org: r.Org, Kind: bulletin.Kind(r.Kind), Team: team, Hour: r.Hour, Answering: r.Answering, Members: r.Members, CSV: r.CSV, PDF: r.PDF, Paused: r.Paused,
		After: r.After.UTC(), CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}, err
}

// aboutTeam is zero where a report is about the organization itself.
func aboutTeam(o id.Org, about string) (id.Team, error) {
	if about == o.UUID() {
		return id.Team{}, nil
	}
	return id.ParseTeam(about)
}

func about(o id.Org, t id.Team) string {
	if t.IsZero() {
		return o.UUID()
	}
	return t.UUID()
}

func bulletinRowOf(r bulletin.Report) bulletinRow {
	if r.Members == nil {
		r.Members = []id.Member{}
	}
	return bulletinRow{Org: r.Org, ID: r.ID, Kind: string(r.Kind), About: about(r.Org, r.Team), Hour: r.Hour, Answering: r.Answering, Members: r.Members, CSV: r.CSV, PDF: r.PDF, Paused: r.Paused,
		After: r.After, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

// BulletinStore keeps regular reports, their editions, and who got which.
type BulletinStore struct{ db *DB }

var _ bulletin.Store = (*BulletinStore)(nil)

// NewBulletinStore makes the store.
func NewBulletinStore(d *DB) *BulletinStore { return &BulletinStore{d} }

// Insert implements bulletin.Store.
func (s *BulletinStore) Insert(ctx context.Context, r bulletin.Report) error {
	return s.change(ctx, r.Org, func(tx *gorm.DB) *gorm.DB {
		row := bulletinRowOf(r)
		return tx.Create(&row)
	})
}

// change runs a statement that must change a row.
func (s *BulletinStore) change(ctx context.Context, o id.Org, do func(tx *gorm.DB) *gorm.DB) error {
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := do(tx)
		if res.Error == nil && res.RowsAffected == 0 {
			return bulletin.ErrNotFound
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return bulletin.ErrTaken
	}
	return err
}

// Update implements bulletin.Store.
func (s *BulletinStore) Update(ctx context.Context, r bulletin.Report) error {
	return s.change(ctx, r.Org, func(tx *gorm.DB) *gorm.DB {
		row := bulletinRowOf(r)
		return tx.Model(&bulletinRow{}).Where("org_id = ? AND id = ?", r.Org, r.ID).
			Select("hour", "answering", "members", "csv", "pdf", "paused", "after_at", "updated_at").Updates(&row)
	})
}

// Delete implements bulletin.Store.
func (s *BulletinStore) Delete(ctx context.Context, o id.Org, r id.Report) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND id = ?", o, r).Delete(&bulletinRow{})
	})
}

// Get implements bulletin.Store.
func (s *BulletinStore) Get(ctx context.Context, o id.Org, r id.Report) (bulletin.Report, error) {
	var row bulletinRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, r).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return bulletin.Report{}, bulletin.ErrNotFound
	}
	if err != nil {
		return bulletin.Report{}, err
	}
	return row.report()
}

// List implements bulletin.Store.
func (s *BulletinStore) List(ctx context.Context, o id.Org) ([]bulletin.Report, error) {
	var rows []bulletinRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("created_at, id").Find(&rows).Error })
	if err != nil {
		return nil, err
	}
	out := make([]bulletin.Report, len(rows))
	for i, r := range rows {
		if out[i], err = r.report(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Active implements bulletin.Store.
func (s *BulletinStore) Active(ctx context.Context) ([]bulletin.Zoned, error) {
	var rows []struct {
		Row  bulletinRow `gorm:"embedded"`
		Zone string      `gorm:"column:zone"`
	}
	err := s.db.system(ctx, "find reports that are due", func(tx *gorm.DB) error {
		return tx.Table("reports").Select(selected(tx, "reports", &bulletinRow{}) + ", organizations.zone AS zone").
			Joins("JOIN organizations ON organizations.id = reports.org_id").
			Where("NOT reports.paused AND organizations.deleted_at IS NULL").Order("reports.org_id, reports.id").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]bulletin.Zoned, len(rows))
	for i, r := range rows {
		out[i].Zone = r.Zone
		if out[i].Report, err = r.Row.report(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Claim implements bulletin.Store.
func (s *BulletinStore) Claim(ctx context.Context, o id.Org, r id.Report, slot time.Time) (mine bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&bulletinRow{}).Where("org_id = ? AND id = ? AND NOT paused AND after_at < ?", o, r, slot.UTC()).Update("after_at", slot.UTC())
		mine = res.RowsAffected == 1
		return res.Error
	})
	return mine, err
}
