package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type editionRow struct {
	Org      id.Org           `gorm:"column:org_id;primaryKey"`
	ID       id.Edition       `gorm:"column:id;primaryKey"`
	Report   id.Report        `gorm:"column:report_id"`
	Kind     string           `gorm:"column:kind"`
	About    string           `gorm:"column:about"`
	Occasion string           `gorm:"column:occasion"`
	From     time.Time        `gorm:"column:from_at"`
	To       time.Time        `gorm:"column:to_at"`
	MadeAt   time.Time        `gorm:"column:made_at"`
	By       string           `gorm:"column:made_by"`
	CSV      bool             `gorm:"column:csv"`
	PDF      bool             `gorm:"column:pdf"`
	Content  bulletin.Content `gorm:"column:content;serializer:json"`
}

// TableName names the table.
func (editionRow) TableName() string { return "report_editions" }

func (r editionRow) edition() (bulletin.Edition, error) {
	team, err := aboutTeam(r.Org, r.About)
	return bulletin.Edition{ID: r.ID, Org: r.Org, Report: r.Report, Kind: bulletin.Kind(r.Kind), Team: team, Occasion: r.Occasion, From: r.From.UTC(), To: r.To.UTC(), MadeAt: r.MadeAt.UTC(),
		By: r.By, CSV: r.CSV, PDF: r.PDF, Content: r.Content}, err
}

// AddEdition implements bulletin.Store.
func (s *BulletinStore) AddEdition(ctx context.Context, e bulletin.Edition) (kept bulletin.Edition, fresh bool, err error) {
	row := editionRow{Org: e.Org, ID: e.ID, Report: e.Report, Kind: string(e.Kind), About: about(e.Org, e.Team), Occasion: e.Occasion, From: e.From, To: e.To, MadeAt: e.MadeAt,
		By: e.By, CSV: e.CSV, PDF: e.PDF, Content: e.Content}
	err = s.db.scoped(ctx, e.Org, func(tx *gorm.DB) error {
		res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if fresh = res.RowsAffected == 1; fresh || res.Error != nil {
			return res.Error
		}
		row = editionRow{}
		return tx.Where("org_id = ? AND report_id = ? AND occasion = ?", e.Org, e.Report, e.Occasion).Take(&row).Error
	})
	if err != nil {
		return bulletin.Edition{}, false, err
	}
	kept, err = row.edition()
	return kept, fresh, err
}

// Edition implements bulletin.Store.
func (s *BulletinStore) Edition(ctx context.Context, o id.Org, e id.Edition) (bulletin.Edition, error) {
	var row editionRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, e).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return bulletin.Edition{}, bulletin.ErrNotFound
	}
	if err != nil {
		return bulletin.Edition{}, err
	}
	return row.edition()
}

// Editions implements bulletin.Store. Ids begin with their time, so their order is that of making.
func (s *BulletinStore) Editions(ctx context.Context, o id.Org, q bulletin.EditionQuery) ([]bulletin.Edition, error) {
	var rows []editionRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ?", o).Omit("content")
		if !q.Report.IsZero() {
			tx = tx.Where("report_id = ?", q.Report)
		}
		if !q.All {
			tx = tx.Where("about IN ?", q.Teams)
		}
		if !q.Evidence {
			tx = tx.Where("kind NOT IN ?", bulletin.Evidences)
		}
		if !q.After.IsZero() {
			tx = tx.Where("id < ?", q.After)
		}
		return tx.Order("id DESC").Limit(q.Limit).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]bulletin.Edition, len(rows))
	for i, r := range rows {
		if out[i], err = r.edition(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type bulletinDeliveryRow struct {
	Org     id.Org     `gorm:"column:org_id;primaryKey"`
	Edition id.Edition `gorm:"column:edition_id;primaryKey"`
	Member  id.Member  `gorm:"column:member_id;primaryKey"`
	DueAt   *time.Time `gorm:"column:due_at"`
}

// TableName names the table.
func (bulletinDeliveryRow) TableName() string { return "report_deliveries" }

// AddDeliveries implements bulletin.Store.
func (s *BulletinStore) AddDeliveries(ctx context.Context, o id.Org, all []bulletin.Delivery) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]bulletinDeliveryRow, len(all))
	for i, d := range all {
		rows[i] = bulletinDeliveryRow{Org: o, Edition: d.Edition, Member: d.Member, DueAt: toNull(d.DueAt)}
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.CreateInBatches(rows, 200).Error })
}

// DueCopies implements bulletin.Store.
func (s *BulletinStore) DueCopies(ctx context.Context, now time.Time, limit int) ([]bulletin.DueCopy, error) {
	var rows []struct {
		Org     id.Org     `gorm:"column:org_id"`
		Edition id.Edition `gorm:"column:edition_id"`
		Member  id.Member  `gorm:"column:member_id"`
		Report  id.Report  `gorm:"column:report_id"`
		Kind    string     `gorm:"column:kind"`
		About   string     `gorm:"column:about"`
	}
	err := s.db.system(ctx, "find copies of reports that are due", func(tx *gorm.DB) error {
		return tx.Table("report_deliveries AS d").Select("d.org_id, d.edition_id, d.member_id, e.report_id, e.kind, e.about").
			Joins("JOIN report_editions AS e ON e.org_id = d.org_id AND e.id = d.edition_id").
			Where("d.due_at <= ?", now.UTC()).Order("d.due_at, d.member_id").Limit(limit).Find(&rows).Error
	})
	out := make([]bulletin.DueCopy, len(rows))
	for i, r := range rows {
		out[i] = bulletin.DueCopy{Org: r.Org, Edition: r.Edition, Member: r.Member, Report: r.Report, Kind: bulletin.Kind(r.Kind)}
		var wrong error
		if out[i].Team, wrong = aboutTeam(r.Org, r.About); wrong != nil {
			return nil, wrong
		}
	}
	return out, err
}

// Ordered implements bulletin.Store.
func (s *BulletinStore) Ordered(ctx context.Context, o id.Org, e id.Edition, m id.Member) (mine bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&bulletinDeliveryRow{}).Where("org_id = ? AND edition_id = ? AND member_id = ? AND due_at IS NOT NULL", o, e, m).Update("due_at", nil)
		mine = res.RowsAffected == 1
		return res.Error
	})
	return mine, err
}

// Deliveries implements bulletin.Store. A mail's occasion names its copy (bulletin.Copy).
func (s *BulletinStore) Deliveries(ctx context.Context, o id.Org, e id.Edition) ([]bulletin.Delivery, error) {
	var people []memberRow
	var mails []mailRow
	var rows []bulletinDeliveryRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Where("org_id = ? AND edition_id = ?", o, e).Find(&rows).Error; err != nil {
			return err
		}
		if err := tx.Where("org_id = ? AND id IN (?)", o, tx.Model(&bulletinDeliveryRow{}).Select("member_id").Where("org_id = ? AND edition_id = ?", o, e)).Order("name, id").Find(&people).Error; err != nil {
			return err
		}
		return tx.Where("org_id = ? AND kind = ? AND about = ?", o, bulletin.MailKind, e).Find(&mails).Error
	})
	if err != nil {
		return nil, err
	}
	fares := make(map[string]mailRow, len(mails))
	for _, m := range mails {
		fares[m.Occasion] = m
	}
	later := make(map[id.Member]*time.Time, len(rows))
	for _, r := range rows {
		later[r.Member] = r.DueAt
	}
	out := make([]bulletin.Delivery, 0, len(people))
	for _, p := range people {
		d := bulletin.Delivery{Edition: e, Member: p.ID, Address: p.Email, Name: p.Name, DueAt: fromNull(later[p.ID]), Status: bulletin.Forgotten}
		if !d.DueAt.IsZero() {
			d.Status = bulletin.Waiting
		}
		if m, ok := fares[bulletin.Copy(e, p.ID)]; ok {
			d.Problem, d.SentAt = m.Problem, fromNull(m.SentAt)
			switch {
			case m.SentAt != nil:
				d.Status = bulletin.Sent
			case m.DroppedAt != nil:
				d.Status = bulletin.Dropped
			default:
				d.Status = bulletin.Waiting
			}
		}
		out = append(out, d)
	}
	return out, nil
}
