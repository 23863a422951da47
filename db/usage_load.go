package db

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// loadSheet is the name of a day's workloads among its sheets: what was answered under each route, class by class.
const loadSheet = "loads"

// LoadStep is how finely those workloads are cut by the length of their input, in tokens. Every length at which a list price
// changes is a whole number of steps, so workloads can be put together between any of them.
const LoadStep = 8000

// loadPlace is a route as requests have it, and which step inputs lie in: n is from (n-1)*LoadStep, exclusive, to n*LoadStep.
type loadPlace struct {
	route string
	step  int64
}

// load is a workload and what was booked for it.
type load struct {
	catalog.Workload
	cost money.USD
}

// loads are workloads under way.
type loads map[loadPlace]*load

// rarer are the classes of usage that have no column of their own: they stand in the attempt's whole usage, if at all. New
// ones go to the end: sheets have the classes that there were when they were made.
var rarer = []struct {
	name string // of llm.Usage's field, as it is stored
	into func(*llm.Usage) *int64
}{
	{"CacheWrite5m", func(u *llm.Usage) *int64 { return &u.CacheWrite5m }},
	{"CacheWrite1h", func(u *llm.Usage) *int64 { return &u.CacheWrite1h }},
	{"InputAudio", func(u *llm.Usage) *int64 { return &u.InputAudio }},
	{"CacheReadAudio", func(u *llm.Usage) *int64 { return &u.CacheReadAudio }},
	{"InputImage", func(u *llm.Usage) *int64 { return &u.InputImage }},
	{"CacheReadImage", func(u *llm.Usage) *int64 { return &u.CacheReadImage }},
	{"InputVideo", func(u *llm.Usage) *int64 { return &u.InputVideo }},
	{"OutputAudio", func(u *llm.Usage) *int64 { return &u.OutputAudio }},
	{"OutputImage", func(u *llm.Usage) *int64 { return &u.OutputImage }},
	{"OutputVideo", func(u *llm.Usage) *int64 { return &u.OutputVideo }},
	{"Citations", func(u *llm.Usage) *int64 { return &u.Citations }},
	{"WebSearches", func(u *llm.Usage) *int64 { return &u.WebSearches }},
}

// sums are what of a load adds up, in the order that loadColumns selects and sheets have.
func (l *load) sums() []*int64 {
	u := &l.Usage
	out := []*int64{&l.Requests, (*int64)(&l.cost), &u.Input, &u.CacheRead, &u.Output, &u.Reasoning}
	for _, r := range rarer {
		out = append(out, r.into(u))
	}
	return out
}

// loadColumns select what sums are of attempts, after the shortest input.
func loadColumns(postgres bool) string {
	var b strings.Builder
	b.WriteString("MIN(attempts.input_tokens), COUNT(*)")
	for _, c := range []string{"cost_nanos", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"} {
		fmt.Fprintf(&b, ", CAST(SUM(attempts.%s) AS BIGINT)", c)
	}
	member := "CAST(json_extract(attempts.usage, '$.%s') AS INTEGER)"
	if postgres {
		member = "CAST(attempts.usage->>'%s' AS BIGINT)"
	}
	for _, r := range rarer {
		fmt.Fprintf(&b, ", CAST(COALESCE(SUM("+member+"), 0) AS BIGINT)", r.name)
	}
	return b.String()
}

// add puts a load to those of its place.
func (l loads) add(at loadPlace, more *load) error {
	have := l[at]
	if have == nil {
		l[at] = more
		return nil
	}
	cost, err := have.cost.Add(more.cost)
	if err != nil {
		return err
	}
	from := more.sums()
	for i, into := range have.sums() {
		*into += *from[i]
	}
	have.cost, have.Workload.Input = cost, min(have.Workload.Input, more.Workload.Input)
	return nil
}

// read adds the answered attempts of a span, by their requests' routes: of one route, with its rules and its canary, unless
// that is "". step is SQL for the step that an attempt's input lies in.
func (l loads) read(tx *gorm.DB, o id.Org, d usage.Step, route, step string) error {
	came := "+requests.at" // on SQLite the plus keeps the index of times out: each attempt's request is found by its id
	if tx.Name() == "postgres" {
		came = "requests.at" // and here it keeps all days but two out
	}
	q := tx.Table("attempts").Select("requests.route, CAST("+step+" AS BIGINT) AS step, "+loadColumns(tx.Name() == "postgres")).
		Joins("JOIN requests ON requests.org_id = attempts.org_id AND requests.id = attempts.request_id").
		Where("attempts.org_id = ? AND attempts.at >= ? AND attempts.at < ?", o, d.From.UTC(), d.To.UTC()).
		Where("requests.org_id = ? AND "+came+" >= ? AND "+came+" < ?", o, d.From.Add(-time.Hour).UTC(), d.To.UTC()).
		Where("attempts.state IN ?", []string{string(ledger.Complete), string(ledger.Counted), string(ledger.Cut)})
	if route != "" {
		q = q.Where(`(requests.route = ? OR requests.route LIKE ? ESCAPE '\')`, route, likely.Replace(route)+", %")
	} else {
		q = q.Where("requests.route <> ''")
	}
	rows, err := q.Group("requests.route, step").Rows()
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var at loadPlace
		more := new(load)
		into := []any{&at.route, &at.step, &more.Workload.Input}
		for _, n := range more.sums() {
			into = append(into, n)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		return l.add(at, more)
	})
}

// loadFormat is the first byte of what encode writes.
const loadFormat = 1

// encode writes loads down: how many sums each has, then each after its place. Of no loads too there is something to keep: a
// day without a sheet is one that was made before there were such sheets.
func (l loads) encode() []byte {
	b := binary.AppendUvarint([]byte{loadFormat}, uint64(len(new(load).sums())))
	for at, one := range l {
		b = binary.AppendVarint(appendText(b, at.route), at.step)
		b = binary.AppendVarint(b, one.Workload.Input)
		for _, n := range one.sums() {
			b = binary.AppendVarint(b, *n)
		}
	}
	return b
}

// merge adds what encode wrote, where keep gives it a place.
func (l loads) merge(b []byte, keep func(loadPlace) (loadPlace, bool)) error {
	if len(b) == 0 || b[0] != loadFormat {
		return errSheet
	}
	r := reader{b[1:]}
	n := r.number()
	for len(r.b) > 0 {
		at, more := loadPlace{r.text(), r.signed()}, &load{Workload: catalog.Workload{Input: r.signed()}}
		sums := more.sums()
		for i := range n {
			if v := r.signed(); i < len(sums) {
				*sums[i] = v
			}
		}
		if r.b == nil {
			break
		}
		if to, ok := keep(at); ok {
			if err := l.add(to, more); err != nil {
				return err
			}
		}
	}
	if r.b == nil {
		return errSheet
	}
	return nil
}

// signed is a number that may be anything.
func (r *reader) signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b = nil
		return 0
	}
	r.b = r.b[n:]
	return v
}
