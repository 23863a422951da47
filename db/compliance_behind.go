package db

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// behindJSON is what later passes of an erasure did, as it is stored.
type behindJSON struct {
	Counts  []compliance.Count `json:"counts,omitempty"`
	Entries int64              `json:"entries,omitempty"`
	First   int64              `json:"first,omitempty"`
	Head    string             `json:"head,omitempty"`
}

func erasuresOf(rows []erasureRow) ([]compliance.Erasure, error) {
	out := make([]compliance.Erasure, len(rows))
	for i, r := range rows {
		e := compliance.Erasure{ID: r.ID, Org: r.Org, Member: r.Member, Pseudonym: r.Pseudonym, Reason: r.Reason, By: r.By, At: r.At.UTC(), Entries: r.Entries, First: r.First, Head: r.Head}
		if err := json.Unmarshal([]byte(r.Counts), &e.Counts); err != nil {
			return nil, err
		}
		var b behindJSON
		if err := json.Unmarshal([]byte(r.Behind), &b); err != nil {
			return nil, err
		}
		e.Behind = compliance.Behind{Settles: fromNull(r.Settles), Sealed: r.Sealed, Passed: fromNull(r.Passed), Ended: fromNull(r.Ended), Silent: r.Silent, Counts: b.Counts, Entries: b.Entries, First: b.First, Head: b.Head}
		out[i] = e
	}
	return out, nil
}

// Unended implements compliance.Store.
func (s *ComplianceStore) Unended(ctx context.Context) ([]compliance.Erasure, error) {
	var rows []erasureRow
	err := s.db.system(ctx, "erasures that have not ended", func(tx *gorm.DB) error {
		return tx.Where("settles_at IS NOT NULL AND ended_at IS NULL AND org_id IN (SELECT id FROM organizations WHERE deleted_at IS NULL)").Order("made_at").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return erasuresOf(rows)
}

// SetBehind implements compliance.Store.
func (s *ComplianceStore) SetBehind(ctx context.Context, e compliance.Erasure) error {
	b := e.Behind
	text, err := json.Marshal(behindJSON{b.Counts, b.Entries, b.First, b.Head})
	if err != nil {
		return err
	}
	return s.db.scoped(ctx, e.Org, func(tx *gorm.DB) error {
		return tx.Model(&erasureRow{}).Where("org_id = ? AND id = ?", e.Org, e.ID).Updates(map[string]any{"sealed": b.Sealed, "passed_at": toNull(b.Passed), "ended_at": toNull(b.Ended), "behind": string(text), "silent": b.Silent}).Error
	})
}

// LastErasure is the last moment that nodes have to forget what they journaled before, of whatever organization: of an erasure, or of
// one that has settled by now; zero for never.
func (s *ComplianceStore) LastErasure(ctx context.Context, now time.Time) (at time.Time, err error) {
	var rows []erasureRow
	err = s.db.system(ctx, "when somebody was erased last", func(tx *gorm.DB) error {
		return tx.Select("made_at", "settles_at").Order("made_at DESC").Limit(100).Find(&rows).Error
	})
	for _, r := range rows {
		if r.At.After(at) {
			at = r.At.UTC()
		}
		if settles := fromNull(r.Settles); settles.After(at) && !settles.After(now) {
			at = settles
		}
	}
	return at, err
}

// Forgot writes down that what a node journaled until a moment is in the books and gone. A budget.Treasury calls it.
func (s *ComplianceStore) Forgot(ctx context.Context, node id.Node, until time.Time) error {
	return s.db.system(ctx, "a node forgot what it was asked to", func(tx *gorm.DB) error {
		return tx.Model(&nodeRow{}).Where("id = ?", node).Update("forgot_at", until.UTC()).Error
	})
}

// Silent implements compliance.Store. Who left had brought everything into the books before.
func (s *ComplianceStore) Silent(ctx context.Context, since time.Time) (n int64, err error) {
	err = s.db.system(ctx, "nodes whose journal may still name somebody", func(tx *gorm.DB) error {
		return tx.Model(&nodeRow{}).Where("left_at IS NULL AND (forgot_at IS NULL OR forgot_at < ?)", since.UTC()).Count(&n).Error
	})
	return n, err
}

// EraseBehind implements compliance.Store.
func (s *ComplianceStore) EraseBehind(ctx context.Context, p compliance.Person, before time.Time) (out []compliance.Count, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		out = nil
		if err := s.stopPosting(ctx); err != nil {
			return err
		}
		texts, err := s.texts(ctx)
		if err != nil {
			return err
		}
		return s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
			e := eraser{tx: tx, p: p, note: noting(&out)}
			e.p.Email = p.Pseudonym() // whoever has the address now is somebody else to us
			e.dependents()
			for _, c := range personColumns {
				e.column(c)
			}
			e.p = p
			e.facts(texts, before)
			return e.err
		})
	})
	return out, err
}

// narrated are what posting writes besides sums, and when their rows are from.
var narrated = map[string]string{"attempts": "at", "requests": "at", "data_incidents": "at"}

// facts puts other words in the place of the person's in what is told of requests from before the end of an hour: sums are kept by the
// hour at most, and what they say is what the facts say.
func (e *eraser) facts(texts []textTable, before time.Time) {
	before = before.UTC().Truncate(time.Hour).Add(time.Hour)
	for _, t := range texts {
		if at := narrated[t.name]; at != "" {
			e.sweep(t, " AND "+at+" < ?", before)
		}
		if sumTables[t.name] != nil {
			e.fold(t, " AND hour < ?", before)
		}
	}
}

// stopPosting has nodes wait with their journals until this transaction ends: what they post is in the books before it, or comes
// behind, and never half. It comes before anything else that posting locks.
func (s *ComplianceStore) stopPosting(ctx context.Context) error {
	return s.db.system(ctx, "let no journal be posted meanwhile", func(tx *gorm.DB) error {
		var all []markRow
		return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Order("node_id").Find(&all).Error
	})
}

func noting(out *[]compliance.Count) func(table string, what compliance.Deed, n int64) {
	return func(table string, what compliance.Deed, n int64) {
		if n > 0 {
			*out = append(*out, compliance.Count{Table: table, What: what, Rows: n})
		}
	}
}

// sumTables are tables whose texts are part of what sums are kept by, with the columns of that besides org_id and hour: with other
// words in its place, two rows may become one.
var sumTables = map[string][]string{"usage_hours": hourOwn, "usage_tags": tagOwn, "usage_totals": {"model", "provider"}}

// fold is sweep for them.
func (e *eraser) fold(t textTable, only string, values ...any) int64 {
	if e.err != nil {
		return 0
	}
	own := sumTables[t.name]
	selected := []string{"t.org_id", "t.hour"}
	var replaced []any
	for _, name := range own {
		if !t.has(name) {
			selected = append(selected, "t."+name)
			continue
		}
		value, put := e.rewritten("t." + name)
		selected, replaced = append(selected, value), append(replaced, put...)
	}
	var groups []string
	for i := range selected {
		groups = append(groups, strconv.Itoa(i+1))
	}
	sums := append(append([]string{}, counted...), "booked_tokens", "booked_requests")
	for _, c := range sums {
		selected = append(selected, "SUM(t."+c+")")
	}
	there, conditions := e.names(t)
	columns := append(append([]string{"org_id", "hour"}, own...), sums...)
	query := "INSERT INTO " + t.name + " (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(selected, ", ") + " FROM " + t.name + " t WHERE t.org_id = ? AND (" + there + ")" + strings.ReplaceAll(only, " AND ", " AND t.") +
		" GROUP BY " + strings.Join(groups, ", ") + " " + adding(t.name, own...)
	all := append(append(append(replaced, e.p.Org), conditions...), values...)
	if e.err = e.tx.Session(&gorm.Session{}).Exec(query, all...).Error; e.err != nil {
		return 0
	}
	n := e.exec(t.name, compliance.Pseudonymous, "DELETE FROM "+t.name+" WHERE org_id = ? AND ("+there+")"+only, append(append([]any{e.p.Org}, conditions...), values...)...)
	if n > 0 && t.name == "usage_tags" {
		e.forgetSheets()
	}
	return n
}
