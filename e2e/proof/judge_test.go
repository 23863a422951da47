package proof

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// row is a settled attempt in the books.
type row struct {
	state      string
	held, cost money.USD
}

// verdict compares the provider's bill with the books, charge by charge.
type verdict struct {
	Charges     int                  `json:"charges"`
	Billed      money.USD            `json:"billed_usd"`
	Booked      money.USD            `json:"booked_usd"`
	Overspend   map[string]money.USD `json:"overspend_usd"` // by level: billed above the limits
	Unrecorded  int                  `json:"unrecorded"`    // charges without an attempt in the books
	Doubled     int                  `json:"doubled"`       // with several
	Misbooked   int                  `json:"misbooked"`     // complete, and not booked at what was billed
	Short       money.USD            `json:"booked_below_bill_usd"`
	ShortCut    money.USD            `json:"booked_below_bill_of_cut_streams_usd"` // pieces that nobody saw before the client left
	Interrupted int                  `json:"interrupted"`
	AtHold      money.USD            `json:"interrupted_usd"` // booked at the hold, because the node died
	Suspense    money.USD            `json:"suspense_usd"`
	Largest     [2]money.USD         `json:"largest_holds_usd"`
}

// rows reads the books as no node shows them: every tenant's, straight from the database.
func (f *fleet) rows() map[string][]row {
	f.t.Helper()
	c, err := pgx.Connect(f.t.Context(), f.url)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = c.Close(f.t.Context()) }()
	got, err := c.Query(f.t.Context(), "SELECT tags, state, held_nanos, cost_nanos FROM attempts")
	if err != nil {
		f.t.Fatal(err)
	}
	defer got.Close()
	out := map[string][]row{}
	for got.Next() {
		var tags, state string
		var held, cost int64
		if err := got.Scan(&tags, &state, &held, &cost); err != nil {
			f.t.Fatal(err)
		}
		name := strings.TrimPrefix(tags, "project=")
		out[name] = append(out[name], row{state, money.USD(held), money.USD(cost)})
	}
	if err := got.Err(); err != nil {
		f.t.Fatal(err)
	}
	return out
}

// judge compares all there is. The nodes must have posted everything.
func (f *fleet) judge(l *load, c *company) verdict {
	f.t.Helper()
	f.collect()
	v := verdict{Overspend: map[string]money.USD{"organization": 0, "team": 0, "member": 0, "key": 0}}
	rows := f.rows()
	for name, charge := range f.bills {
		v.Charges++
		billed := money.USD(charge.Nanos)
		v.Billed += billed
		k := l.sent[name]
		if k == nil {
			f.t.Errorf("the provider billed %q, which nobody sent", name)
			continue
		}
		for _, b := range k.budgets {
			if b != nil {
				b.billed += billed
			}
		}
		booked := rows[name]
		switch {
		case len(booked) == 0:
			v.Unrecorded++
		case len(booked) > 1:
			v.Doubled++
		case booked[0].state == "cut":
			v.ShortCut += max(0, billed-booked[0].cost)
		default:
			v.Short += max(0, billed-booked[0].cost)
			if booked[0].state == "complete" && booked[0].cost != billed {
				if v.Misbooked++; v.Misbooked <= 5 {
					f.t.Logf("misbooked: %+v, booked %+v", charge, booked[0])
				}
			}
		}
	}
	for _, b := range c.budgets {
		v.Overspend[b.level] += max(0, b.billed-b.limit)
	}
	for _, all := range rows {
		for _, r := range all {
			v.Booked += r.cost
			if r.state == "interrupted" {
				v.Interrupted++
				v.AtHold += r.cost
			}
			if r.held > v.Largest[0] {
				v.Largest[0], v.Largest[1] = r.held, v.Largest[0]
			} else {
				v.Largest[1] = max(v.Largest[1], r.held)
			}
		}
	}
	return v
}

// verify runs bodhi verify, which must find nothing, and gives what is in suspense.
func (f *fleet) verify() (suspense money.USD) {
	f.t.Helper()
	var out struct {
		Books struct{ Suspense, Over money.USD }
	}
	if err := json.Unmarshal(f.nodes[0].Run(f.t, "verify", "--json"), &out); err != nil {
		f.t.Fatal(err)
	}
	if out.Books.Over != 0 {
		f.t.Errorf("bodhi verify: %s USD above hard limits", out.Books.Over)
	}
	return out.Books.Suspense
}

// settled waits until nothing is held anywhere, and says how long after the last request that was.
func (f *fleet) settled(l *load) time.Duration {
	f.t.Helper()
	l.mu.Lock()
	last := l.lasted
	l.mu.Unlock()
	harness.Wait(f.t, "nothing to be held", func() bool { return f.sum("bodhi_held_usd") == 0 })
	took := now().Sub(last)
	harness.Wait(f.t, "everything to be posted", func() bool {
		return f.sum("bodhi_journal_lag_bytes") == 0 && f.sum("bodhi_journal_lag_segments") == 0
	})
	return took
}
