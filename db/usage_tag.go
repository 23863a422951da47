package db

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// tagRow is a slot of one tag pair: who spent under it, on which model.
type tagRow struct {
	tagKey
	tally
}

// tagKey is what sums by tag are kept by. Nodes are all zeros where there is none.
type tagKey struct {
	slotOf
	tag, value               string
	department, team, member uuid.UUID
	model                    string
}

var tagColumns = sumColumns(func(r *tagRow) slotOf { return r.slotOf }, func(r *tagRow) *tally { return &r.tally },
	text("tag_key", func(r *tagRow) string { return r.tag }),
	text("tag_value", func(r *tagRow) string { return r.value }),
	nodeID("department_id", func(r *tagRow) uuid.UUID { return r.department }),
	nodeID("team_id", func(r *tagRow) uuid.UUID { return r.team }),
	nodeID("member_id", func(r *tagRow) uuid.UUID { return r.member }),
	text("model", func(r *tagRow) string { return r.model }),
)

// tagOwn are the columns of the key besides org_id and hour.
var tagOwn = []string{"tag_key", "tag_value", "department_id", "team_id", "member_id", "model"}

var addingTags = adding("usage_tags", tagOwn...)

// tagsOf sums a batch up by tag. A batch without tags costs a look at each fact.
func tagsOf(b budget.Batch, slots slots) []*tagRow {
	var sums tagSums
	for i := range b.Attempts {
		p := &b.Attempts[i]
		sums.each(p.Attempt.Chain, slotOf{p.Attempt.Chain.Org, slots.of(p.Attempt.Chain.Org, p.Attempt.At)}, p.Attempt.Tags, p.Attempt.Model, spent(p))
	}
	for i := range b.Requests {
		q := &b.Requests[i]
		sums.each(q.Chain, slotOf{q.Chain.Org, slots.of(q.Chain.Org, q.At)}, q.Tags, q.Model, came(requestTold(q).Outcome))
	}
	rows := make([]*tagRow, 0, len(sums))
	for _, r := range sums {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(x, y *tagRow) int {
		return cmp.Or(x.compare(y.slotOf), cmp.Compare(x.tag, y.tag), cmp.Compare(x.value, y.value), compareNodes(x.department, y.department),
			compareNodes(x.team, y.team), compareNodes(x.member, y.member), cmp.Compare(x.model, y.model))
	})
	return rows
}

// tagSums are rows under way, made when the first tag comes.
type tagSums map[tagKey]*tagRow

// each adds to the row of every pair that a fact carries.
func (s *tagSums) each(c org.Chain, slot slotOf, tags, model string, t tally) {
	if tags == "" {
		return
	}
	clean(&tags, &model)
	k := tagKey{slotOf: slot, department: c.Department.Bytes(), team: c.Team.Bytes(), member: c.Member.Bytes(), model: model}
	for k.tag, k.value = range ledger.Pairs(tags) {
		if *s == nil {
			*s = tagSums{}
		}
		r := (*s)[k]
		if r == nil {
			r = &tagRow{tagKey: k}
			(*s)[k] = r
		}
		r.add(t)
	}
}
