package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type nodeRow struct {
	ID        id.Node    `gorm:"column:id;primaryKey"`
	Epoch     int64      `gorm:"column:epoch"`
	Beats     int64      `gorm:"column:beats"`
	Label     string     `gorm:"column:label"`
	Version   string     `gorm:"column:version"`
	StartedAt time.Time  `gorm:"column:started_at"`
	SeenAt    time.Time  `gorm:"column:seen_at"`
	LeftAt    *time.Time `gorm:"column:left_at"`
	ReapedAt  *time.Time `gorm:"column:reaped_at"`
	ForgotAt  *time.Time `gorm:"column:forgot_at"` // what it wrote before is in the books, and gone from its disk
}

// TableName names the table.
func (nodeRow) TableName() string { return "nodes" }

func (r nodeRow) peer() budget.Peer {
	p := budget.Peer{ID: r.ID, Epoch: r.Epoch, Beats: r.Beats, Label: r.Label, Version: r.Version, StartedAt: r.StartedAt.UTC(), SeenAt: r.SeenAt.UTC()}
	if r.ReapedAt != nil {
		p.ReapedAt = r.ReapedAt.UTC()
	}
	return p
}

// forgetNodesAfter is how long a node that left stays on record: for people who ask what was running last week.
const forgetNodesAfter = 30 * day

// inSession refuses asks of a session that is over, and says whether the asking node was reaped. The node's row stays
// locked against reapers and new sessions until the transaction ends. Looks are answered to anybody.
func inSession(tx *gorm.DB, node id.Node, asks []budget.LeaseAsk) (reaped *time.Time, err error) {
	looks := true
	for _, a := range asks {
		looks = looks && a.Op.IsZero()
	}
	if looks {
		return nil, nil
	}
	row, err := lockNode(tx, node, "SHARE")
	if err != nil {
		return nil, err
	}
	for _, a := range asks {
		if a.Epoch != row.Epoch {
			return nil, fmt.Errorf("epoch %d asks, the books are at %d: %w", a.Epoch, row.Epoch, budget.ErrSession)
		}
	}
	return row.ReapedAt, nil
}

// lockNode reads a node's row; one that the books do not know has epoch 0.
func lockNode(tx *gorm.DB, node id.Node, strength string) (nodeRow, error) {
	row := nodeRow{ID: node}
	err := tx.Clauses(clause.Locking{Strength: strength}).Where("id = ?", node).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nodeRow{ID: node}, nil
	}
	return row, err
}

// Begin implements budget.Registry.
func (s *LedgerStore) Begin(ctx context.Context, node id.Node, o budget.Opening) (epoch int64, err error) {
	err = s.books(ctx, "begin a node's session", func(tx *gorm.DB) error {
		row, err := lockNode(tx, node, "UPDATE")
		if err != nil {
			return err
		}
		var mark markRow
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("node_id = ?", node).Take(&mark).Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		if mark.mark().At != o.At.At {
			return budget.ErrMoved
		}
		if err := replaceLeases(tx, node, row.Epoch, o); err != nil {
			return err
		}
		now := o.Now.UTC().Truncate(time.Microsecond)
		epoch = max(row.Epoch, o.Prior) + 1
		if err := tx.Where("left_at < ?", now.Add(-forgetNodesAfter)).Delete(&nodeRow{}).Error; err != nil {
			return err
		}
		next := nodeRow{ID: node, Epoch: epoch, Beats: row.Beats + 1, Label: o.Label, Version: o.Version, StartedAt: now, SeenAt: now, ForgotAt: row.ForgotAt}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&next).Error
	})
	return epoch, err
}

// Surrender implements budget.Bank.
func (s *LedgerStore) Surrender(ctx context.Context, node id.Node, damaged bool) error {
	return s.books(ctx, "end a node's session", func(tx *gorm.DB) error {
		row, err := lockNode(tx, node, "UPDATE")
		if err != nil {
			return err
		}
		return replaceLeases(tx, node, row.Epoch, budget.Opening{Damaged: damaged, Now: row.SeenAt})
	})
}

// Leave implements budget.Registry.
func (s *LedgerStore) Leave(ctx context.Context, node id.Node, epoch int64, now time.Time) error {
	return s.books(ctx, "say that a node left", func(tx *gorm.DB) error {
		return tx.Model(&nodeRow{}).Where("id = ? AND epoch = ?", node, epoch).Update("left_at", now.UTC().Truncate(time.Microsecond)).Error
	})
}

// Beat implements budget.Registry.
func (s *LedgerStore) Beat(ctx context.Context, node id.Node, epoch int64, now time.Time) (budget.Pulse, error) {
	pulse := budget.Pulse{Server: s.server(ctx)}
	err := s.books(ctx, "show that a node is alive", func(tx *gorm.DB) error {
		err := tx.Model(&nodeRow{}).Where("id = ? AND epoch = ?", node, epoch).
			Updates(map[string]any{"beats": gorm.Expr("beats + 1"), "seen_at": now.UTC().Truncate(time.Microsecond)}).Error
		if err != nil {
			return err
		}
		var rows []nodeRow
		if err := tx.Where("id = ? OR (left_at IS NULL AND reaped_at IS NULL)", node).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		var mark markRow
		if err := tx.Where("node_id = ?", node).Take(&mark).Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		pulse.Epoch, pulse.Reaped, pulse.Peers, pulse.At = 0, false, nil, mark.mark().At
		for _, r := range rows {
			if r.ID == node {
				pulse.Epoch, pulse.Reaped = r.Epoch, r.ReapedAt != nil
			}
			pulse.Peers = append(pulse.Peers, r.peer())
		}
		return nil
	})
	return pulse, err
}

// server tells database servers and their histories apart: a replica that was promoted goes on under a new timeline,
// a restored copy often under the old one, which the journal's mark then shows. On SQLite it is empty.
func (s *LedgerStore) server(ctx context.Context) (name string) {
	if !s.db.Postgres() {
		return ""
	}
	err := s.db.system(ctx, "tell database servers apart", func(tx *gorm.DB) error {
		return tx.Raw(`SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || CASE WHEN pg_is_in_recovery() THEN 'standby'
			ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END`).Scan(&name).Error
	})
	if err != nil {
		return "" // a server that does not say is not held against it
	}
	return name
}

// Reap implements budget.Registry. The guard is the row itself: who comes second finds it changed.
func (s *LedgerStore) Reap(ctx context.Context, seen budget.Peer, now time.Time) (done bool, err error) {
	at := now.UTC().Truncate(time.Microsecond)
	err = s.books(ctx, "reap a silent node", func(tx *gorm.DB) error {
		done = false
		res := tx.Model(&nodeRow{}).Where("id = ? AND epoch = ? AND beats = ? AND left_at IS NULL AND reaped_at IS NULL", seen.ID, seen.Epoch, seen.Beats).
			Update("reaped_at", at)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		done = true
		if err := lockLeases(tx, seen.ID); err != nil {
			return err
		}
		return tx.Model(&leaseRow{}).Where("node_id = ? AND reaped_at IS NULL", seen.ID).Update("reaped_at", at).Error
	})
	return done, err
}
