package db

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

type cacheEntryRow struct {
	OrgID    id.Org     `gorm:"column:org_id;primaryKey"`
	Key      string     `gorm:"column:entry_key;primaryKey"`
	Sharing  string     `gorm:"column:sharing"`
	Node     string     `gorm:"column:node_id"`
	MemberID id.Member  `gorm:"column:member_id"`
	Prompt   string     `gorm:"column:prompt"`
	Asked    string     `gorm:"column:asked"`
	Model    string     `gorm:"column:model"`
	Provider string     `gorm:"column:provider"`
	Cost     money.USD  `gorm:"column:cost_nanos"`
	TookUS   int64      `gorm:"column:took_us"`
	Size     int64      `gorm:"column:size"`
	MadeAt   time.Time  `gorm:"column:made_at"`
	Fresh    time.Time  `gorm:"column:fresh_until"`
	Stale    time.Time  `gorm:"column:stale_until"`
	Kept     *time.Time `gorm:"column:kept_until"` // where it is later
	Epoch    int64      `gorm:"column:epoch"`
	Hits     int64      `gorm:"column:hits"`
	LastHit  *time.Time `gorm:"column:last_hit_at"`
	Sealed   []byte     `gorm:"column:sealed"`
	Prefix   string     `gorm:"column:prefix"`
	Question []byte     `gorm:"column:question"`
}

// TableName names the table.
func (cacheEntryRow) TableName() string { return "cache_entries" }

// cacheEntryNews are the columns that a new answer to the same question replaces: hits go on counting.
var cacheEntryNews = []string{"sharing", "node_id", "member_id", "prompt", "asked", "model", "provider", "cost_nanos", "took_us", "size", "made_at", "fresh_until", "stale_until", "kept_until", "epoch", "sealed", "prefix", "question"}

func cacheEntryRowOf(e *cache.Entry, bare bool) cacheEntryRow {
	r := cacheEntryRow{OrgID: e.Org, Key: e.Key.String(), Sharing: string(e.Sharing), Node: e.Node, MemberID: e.Member, Prompt: e.Prompt.String(), Asked: e.Asked, Model: e.Model, Provider: e.Provider,
		Cost: e.Cost, TookUS: e.Took.Microseconds(), Size: int64(len(e.Sealed)), MadeAt: e.Made.UTC(), Fresh: e.Fresh.UTC(), Stale: e.Stale.UTC(), Epoch: e.Epoch, Sealed: e.Sealed, Question: e.Question}
	if e.Prefix != (cache.Key{}) {
		r.Prefix = e.Prefix.String()
	}
	clean(&r.Asked, &r.Model, &r.Provider)
	if until := e.Until().UTC(); until.After(r.Stale) {
		r.Kept = &until
	}
	if bare {
		r.Sealed = nil
	}
	return r
}

func (r *cacheEntryRow) entry() *cache.Entry {
	e := &cache.Entry{Org: r.OrgID, Sharing: cache.Sharing(r.Sharing), Node: r.Node, Member: r.MemberID, Asked: r.Asked, Model: r.Model, Provider: r.Provider, Cost: r.Cost,
		Took: time.Duration(r.TookUS) * time.Microsecond, Made: r.MadeAt.UTC(), Fresh: r.Fresh.UTC(), Stale: r.Stale.UTC(), Epoch: r.Epoch, Sealed: r.Sealed, Question: r.Question}
	if r.Kept != nil {
		e.Kept = r.Kept.UTC()
	}
	e.Key, _ = cache.ParseKey(r.Key)
	e.Prompt, _ = cache.ParseKey(r.Prompt)
	e.Prefix, _ = cache.ParseKey(r.Prefix)
	return e
}

// Get implements cache.Store.
func (s *CacheStore) Get(ctx context.Context, o id.Org, k cache.Key) (*cache.Entry, error) {
	var row cacheEntryRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND entry_key = ?", o, k.String()).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && len(row.Sealed) == 0 {
		return nil, cache.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return row.entry(), nil
}

// Put implements cache.Store.
func (s *CacheStore) Put(ctx context.Context, o id.Org, entries []*cache.Entry) error {
	rows := make([]cacheEntryRow, len(entries))
	for i, e := range entries {
		rows[i] = cacheEntryRowOf(e, s.Bare)
	}
	// One order for all nodes, so that two writers wait for each other and never in a circle.
	slices.SortFunc(rows, func(a, b cacheEntryRow) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "entry_key"}}, DoUpdates: clause.AssignmentColumns(cacheEntryNews)}).CreateInBatches(&rows, 50).Error
	})
}

// Drop implements cache.Store.
func (s *CacheStore) Drop(ctx context.Context, o id.Org, keys []cache.Key) error {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.String()
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND entry_key IN ?", o, names).Delete(&cacheEntryRow{}).Error
	})
}

// Count implements cache.Counter.
func (s *CacheStore) Count(ctx context.Context, o id.Org, hits map[cache.Key]cache.Hits) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			for _, k := range sortedKeys(hits) {
				h := hits[k]
				err := tx.Model(&cacheEntryRow{}).Where("org_id = ? AND entry_key = ?", o, k.String()).
					Updates(map[string]any{"hits": gorm.Expr("hits + ?", h.Times), "last_hit_at": h.Last.UTC()}).Error
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func sortedKeys(hits map[cache.Key]cache.Hits) []cache.Key {
	out := make([]cache.Key, 0, len(hits))
	for k := range hits {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b cache.Key) int { return slices.Compare(a[:], b[:]) })
	return out
}

// Sweep implements cache.Counter. A cut is needed as long as an entry that it ends may be anywhere.
func (s *CacheStore) Sweep(ctx context.Context, now time.Time) error {
	return s.db.system(ctx, "forget cached answers whose time is over", func(tx *gorm.DB) error {
		if err := tx.Where("stale_until < ? AND (kept_until IS NULL OR kept_until < ?)", now.UTC(), now.UTC()).Delete(&cacheEntryRow{}).Error; err != nil {
			return err
		}
		// The newest stays: numbers count on from it.
		if err := sweepLikes(tx, now); err != nil {
			return err
		}
		return tx.Where("at < ? AND number < (SELECT MAX(newest.number) FROM cache_cuts newest WHERE newest.org_id = cache_cuts.org_id)", now.Add(-cache.MaxTTL-time.Hour).UTC()).
			Delete(&cacheCutRow{}).Error
	})
}
