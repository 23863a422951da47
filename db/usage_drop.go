package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// DropDays implements usage.RetentionStore. Each day waits half a second for its lock at most, and holds it for a few
// milliseconds: whoever reads requests meanwhile waits for that.
func (s *UsageStore) DropDays(ctx context.Context, before time.Time) error {
	if !s.db.Postgres() {
		return nil
	}
	var names []string
	err := s.db.system(ctx, "list days of facts", func(tx *gorm.DB) error {
		return tx.Raw("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('attempts') ORDER BY 1").Scan(&names).Error
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		d, err := time.Parse("attempts_20060102", name)
		if err != nil || d.Add(day).After(before) {
			continue
		}
		for tries := 1; ; tries++ {
			if err = s.dropDay(ctx, d); !lockTimedOut(err) || tries == dropTries {
				break
			}
			select { // whoever waited behind us goes first
			case <-ctx.Done():
			case <-time.After(dropPause):
			}
		}
		if err != nil {
			return fmt.Errorf("day %s: %w", d.Format(time.DateOnly), err)
		}
	}
	return nil
}

// A day that somebody reads all the time is tried for again; the next night tries what these do not get.
const (
	dropTries = 10
	dropPause = time.Second
)

func (s *UsageStore) dropDay(ctx context.Context, d time.Time) error {
	return s.db.system(ctx, "drop a day of facts", func(tx *gorm.DB) error {
		if err := tx.Exec("SET LOCAL lock_timeout = '500ms'").Error; err != nil {
			return err
		}
		var there, some bool
		on := d.Format(time.DateOnly)
		if err := tx.Raw("SELECT lock_fact_day(?::date)", on).Scan(&there).Error; err != nil || !there {
			return err
		}
		if err := tx.Raw("SELECT EXISTS (SELECT 1 FROM attempts WHERE at >= ? AND at < ?)", d, d.Add(day)).Scan(&some).Error; err != nil || some {
			return err // a late journal: it goes tomorrow
		}
		return tx.Exec("SELECT drop_fact_day(?::date)", on).Error
	})
}

// lockTimedOut reports whether PostgreSQL gave up waiting for a lock.
func lockTimedOut(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55P03"
}
