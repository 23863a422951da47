package db

import (
	"cmp"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

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
		"SELECT org_id, tags, SUM(cost_nanos), COUNT(*), 0 FROM attempts WHERE tags <> '' AND " + kept("attempts", "at") + " GROUP BY org_id, tags",
		"SELECT org_id, tags, 0, 0, COUNT(*) FROM requests WHERE tags <> '' AND " + kept("requests", "at") + " GROUP BY org_id, tags",
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
	rollup := "SELECT org_id, tag_key || '=' || tag_value, SUM(cost_nanos), SUM(attempts), SUM(requests) FROM usage_tags WHERE " + kept("usage_tags", "hour") + " GROUP BY org_id, tag_key, tag_value"
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
