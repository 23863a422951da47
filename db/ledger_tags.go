package db

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// tagRow is an hour of one tag pair: who spent under it, on which model.
type tagRow struct {
	Key      tagKey    `gorm:"embedded"`
	Requests int64     `gorm:"column:requests"`
	Errors   int64     `gorm:"column:errors"`
	Attempts int64     `gorm:"column:attempts"`
	Input    int64     `gorm:"column:input_tokens"`
	Cached   int64     `gorm:"column:cached_tokens"`
	Output   int64     `gorm:"column:output_tokens"`
	Cost     money.USD `gorm:"column:cost_nanos"`
}

// TableName names the table.
func (tagRow) TableName() string { return "usage_tags" }

// tagKey is what sums by tag are kept by. Nodes are plain uuids, all zeros where there is none.
type tagKey struct {
	OrgID        id.Org    `gorm:"column:org_id;primaryKey"`
	Hour         time.Time `gorm:"column:hour;primaryKey"`
	TagKey       string    `gorm:"column:tag_key;primaryKey"`
	TagValue     string    `gorm:"column:tag_value;primaryKey"`
	DepartmentID string    `gorm:"column:department_id;primaryKey"`
	TeamID       string    `gorm:"column:team_id;primaryKey"`
	MemberID     string    `gorm:"column:member_id;primaryKey"`
	Model        string    `gorm:"column:model;primaryKey"`
}

// tagRowsAtOnce keeps one statement below both databases' limits on parameters.
const tagRowsAtOnce = 500

// addTags adds a batch to the hourly sums by tag. A batch without tags costs a look at each fact and no statement.
func addTags(tx *gorm.DB, b budget.Batch) error {
	var sums tagSums
	for _, p := range b.Attempts {
		sums.each(p.Attempt.Chain, p.Attempt.At, p.Attempt.Tags, p.Attempt.Model, func(r *tagRow) {
			r.Attempts++
			r.Input += p.End.Usage.Input
			r.Cached += p.End.Usage.CacheRead
			r.Output += p.End.Usage.Output
			r.Cost += p.End.Cost
		})
	}
	for _, q := range b.Requests {
		sums.each(q.Chain, q.At, q.Tags, q.Model, func(r *tagRow) {
			r.Requests++
			if q.Code != "" || q.Status >= 400 {
				r.Errors++
			}
		})
	}
	if len(sums) == 0 {
		return nil
	}
	rows := make([]tagRow, 0, len(sums))
	for _, r := range sums {
		rows = append(rows, *r)
	}
	// One order for all nodes, so that two posts wait for each other and never in a circle.
	slices.SortFunc(rows, func(a, b tagRow) int {
		x, y := a.Key, b.Key
		return cmp.Or(x.OrgID.Compare(y.OrgID), x.Hour.Compare(y.Hour), cmp.Compare(x.TagKey, y.TagKey), cmp.Compare(x.TagValue, y.TagValue),
			cmp.Compare(x.DepartmentID, y.DepartmentID), cmp.Compare(x.TeamID, y.TeamID), cmp.Compare(x.MemberID, y.MemberID), cmp.Compare(x.Model, y.Model))
	})
	return tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "org_id"}, {Name: "hour"}, {Name: "tag_key"}, {Name: "tag_value"}, {Name: "department_id"},
			{Name: "team_id"}, {Name: "member_id"}, {Name: "model"}},
		DoUpdates: clause.Assignments(adding("usage_tags")),
	}).CreateInBatches(&rows, tagRowsAtOnce).Error
}

// tagSums are rows under way, made when the first tag comes.
type tagSums map[tagKey]*tagRow

// each calls add with the row of every pair that a fact carries.
func (s *tagSums) each(c org.Chain, at time.Time, tags, model string, add func(*tagRow)) {
	if tags == "" {
		return
	}
	clean(&tags, &model)
	k := tagKey{OrgID: c.Org, Hour: at.UTC().Truncate(time.Hour), DepartmentID: c.Department.UUID(), TeamID: c.Team.UUID(),
		MemberID: c.Member.UUID(), Model: model}
	for k.TagKey, k.TagValue = range ledger.Pairs(tags) {
		if *s == nil {
			*s = tagSums{}
		}
		r := (*s)[k]
		if r == nil {
			r = &tagRow{Key: k}
			(*s)[k] = r
		}
		add(r)
	}
}

// tagTotal is what verifyTags compares of one pair of one organization.
type tagTotal struct {
	cost               money.USD
	attempts, requests int64
}

type tagPair struct {
	org        id.Org
	key, value string
}

// verifyTags compares the sums of each tag pair with the facts that carry it.
func verifyTags(tx *gorm.DB, r *budget.Report) error {
	want, have := map[tagPair]tagTotal{}, map[tagPair]tagTotal{}
	for _, facts := range []string{
		"SELECT org_id, tags, SUM(cost_nanos), COUNT(*), 0 FROM attempts WHERE tags <> '' GROUP BY org_id, tags",
		"SELECT org_id, tags, 0, 0, COUNT(*) FROM requests WHERE tags <> '' GROUP BY org_id, tags",
	} {
		if err := tagTotals(tx, facts, func(o id.Org, tags string, t tagTotal) {
			for key, value := range ledger.Pairs(tags) {
				k := tagPair{o, key, value}
				w := want[k]
				want[k] = tagTotal{w.cost + t.cost, w.attempts + t.attempts, w.requests + t.requests}
			}
		}); err != nil {
			return err
		}
	}
	rollup := "SELECT org_id, tag_key || '=' || tag_value, SUM(cost_nanos), SUM(attempts), SUM(requests) FROM usage_tags GROUP BY org_id, tag_key, tag_value"
	if err := tagTotals(tx, rollup, func(o id.Org, pair string, t tagTotal) {
		for key, value := range ledger.Pairs(pair) {
			have[tagPair{o, key, value}] = t
		}
	}); err != nil {
		return err
	}
	for k := range have {
		if _, ok := want[k]; !ok {
			want[k] = tagTotal{}
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(want), func(a, b tagPair) int {
		return cmp.Or(a.org.Compare(b.org), cmp.Compare(a.key, b.key), cmp.Compare(a.value, b.value))
	}) {
		if h, w := have[k], want[k]; h != w {
			r.Violate("organization %s: the hourly sums of tag %s=%s say %d requests, %d attempts for $%s, the facts %d, %d for $%s", k.org, k.key, k.value,
				h.requests, h.attempts, h.cost, w.requests, w.attempts, w.cost)
		}
	}
	return nil
}

func tagTotals(tx *gorm.DB, query string, add func(o id.Org, tags string, t tagTotal)) error {
	rows, err := tx.Raw(query).Rows()
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var o id.Org
		var tags string
		var t tagTotal
		if err := rows.Scan(&o, &tags, &t.cost, &t.attempts, &t.requests); err != nil {
			return err
		}
		add(o, tags, t)
		return nil
	})
}
