package db

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Post implements budget.Bank. The node's mark makes it exactly once; should the same attempt still come twice, from a
// journal that was copied or a database that was restored, its id does.
func (s *LedgerStore) Post(ctx context.Context, node id.Node, b budget.Batch) ([]budget.Lease, error) {
	if err := s.ensureDaysOf(ctx, b); err != nil {
		return nil, fmt.Errorf("post: days: %w", err)
	}
	leases, err := s.post(ctx, node, b)
	if noPartition(err) { // a journal so late that its day was dropped since it was last made sure of
		s.days.forget()
		if err = s.ensureDaysOf(ctx, b); err == nil {
			leases, err = s.post(ctx, node, b)
		}
	}
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		if b, err = s.news(ctx, b); err == nil {
			leases, err = s.post(ctx, node, b)
		}
	}
	if err != nil && !errors.Is(err, budget.ErrMoved) {
		err = fmt.Errorf("post: %w", err)
	}
	return leases, err
}

// noPartition reports PostgreSQL's complaint about a row that fits no partition.
func noPartition(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23514" && strings.Contains(pg.Message, "no partition")
}

func (s *LedgerStore) post(ctx context.Context, node id.Node, b budget.Batch) ([]budget.Lease, error) {
	var out []budget.Lease
	err := s.books(ctx, "post a journal", func(tx *gorm.DB) error {
		if err := moveMark(tx, node, b); err != nil {
			return err
		}
		costs, owners := costsOf(b)
		// A period that nobody has begun opens with the facts before this batch, so it must begin before they are written.
		b, late, err := ensurePeriods(tx, owners, b)
		if err != nil {
			return err
		}
		if err := s.insertFacts(tx, b); err != nil {
			return err
		}
		if err := s.addUsage(tx, b); err != nil {
			return err
		}
		if err := addHealth(tx, b); err != nil {
			return err
		}
		if err := addCache(tx, b); err != nil {
			return err
		}
		if err := addIncidents(tx, b); err != nil {
			return err
		}
		if err := s.addTrials(tx, b); err != nil {
			return err
		}
		// Accounts are locked last: requests of all nodes wait for these rows when they need lease.
		locked, err := lockAccounts(tx, owners)
		if err != nil {
			return err
		}
		if err := passOn(tx, locked, b); err != nil {
			return err
		}
		if err := bookLate(tx, locked, late); err != nil {
			return err
		}
		var fired []budget.Alert
		out, fired, err = bookCosts(tx, node, locked, costs, newest(b))
		s.db.tell(tx.Statement.Context, fired)
		return err
	})
	return out, err
}

// moveMark takes the node's journal from batch.From to batch.To, or refuses with ErrMoved.
func moveMark(tx *gorm.DB, node id.Node, b budget.Batch) error {
	var row markRow
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("node_id = ?", node).Take(&row).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return err
	}
	if row.mark().At != b.From.At {
		return budget.ErrMoved
	}
	next := markRow{NodeID: node, Segment: int64(b.To.At.Segment), Place: b.To.At.Offset, LowSegment: int64(b.To.Low.Segment),
		LowPlace: b.To.Low.Offset, UpdatedAt: newest(b)}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&next).Error
}

// newest is when the batch's last record was made; the store has no clock of its own.
func newest(b budget.Batch) time.Time {
	var t time.Time
	for i := range b.Attempts {
		if at := b.Attempts[i].End.At; at.After(t) {
			t = at
		}
	}
	for i := range b.Requests {
		if at := b.Requests[i].At; at.After(t) {
			t = at
		}
	}
	return t.UTC()
}

// costsOf sums a batch by account, each in its measure.
func costsOf(b budget.Batch) (costs map[ledger.Account]ledger.Units, owners map[ledger.Account]id.Org) {
	costs, owners = map[ledger.Account]ledger.Units{}, map[ledger.Account]id.Org{}
	for i := range b.Attempts {
		p := &b.Attempts[i]
		used := p.End.Booked()
		for _, s := range p.Attempt.Stakes {
			costs[s.Account] += used.Of(s.Measure)
			owners[s.Account] = p.Attempt.Chain.Org
		}
	}
	return costs, owners
}

// bookCosts moves each account's costs from leased to spent, and says where it stands and what was crossed by that.
func bookCosts(tx *gorm.DB, node id.Node, locked map[ledger.Account]*lockedAccount, costs map[ledger.Account]ledger.Units, at time.Time) ([]budget.Lease, []budget.Alert, error) {
	out := make([]budget.Lease, 0, len(locked))
	leases := make([]leaseRow, 0, len(locked))
	periods := make([]periodRow, 0, len(locked))
	for a, p := range locked {
		own := p.of(node)
		own.Posted += costs[a]
		p.period.Spent += costs[a]
		leases = append(leases, *own)
		out = append(out, budget.Lease{Org: p.period.OrgID, Account: a, Posted: own.Posted, Pool: p.pool()})
	}
	if len(out) == 0 {
		return nil, nil, nil
	}
	fired, err := watchAll(tx, locked, at)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range locked {
		periods = append(periods, p.period)
	}
	err = tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "budget_id"}, {Name: "starts_at"}},
		DoUpdates: clause.AssignmentColumns([]string{"spent_nanos", "opening_nanos", "alert_nanos"}), // the rows are locked: this only updates
	}).Create(&periods).Error
	if err != nil {
		return nil, nil, err
	}
	return out, fired, saveLeases(tx, leases)
}

// ensureDaysOf makes the partitions that a batch needs, nearly always one.
func (s *LedgerStore) ensureDaysOf(ctx context.Context, b budget.Batch) error {
	if !s.db.Postgres() {
		return nil
	}
	days := map[time.Time]bool{}
	for i := range b.Attempts {
		days[b.Attempts[i].Attempt.At.UTC().Truncate(day)] = true
	}
	for i := range b.Requests {
		days[b.Requests[i].At.UTC().Truncate(day)] = true
	}
	for d := range days {
		if err := s.EnsureDays(ctx, d, d); err != nil {
			return err
		}
	}
	return nil
}

// news is a batch without the facts that are in the books already.
func (s *LedgerStore) news(ctx context.Context, b budget.Batch) (budget.Batch, error) {
	err := s.db.system(ctx, "find facts posted before", func(tx *gorm.DB) error {
		var oldAttempts []id.Attempt
		var oldRequests []id.Request
		orgs := map[id.Org]bool{}
		attempts := make([]id.Attempt, len(b.Attempts))
		for i, p := range b.Attempts {
			attempts[i], orgs[p.Attempt.Chain.Org] = p.Attempt.ID, true
		}
		requests := make([]id.Request, len(b.Requests))
		for i, r := range b.Requests {
			requests[i], orgs[r.Chain.Org] = r.ID, true
		}
		within := slices.Collect(maps.Keys(orgs)) // leads the index
		if err := tx.Model(&attemptRow{}).Where("org_id IN ? AND id IN ?", within, attempts).Pluck("id", &oldAttempts).Error; err != nil {
			return err
		}
		if err := tx.Model(&requestRow{}).Where("org_id IN ? AND id IN ?", within, requests).Pluck("id", &oldRequests).Error; err != nil {
			return err
		}
		b.Attempts = once(b.Attempts, oldAttempts, func(p budget.Posting) id.Attempt { return p.Attempt.ID })
		b.Requests = once(b.Requests, oldRequests, func(r ledger.Request) id.Request { return r.ID })
		return nil
	})
	return b, err
}

// once keeps the first of each id that is not among the old ones.
func once[T any, K comparable](all []T, old []K, key func(T) K) []T {
	seen := make(map[K]bool, len(old))
	for _, k := range old {
		seen[k] = true
	}
	out := make([]T, 0, len(all))
	for _, v := range all {
		if k := key(v); !seen[k] {
			seen[k] = true
			out = append(out, v)
		}
	}
	return out
}
