package db

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// addUsage adds a batch to the sums that pages read, in the transaction that posts it: they never lag behind the facts, and
// what makes posting happen once makes them exact. Each table's rows go in one order for all nodes, so that two posts wait for
// each other and never in a circle.
func (s *LedgerStore) addUsage(tx *gorm.DB, b budget.Batch) error {
	slots, err := slotsOf(tx, b)
	if err != nil || len(slots) == 0 {
		return err
	}
	rows := hoursOf(b, slots)
	if err := insertRows(s.db, tx, "usage_hours", hourColumns, rows, addingHours); err != nil {
		return err
	}
	if err := insertRows(s.db, tx, "usage_totals", totalColumns, totalsOf(rows), addingTotals); err != nil {
		return err
	}
	if err := insertRows(s.db, tx, "usage_tags", tagColumns, tagsOf(b, slots), addingTags); err != nil {
		return err
	}
	return s.addMarks(tx, b)
}

// hourRow is a slot of one key, by everything that usage is divided by.
//
// How many rows an hour can have is bounded by what is there, not by what clients write: the names are of models and
// connections that exist or were found, of programs that the gateway knows, of endpoints, and the like.
type hourRow struct {
	hourKey
	tally
}

// hourKey has nodes that are all zeros where there is none.
type hourKey struct {
	slotOf
	key, department, team, member uuid.UUID
	told
}

var hourColumns = sumColumns(func(r *hourRow) slotOf { return r.slotOf }, func(r *hourRow) *tally { return &r.tally },
	nodeID("key_id", func(r *hourRow) uuid.UUID { return r.key }),
	nodeID("department_id", func(r *hourRow) uuid.UUID { return r.department }),
	nodeID("team_id", func(r *hourRow) uuid.UUID { return r.team }),
	nodeID("member_id", func(r *hourRow) uuid.UUID { return r.member }),
	text("model", func(r *hourRow) string { return r.Model }),
	text("provider", func(r *hourRow) string { return r.Provider }),
	text("asked", func(r *hourRow) string { return r.Asked }),
	text("client", func(r *hourRow) string { return r.Client }),
	text("endpoint", func(r *hourRow) string { return r.Endpoint }),
	text("cache", func(r *hourRow) string { return r.Cache }),
	text("outcome", func(r *hourRow) string { return r.Outcome }),
)

// hourOwn are the columns of the key besides org_id and hour.
var hourOwn = []string{"key_id", "department_id", "team_id", "member_id", "model", "provider", "asked", "client", "endpoint", "cache", "outcome"}

var addingHours = adding("usage_hours", hourOwn...)

func (k *hourKey) compare(o *hourKey) int {
	if c := cmp.Or(k.slotOf.compare(o.slotOf), compareNodes(k.key, o.key)); c != 0 {
		return c // nearly always: the rest is not looked at
	}
	return cmp.Or(compareNodes(k.department, o.department), compareNodes(k.team, o.team), compareNodes(k.member, o.member), k.told.compare(&o.told))
}

// hours are rows under way.
type hours struct {
	slots  slots
	sums   map[hourKey]*hourRow
	seen   map[hourPlace]*hourRow
	before hourPlace // nearly always the same again
	there  *hourRow
}

// hourPlace is a hourKey before it is written out.
type hourPlace struct {
	chain org.Chain
	slot  int64
	told  told
}

func (h *hours) at(c org.Chain, t time.Time, by told) *hourRow {
	p := hourPlace{c, t.Unix() / int64(h.slots[c.Org]/time.Second), by}
	if h.there != nil && p == h.before {
		return h.there
	}
	r := h.seen[p]
	if r == nil {
		k := hourKey{slotOf: slotOf{c.Org, h.slots.of(c.Org, t)}, key: c.Key.Bytes(), department: c.Department.Bytes(), team: c.Team.Bytes(), member: c.Member.Bytes(), told: by}
		k.clean()
		if r = h.sums[k]; r == nil {
			r = &hourRow{hourKey: k}
			h.sums[k] = r
		}
		h.seen[p] = r
	}
	h.before, h.there = p, r
	return r
}

// hoursOf sums a batch up.
func hoursOf(b budget.Batch, s slots) []*hourRow {
	h := hours{slots: s, sums: map[hourKey]*hourRow{}, seen: map[hourPlace]*hourRow{}}
	for i := range b.Attempts {
		p := &b.Attempts[i]
		h.at(p.Attempt.Chain, p.Attempt.At, attemptTold(p)).tally.add(spent(p))
	}
	for i := range b.Requests {
		q := &b.Requests[i]
		by := requestTold(q)
		h.at(q.Chain, q.At, by).tally.add(came(by.Outcome))
	}
	rows := make([]*hourRow, 0, len(h.sums))
	for _, r := range h.sums {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *hourRow) int { return a.compare(&b.hourKey) })
	return rows
}

// spent is what an attempt adds to sums, came what a request does.
func spent(p *budget.Posting) tally {
	u := &p.End.Usage
	return tally{attempts: 1, input: u.Input, cached: u.CacheRead, output: u.Output, cost: p.End.Cost, bookedTokens: p.End.Tokens, bookedRequests: p.End.Requests}
}

func came(outcome string) tally {
	t := tally{requests: 1}
	if outcome != usage.Answered {
		t.errors = 1
	}
	if outcome == usage.Refused {
		t.refused = 1
	}
	return t
}
