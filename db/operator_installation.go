package db

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
)

// Names of settings, as stored.
const (
	signUpSetting       = "sign_up_closed"
	announcementSetting = "announcement"
	backupDaysSetting   = "backup_days"
)

// Settings implements operator.Store. A name that this program does not know is a newer one's.
func (s *OperatorStore) Settings(ctx context.Context) (out operator.Settings, err error) {
	var rows []operatorSettingRow
	err = s.db.console(ctx, "read the installation's settings", func(tx *gorm.DB) error { return tx.Find(&rows).Error })
	for _, r := range rows {
		switch r.Name {
		case signUpSetting:
			out.SignUpClosed = r.Value == "true"
		case announcementSetting:
			out.Announcement = r.Value
		case backupDaysSetting:
			out.BackupDays, _ = strconv.Atoi(r.Value)
		}
		for _, d := range operator.Ranges {
			if d.Name == r.Name {
				*d.Of(&out.Defaults), _ = strconv.Atoi(r.Value)
			}
		}
	}
	return out, err
}

// SetSettings implements operator.Store.
func (s *OperatorStore) SetSettings(ctx context.Context, in operator.Settings) error {
	rows := []operatorSettingRow{{signUpSetting, strconv.FormatBool(in.SignUpClosed)}, {announcementSetting, in.Announcement}, {backupDaysSetting, strconv.Itoa(in.BackupDays)}}
	for _, d := range operator.Ranges {
		rows = append(rows, operatorSettingRow{d.Name, strconv.Itoa(*d.Of(&in.Defaults))})
	}
	return s.db.console(ctx, "change the installation's settings", func(tx *gorm.DB) error { return tx.Clauses(newValue).Create(&rows).Error })
}

// AddBackup implements operator.Store.
func (s *OperatorStore) AddBackup(ctx context.Context, b operator.Backup) error {
	return s.db.console(ctx, "note a backup", func(tx *gorm.DB) error {
		return tx.Create(&operatorBackupRow{id.NewAudit(id.NewSource(func() time.Time { return b.At }, nil)), b.At.UTC(), b.Version, b.Rows}).Error
	})
}

// Backups implements operator.Store.
func (s *OperatorStore) Backups(ctx context.Context, limit int) ([]operator.Backup, error) {
	var rows []operatorBackupRow
	err := s.db.console(ctx, "read when backups were made", func(tx *gorm.DB) error { return tx.Order("at DESC, id DESC").Limit(limit).Find(&rows).Error })
	out := make([]operator.Backup, len(rows))
	for i, r := range rows {
		out[i] = operator.Backup{At: r.At.UTC(), Version: r.Version, Rows: r.Rows}
	}
	return out, err
}

// Nodes implements operator.Store.
func (s *OperatorStore) Nodes(ctx context.Context) ([]operator.Node, error) {
	var rows []nodeRow
	posted := map[id.Node]time.Time{}
	err := s.db.console(ctx, "which nodes there are", func(tx *gorm.DB) error {
		if err := tx.Order("left_at IS NOT NULL, seen_at DESC").Limit(100).Find(&rows).Error; err != nil {
			return err
		}
		var marks []struct {
			NodeID    id.Node
			UpdatedAt time.Time
		}
		err := tx.Table("journal_positions").Select("node_id, updated_at").Find(&marks).Error
		for _, m := range marks {
			posted[m.NodeID] = m.UpdatedAt.UTC()
		}
		return err
	})
	out := make([]operator.Node, len(rows))
	for i, r := range rows {
		out[i] = operator.Node{ID: r.ID, Label: r.Label, Version: r.Version, StartedAt: r.StartedAt.UTC(), SeenAt: r.SeenAt.UTC(), LeftAt: fromNull(r.LeftAt), PostedAt: posted[r.ID]}
	}
	return out, err
}

// Queue implements operator.Store. It counts what could run by now: jobs that wait for their hour are no lag.
func (s *OperatorStore) Queue(ctx context.Context) (out operator.Queue, err error) {
	now := s.db.clock.Now().UTC()
	err = s.db.console(ctx, "how the job queue stands", func(tx *gorm.DB) error {
		due := func() *gorm.DB {
			return tx.Table("river_job").Where("state IN ? AND scheduled_at <= ?", []string{"available", "retryable"}, now)
		}
		if err := due().Count(&out.Waiting).Error; err != nil {
			return err
		}
		if err := tx.Table("river_job").Where("state = ?", "discarded").Count(&out.Failed).Error; err != nil {
			return err
		}
		var oldest []struct{ ScheduledAt time.Time }
		if err := due().Select("scheduled_at").Order("scheduled_at").Limit(1).Scan(&oldest).Error; err != nil {
			return err
		}
		if len(oldest) > 0 {
			out.Oldest = oldest[0].ScheduledAt.UTC()
		}
		return nil
	})
	return out, err
}

// Size is how many bytes the database takes, for the console; 0 where it does not say.
func (d *DB) Size(ctx context.Context) (bytes int64, err error) {
	query := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if d.Postgres() {
		query = "SELECT pg_database_size(current_database())"
	}
	return bytes, d.sql.QueryRowContext(ctx, query).Scan(&bytes)
}
