package db

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// takers is how many waiting batches a node looks at: all of several organizations that may have the most each.
const takers = 5 * batch.MaxOpen

// loaded are batches of which a provider has lines.
const loaded = "EXISTS (SELECT 1 FROM batch_loads AS l WHERE l.org_id = batches.org_id AND l.batch_id = batches.id AND l.state <> ?)"

// waiting are batches that a node may take, those first that were longest without one. A paused one is taken when its time is over or what
// its providers have must be looked after, and one that is put off when it was cancelled, too.
func (s *BatchStore) waiting(ctx context.Context, now time.Time) (rows []batchRow, err error) {
	err = s.db.system(ctx, "find batches that nobody works on", func(tx *gorm.DB) error {
		return tx.Where("ended_at IS NULL AND lease_until <= ? AND (start_at <= ? OR state = ? OR expires_at <= ?) AND (state <> ? OR expires_at <= ? OR "+loaded+")",
			now.UTC(), now.UTC(), string(batch.Cancelling), now.UTC(), string(batch.Paused), now.UTC(), string(batch.NativeOver)).
			Order("lease_until").Limit(takers).Find(&rows).Error
	})
	return rows, err
}

// Claim implements batch.Store.
func (s *BatchStore) Claim(ctx context.Context, token string, busy []id.Org, now, until time.Time) (out batch.Batch, mine bool, err error) {
	rows, err := s.waiting(ctx, now)
	inTurn(rows, busy)
	for i := range rows {
		r := &rows[i]
		if err != nil || mine {
			break
		}
		set := map[string]any{"lease": token, "lease_until": until.UTC()}
		if r.State == string(batch.Paused) && r.ExpiresAt != nil && !r.ExpiresAt.After(now) {
			r.State = string(batch.Running)
			if r.BeganAt == nil {
				r.State = string(batch.Cancelling) // nothing of it was read
			}
			set["state"] = r.State
		}
		err = s.db.scoped(ctx, r.OrgID, func(tx *gorm.DB) error {
			res := tx.Model(&batchRow{}).Where("org_id = ? AND id = ? AND ended_at IS NULL AND lease_until <= ?", r.OrgID, r.ID, now.UTC()).Updates(set)
			mine = res.RowsAffected == 1
			return res.Error
		})
		if err == nil && mine { // it may have been cancelled in between
			out, err = s.Batch(ctx, r.OrgID, r.ID)
		}
	}
	return out, mine && err == nil, err
}

// inTurn sorts batches that wait as they are taken: organizations that this node does nothing for, then those that were longest without
// a turn; of one organization's own, by priority.
func inTurn(rows []batchRow, busy []id.Org) {
	first := map[id.Org]int{}
	for i := range rows {
		if _, ok := first[rows[i].OrgID]; !ok {
			first[rows[i].OrgID] = i
		}
	}
	taken := func(r *batchRow) int { return int(bit(slices.Contains(busy, r.OrgID))) }
	slices.SortStableFunc(rows, func(a, b batchRow) int {
		return cmp.Or(cmp.Compare(taken(&a), taken(&b)), cmp.Compare(first[a.OrgID], first[b.OrgID]), cmp.Compare(b.Priority, a.Priority))
	})
}

// Alone implements batch.Store.
func (s *BatchStore) Alone(ctx context.Context, now time.Time) error {
	if s.db.Postgres() {
		return nil
	}
	return s.db.system(ctx, "free the batches of a process that ended", func(tx *gorm.DB) error {
		return tx.Model(&batchRow{}).Where("ended_at IS NULL AND lease_until > ?", now.UTC()).Updates(map[string]any{"lease": "", "lease_until": now.UTC()}).Error
	})
}

// Rivals implements batch.Store.
func (s *BatchStore) Rivals(ctx context.Context, busy []id.Org, now time.Time) (bool, error) {
	rows, err := s.waiting(ctx, now)
	return slices.ContainsFunc(rows, func(r batchRow) bool { return !slices.Contains(busy, r.OrgID) }), err
}

// leased is what changes a batch that the node with this token has.
func (s *BatchStore) leased(ctx context.Context, o id.Org, b id.Batch, token string, set map[string]any) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&batchRow{}).Where("org_id = ? AND id = ? AND lease = ?", o, b, token).Updates(set)
		if res.Error == nil && res.RowsAffected == 0 {
			return batch.ErrLost
		}
		return res.Error
	})
}

// Hold implements batch.Store.
func (s *BatchStore) Hold(ctx context.Context, o id.Org, b id.Batch, token string, until time.Time) (state batch.State, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.leased(ctx, o, b, token, map[string]any{"lease_until": until.UTC()}); err != nil {
			return err
		}
		found, err := s.Batch(ctx, o, b)
		state = found.State
		return err
	})
	return state, err
}

// Defer implements batch.Store.
func (s *BatchStore) Defer(ctx context.Context, o id.Org, b id.Batch, token string, now, until time.Time) error {
	return s.leased(ctx, o, b, token, map[string]any{"lease": "", "lease_until": now.UTC(), "start_at": until.UTC()})
}

// Release implements batch.Store.
func (s *BatchStore) Release(ctx context.Context, o id.Org, b id.Batch, token string, now time.Time) error {
	return s.leased(ctx, o, b, token, map[string]any{"lease": "", "lease_until": now.UTC()})
}

// Begin implements batch.Store.
func (s *BatchStore) Begin(ctx context.Context, o id.Org, b id.Batch, token string, total int, at time.Time) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.leased(ctx, o, b, token, map[string]any{"total": total, "began_at": at.UTC()}); err != nil {
			return err
		}
		_, err := s.Move(ctx, o, b, []batch.State{batch.Validating}, batch.Running, "", at)
		return err
	})
}

// End implements batch.Store.
func (s *BatchStore) End(ctx context.Context, b batch.Batch, token string, results []batch.File) error {
	body, err := json.Marshal(b.Body)
	if err != nil {
		return fmt.Errorf("batch %s: %w", b.ID, err)
	}
	set := map[string]any{"state": string(b.State), "why": b.Why, "body": string(body), "ended_at": b.EndedAt.UTC(), "lease": "", "lease_until": b.EndedAt.UTC()}
	if !b.Output.IsZero() {
		set["output_id"] = b.Output
	}
	if !b.Failures.IsZero() {
		set["failures_id"] = b.Failures
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.leased(ctx, b.Org, b.ID, token, set); err != nil {
			return err
		}
		for _, f := range results {
			if err := s.InsertFile(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweepAtOnce is how many files, and how many batches, one sweep deletes.
const sweepAtOnce = 500

// Sweep implements batch.Store. An unfinished batch keeps its file, and a legal hold keeps everything.
func (s *BatchStore) Sweep(ctx context.Context, now, stray, ended time.Time) error {
	var files []batchFileRow
	var over []batchRow
	err := s.db.system(ctx, "find batches and files whose time is over", func(tx *gorm.DB) error {
		if err := tx.Where("(expires_at <= ? OR ready = 0 AND created_at <= ?) AND NOT EXISTS (SELECT 1 FROM batches AS b WHERE b.org_id = batch_files.org_id AND b.input_id = batch_files.id AND b.ended_at IS NULL) AND "+unheld("batch_files"), now.UTC(), stray.UTC()).
			Limit(sweepAtOnce).Find(&files).Error; err != nil {
			return err
		}
		return tx.Where("ended_at <= ? AND "+unheld("batches"), ended.UTC()).Limit(sweepAtOnce).Find(&over).Error
	})
	for i := range files {
		if err == nil {
			err = s.DeleteFile(ctx, files[i].OrgID, files[i].ID)
		}
	}
	for i := range over {
		if err == nil {
			err = s.DeleteBatch(ctx, over[i].OrgID, over[i].ID)
		}
	}
	return err
}
