package db

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type increaseRow struct {
	OrgID     id.Org      `gorm:"column:org_id;primaryKey"`
	LimitID   id.Limit    `gorm:"column:limit_id;primaryKey"`
	ID        id.Increase `gorm:"column:id;primaryKey"`
	Add       int64       `gorm:"column:add_amount"`
	Percent   int64       `gorm:"column:percent"`
	Until     time.Time   `gorm:"column:until"`
	Reason    string      `gorm:"column:reason"`
	CreatedBy string      `gorm:"column:created_by"`
	CreatedAt time.Time   `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (increaseRow) TableName() string { return "limit_increases" }

func (r increaseRow) increase() limit.Increase {
	return limit.Increase{ID: r.ID, Limit: r.LimitID, Add: r.Add, Percent: r.Percent, Until: r.Until.UTC(), Reason: r.Reason, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC()}
}

// Raise implements limit.Store.
func (s *LimitStore) Raise(ctx context.Context, o id.Org, x limit.Increase) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Create(&increaseRow{OrgID: o, LimitID: x.Limit, ID: x.ID, Add: x.Add, Percent: x.Percent, Until: x.Until, Reason: x.Reason,
			CreatedBy: x.CreatedBy, CreatedAt: x.CreatedAt})
	})
}

// Lower implements limit.Store.
func (s *LimitStore) Lower(ctx context.Context, o id.Org, l id.Limit, x id.Increase) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND limit_id = ? AND id = ?", o, l, x).Delete(&increaseRow{})
	})
}

// Rules implements limit.Store.
func (s *LimitStore) Rules(ctx context.Context, now time.Time) ([]limit.Rule, error) {
	var rows []limitRow
	var orgs []orgRow
	var raised []increaseRow
	labels := map[org.Scope]string{}
	err := s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "compile rate limits", func(tx *gorm.DB) error {
			if err := tx.Order("org_id, id").Find(&rows).Error; err != nil || len(rows) == 0 {
				return err
			}
			if err := tx.Find(&orgs).Error; err != nil {
				return err
			}
			if err := tx.Where("until > ?", now).Order("org_id, until").Find(&raised).Error; err != nil {
				return err
			}
			own := map[id.Org][]limitRow{}
			for _, r := range rows {
				own[r.OrgID] = append(own[r.OrgID], r)
			}
			for o, limits := range own {
				places, err := placesOf(tx, o, nodesOf(limits))
				if err != nil {
					return err
				}
				for scope, p := range places {
					labels[scope] = p.Label
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	zones := make(map[id.Org]string, len(orgs))
	for _, o := range orgs {
		zones[o.ID] = o.Zone
	}
	raises := map[id.Limit][]limit.Raise{}
	for _, x := range raised {
		raises[x.LimitID] = append(raises[x.LimitID], limit.Raise{Add: x.Add, Percent: x.Percent, Until: x.Until.UTC()})
	}
	out := make([]limit.Rule, 0, len(rows))
	for _, r := range rows {
		l, err := r.limit()
		if err != nil {
			return nil, err
		}
		out = append(out, limit.Rule{ID: l.ID, Org: l.Org, Kind: l.Scope.Kind(), Node: l.Scope.Node(), Label: cmp.Or(labels[l.Scope], l.Name), Name: l.Name,
			Tag: l.Tag, Model: l.Model, Endpoint: l.Endpoint, Unit: l.Unit, Amount: l.Amount, Window: l.Window, Soft: l.Soft, Burst: l.Burst,
			Zone: zones[r.OrgID], Raises: raises[l.ID]})
	}
	return out, nil
}
