package onboard

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// demoCredential opens nothing.
var demoCredential = secret.New("demo-" + "opens-nothing")

// history makes requests day by day and puts them into the books.
type history struct {
	c      *company
	p      DemoParts
	random *rand.Rand
	node   id.Node
	mark   budget.Mark
	lately map[id.Team]money.USD // spent in the last 30 days
	until  time.Time
	used   map[id.Key]time.Time
}

// batch is how many requests are posted at once, as a busy node does.
const batch = 500

// run spreads the requests over the days: a working week, office hours, growth, and one bad afternoon.
func (h *history) run(ctx context.Context, in Demo, until time.Time) error {
	h.until, h.lately, h.used = until, map[id.Team]money.USD{}, map[id.Key]time.Time{}
	times := h.moments(in, until)
	total := 0.0
	sums := make([]float64, len(h.c.callers))
	for i, c := range h.c.callers {
		total += c.weight
		sums[i] = total
	}
	if total == 0 {
		return nil
	}
	for done := 0; done < len(times); done += batch {
		b := budget.Batch{From: h.mark}
		for _, at := range times[done:min(done+batch, len(times))] {
			h.p.Clock.Set(at)
			if err := h.request(&b, &h.c.callers[sort.SearchFloat64s(sums, h.random.Float64()*total)], at); err != nil {
				return err
			}
		}
		b.To = budget.Mark{At: journal.Position{Segment: 1, Offset: h.mark.At.Offset + batch}}
		b.To.Low = b.To.At
		if _, err := h.p.Books.Post(ctx, h.node, b); err != nil {
			return err
		}
		h.mark = b.To
		if h.p.Report != nil {
			h.p.Report(min(done+batch, len(times)), len(times))
		}
	}
	uses := make([]key.Use, 0, len(h.used))
	for k, at := range h.used {
		uses = append(uses, key.Use{Org: h.c.org.ID, Key: k, At: at})
	}
	return h.p.Used(ctx, uses)
}

// moments are when requests come, in order. Each hour gets its share of them by how busy such an hour is.
func (h *history) moments(in Demo, until time.Time) []time.Time {
	zone, err := time.LoadLocation(h.c.org.Zone)
	if err != nil {
		zone = time.UTC
	}
	from := until.AddDate(0, 0, -in.Days)
	hours := int(until.Sub(from) / time.Hour)
	sums, sum := make([]float64, hours), 0.0
	for i := range hours {
		local := from.Add(time.Duration(i) * time.Hour).In(zone)
		busy := 0.04 + math.Exp(-math.Pow(float64(local.Hour())-10.5, 2)/8) + 0.9*math.Exp(-math.Pow(float64(local.Hour())-15, 2)/7)
		if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
			busy *= 0.12
		} else if d == time.Friday {
			busy *= 0.85
		}
		sum += busy * (0.55 + 0.9*float64(i)/float64(hours)) * (0.9 + 0.2*h.random.Float64())
		sums[i] = sum
	}
	out := make([]time.Time, in.Requests)
	for i := range out {
		hour := sort.SearchFloat64s(sums, h.random.Float64()*sum)
		out[i] = from.Add(time.Duration(hour)*time.Hour + time.Duration(h.random.Int64N(int64(time.Hour)))).Truncate(time.Microsecond)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Before(out[j]) })
	return out
}

// request adds one request with its attempts.
func (h *history) request(b *budget.Batch, who *caller, at time.Time) error {
	w := h.way(who.habit)
	q := ledger.Request{ID: id.NewRequest(h.p.IDs), Chain: who.chain, At: at, Family: w.family, Endpoint: w.end, Stream: h.random.IntN(4) > 0, Asked: w.asked, Client: w.client, Tags: who.tags,
		Route: "direct", Cache: "bypass", Overhead: time.Duration(180+h.random.IntN(400)) * time.Microsecond}
	if w.asked != w.model {
		q.Route = "alias " + w.asked
	}
	h.used[who.chain.Key] = at
	if h.random.IntN(100) == 0 {
		h.refuse(&q)
		b.Requests = append(b.Requests, q)
		return nil
	}
	q.Attempts = 1
	if trouble := h.trouble(w.connection, at); h.random.Float64() < trouble {
		h.attempt(b, &q, w, 0, ledger.Settlement{State: ledger.Voided, Status: 529, Class: "overloaded", Note: "the provider was overloaded", Duration: time.Duration(300+h.random.IntN(900)) * time.Millisecond})
		if h.random.IntN(3) == 0 {
			q.Status, q.Code, q.Message, q.Duration = 503, "upstream_failed", "All targets failed. Try again in a moment.", time.Second
			b.Requests = append(b.Requests, q)
			return nil
		}
		q.Attempts = 2
	}
	if err := h.answer(b, &q, w); err != nil {
		return err
	}
	b.Requests = append(b.Requests, q)
	return nil
}

func (h *history) way(of habit) way {
	list, all := ways[of], 0
	for _, w := range list {
		all += w.weight
	}
	n := h.random.IntN(all)
	for _, w := range list {
		if n -= w.weight; n < 0 {
			return w
		}
	}
	return list[0]
}

// trouble is how likely a provider fails: a little always, a lot on one afternoon two weeks ago.
func (h *history) trouble(connection string, at time.Time) float64 {
	ago := h.until.Sub(at)
	if connection == "anthropic" && ago > 14*24*time.Hour && ago < 14*24*time.Hour+5*time.Hour {
		return 0.45
	}
	return 0.012
}

func (h *history) refuse(q *ledger.Request) {
	q.Duration = time.Millisecond
	switch h.random.IntN(4) {
	case 0:
		q.Status, q.Code, q.Message = 429, "rate_limited", "Too many requests in this minute."
	case 1:
		q.Status, q.Code, q.Message = 400, "policy_blocked", "The prompt holds a secret, which a data rule keeps inside."
	case 2:
		q.Status, q.Code, q.Message = 404, "model_not_found", "There is no model of this name here."
		q.Asked, q.Route = "gpt-9", ""
	default:
		q.Status, q.Code, q.Message = 404, "model_not_allowed", "A policy of the team does not allow this model."
	}
}

// answer is an attempt that was answered, priced by the catalogue as it stood then.
func (h *history) answer(b *budget.Batch, q *ledger.Request, w way) error {
	size := func(median float64) int64 { return max(1, int64(median*math.Exp(h.random.NormFloat64()*0.7))) }
	used := llm.Usage{Input: size(w.input), Output: size(w.output)}
	used.CacheRead = int64(float64(used.Input) * w.cached * h.random.Float64())
	connection := h.c.org.ID
	quote, ok := h.p.Quote(connection, w.connection, w.model, q.At)
	if !ok {
		return fmt.Errorf("the catalogue has no price of %s/%s", w.connection, w.model)
	}
	bill, err := quote.Bill(used)
	if err != nil {
		return fmt.Errorf("price of %s/%s: %w", w.connection, w.model, err)
	}
	first := time.Duration(float64(350+h.random.IntN(500))*math.Exp(h.random.NormFloat64()*0.35)) * time.Millisecond
	took := first + time.Duration(float64(used.Output)/w.perSecond*float64(time.Second))
	q.Status, q.Usage, q.Cost, q.Model, q.Provider, q.FirstByte, q.Duration = 200, used, bill.Total, w.model, w.connection, first, took+q.Overhead
	h.attempt(b, q, w, bill.Total, ledger.Settlement{State: ledger.Complete, Status: 200, Usage: used, Cost: bill.Total, InputCost: min(bill.Input, bill.Total), FirstByte: first, Duration: took}, quote.Version())
	if h.until.Sub(q.At) < 30*24*time.Hour {
		h.lately[q.Chain.Team] += bill.Total
	}
	return nil
}

func (h *history) attempt(b *budget.Batch, q *ledger.Request, w way, held money.USD, end ledger.Settlement, version ...string) {
	a := ledger.Attempt{ID: id.NewAttempt(h.p.IDs), Request: q.ID, Number: q.Attempts, Chain: q.Chain, Tags: q.Tags, At: q.At, Held: ledger.Amounts{Money: 3 * held}, Connection: h.c.links[w.connection],
		Provider: w.connection, Kind: w.connection, Model: w.model, Asked: q.Asked, Endpoint: q.Endpoint, Client: q.Client, Cache: q.Cache}
	if len(version) > 0 {
		a.PriceVersion = version[0]
	}
	end.Attempt, end.At = a.ID, q.At.Add(end.Duration)
	b.Attempts = append(b.Attempts, budget.Posting{Attempt: a, End: end})
}

// monthly is what teams spent in the last 30 days.
func (h *history) monthly() map[id.Team]money.USD { return h.lately }
