package db

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// insertFacts writes the rows of a batch: the one write whose cost every request pays.
func (s *LedgerStore) insertFacts(tx *gorm.DB, b budget.Batch) error {
	if err := insertRows(s.db, tx, "attempts", attemptColumns, byID(b.Attempts, func(p *budget.Posting) id.Attempt { return p.Attempt.ID }), ""); err != nil {
		return fmt.Errorf("attempts: %w", translate(tx, err))
	}
	if err := insertRows(s.db, tx, "requests", requestColumns, byID(b.Requests, func(r *ledger.Request) id.Request { return r.ID }), ""); err != nil {
		return fmt.Errorf("requests: %w", translate(tx, err))
	}
	return nil
}

// byID puts rows into the order of their ids, which is that of their making: then every index grows at its end, where pages
// fill up, and not somewhere behind it, where they are split in halves.
func byID[R any, T interface{ Compare(T) int }](rows []R, of func(*R) T) []*R {
	out := make([]*R, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	slices.SortFunc(out, func(a, b *R) int { return of(a).Compare(of(b)) })
	return out
}

// insertRows leaves GORM out, whose reflection takes as long as the insert itself. The guard is not asked: the statements
// are these few, and all name org_id. otherwise is what to do with a row that is there already: "", or an ON CONFLICT clause.
func insertRows[R any](d *DB, tx *gorm.DB, table string, columns []column[R], rows []*R, otherwise string) error {
	ctx := tx.Statement.Context
	if lite, ok := d.SQLiteTx(ctx); ok {
		return insertCells(ctx, lite, table, columns, rows, otherwise)
	}
	pg, ok := d.PostgresTx(ctx)
	if !ok {
		return errors.New("no transaction")
	}
	if g, ok := tx.Statement.ConnPool.(*guardedTx); ok { // row-level security is, and must hear whose rows these are
		if err := g.become(ctx, ""); err != nil {
			return err
		}
	}
	return insertColumns(ctx, pg, table, columns, rows, otherwise)
}

// translate gives a driver's error the name GORM would have given it, so that duplicates are told apart.
func translate(tx *gorm.DB, err error) error {
	if t, ok := tx.Dialector.(gorm.ErrorTranslator); ok {
		return t.Translate(err)
	}
	return err
}

// attemptColumns are where a posting has what attemptRow reads.
var attemptColumns = []column[budget.Posting]{
	ident("org_id", func(p *budget.Posting) id.Org { return p.Attempt.Chain.Org }),
	ident("id", func(p *budget.Posting) id.Attempt { return p.Attempt.ID }),
	moment("at", func(p *budget.Posting) time.Time { return p.Attempt.At }),
	moment("ended_at", func(p *budget.Posting) time.Time { return p.End.At }),
	ident("request_id", func(p *budget.Posting) id.Request { return p.Attempt.Request }),
	number("number", func(p *budget.Posting) int { return p.Attempt.Number }),
	ident("department_id", func(p *budget.Posting) id.Department { return p.Attempt.Chain.Department }),
	ident("team_id", func(p *budget.Posting) id.Team { return p.Attempt.Chain.Team }),
	ident("member_id", func(p *budget.Posting) id.Member { return p.Attempt.Chain.Member }),
	ident("key_id", func(p *budget.Posting) id.Key { return p.Attempt.Chain.Key }),
	text("tags", func(p *budget.Posting) string { return p.Attempt.Tags }),
	ident("connection_id", func(p *budget.Posting) id.Connection { return p.Attempt.Connection }),
	text("provider", func(p *budget.Posting) string { return p.Attempt.Provider }),
	text("kind", func(p *budget.Posting) string { return p.Attempt.Kind }),
	text("model", func(p *budget.Posting) string { return p.Attempt.Model }),
	text("price_version", func(p *budget.Posting) string { return p.Attempt.PriceVersion }),
	text("state", func(p *budget.Posting) string { return string(p.End.State) }),
	number("status", func(p *budget.Posting) int { return p.End.Status }),
	text("class", func(p *budget.Posting) string { return p.End.Class }),
	text("note", func(p *budget.Posting) string { return p.End.Note }),
	number("input_tokens", func(p *budget.Posting) int64 { return p.End.Usage.Input }),
	number("cached_tokens", func(p *budget.Posting) int64 { return p.End.Usage.CacheRead }),
	number("output_tokens", func(p *budget.Posting) int64 { return p.End.Usage.Output }),
	number("reasoning_tokens", func(p *budget.Posting) int64 { return p.End.Usage.Reasoning }),
	document("usage", func(a, b *budget.Posting) bool { return a.End.Usage == b.End.Usage }, wholeUsage),
	number("held_nanos", func(p *budget.Posting) ledger.Units { return p.Attempt.Held.Money }),
	number("cost_nanos", func(p *budget.Posting) ledger.Units { return p.End.Cost }),
	number("input_cost_nanos", func(p *budget.Posting) ledger.Units { return p.End.InputCost }),
	number("held_tokens", func(p *budget.Posting) ledger.Units { return p.Attempt.Held.Tokens }),
	number("booked_tokens", func(p *budget.Posting) ledger.Units { return p.End.Tokens }),
	number("booked_requests", func(p *budget.Posting) ledger.Units { return p.End.Requests }),
	number("first_byte_us", func(p *budget.Posting) int64 { return p.End.FirstByte.Microseconds() }),
	number("duration_us", func(p *budget.Posting) int64 { return p.End.Duration.Microseconds() }),
	text("asked", func(p *budget.Posting) string { return p.Attempt.Asked }),
	text("endpoint", func(p *budget.Posting) string { return p.Attempt.Endpoint }),
	text("client", func(p *budget.Posting) string { return p.Attempt.Client }),
	text("cache", func(p *budget.Posting) string { return p.Attempt.Cache }),
	document("accounts", func(a, b *budget.Posting) bool { return slices.Equal(a.Attempt.Stakes, b.Attempt.Stakes) },
		func(p *budget.Posting) string { return accountsJSON(p.Attempt.Stakes) }),
}

// wholeUsage is the usage where it has more than its four columns say.
func wholeUsage(p *budget.Posting) string {
	u := &p.End.Usage
	if *u == (llm.Usage{Input: u.Input, CacheRead: u.CacheRead, Output: u.Output, Reasoning: u.Reasoning}) {
		return ""
	}
	text, _ := json.Marshal(u) // numbers
	return string(text)
}

// accountsJSON is what encoding/json makes of accountRows, in a fifth of the time.
func accountsJSON(accounts []ledger.Stake) string {
	b := make([]byte, 0, 2+64*len(accounts))
	b = append(b, '[')
	for i, a := range accounts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"b":"`...)
		b = append(b, a.Budget.String()...)
		b = append(b, `","s":`...)
		b = strconv.AppendInt(b, a.Start, 10)
		if a.Measure != ledger.Money {
			b = append(b, `,"m":`...)
			b = strconv.AppendInt(b, int64(a.Measure), 10)
		}
		b = append(b, '}')
	}
	return string(append(b, ']'))
}

// requestColumns are where a request has what requestRow reads.
var requestColumns = []column[ledger.Request]{
	ident("org_id", func(r *ledger.Request) id.Org { return r.Chain.Org }),
	ident("id", func(r *ledger.Request) id.Request { return r.ID }),
	moment("at", func(r *ledger.Request) time.Time { return r.At }),
	ident("department_id", func(r *ledger.Request) id.Department { return r.Chain.Department }),
	ident("team_id", func(r *ledger.Request) id.Team { return r.Chain.Team }),
	ident("member_id", func(r *ledger.Request) id.Member { return r.Chain.Member }),
	ident("key_id", func(r *ledger.Request) id.Key { return r.Chain.Key }),
	text("family", func(r *ledger.Request) string { return r.Family }),
	text("endpoint", func(r *ledger.Request) string { return r.Endpoint }),
	flag("stream", func(r *ledger.Request) bool { return r.Stream }),
	text("asked", func(r *ledger.Request) string { return r.Asked }),
	text("model", func(r *ledger.Request) string { return r.Model }),
	text("provider", func(r *ledger.Request) string { return r.Provider }),
	text("route", func(r *ledger.Request) string { return r.Route }),
	text("client", func(r *ledger.Request) string { return r.Client }),
	text("tags", func(r *ledger.Request) string { return r.Tags }),
	text("end_user", func(r *ledger.Request) string { return r.EndUser }),
	text("session", func(r *ledger.Request) string { return r.Session }),
	text("cache", func(r *ledger.Request) string { return r.Cache }),
	number("attempts", func(r *ledger.Request) int { return r.Attempts }),
	number("status", func(r *ledger.Request) int { return r.Status }),
	text("code", func(r *ledger.Request) string { return r.Code }),
	text("message", func(r *ledger.Request) string { return r.Message }),
	number("input_tokens", func(r *ledger.Request) int64 { return r.Usage.Input }),
	number("cached_tokens", func(r *ledger.Request) int64 { return r.Usage.CacheRead }),
	number("output_tokens", func(r *ledger.Request) int64 { return r.Usage.Output }),
	number("reasoning_tokens", func(r *ledger.Request) int64 { return r.Usage.Reasoning }),
	number("cost_nanos", func(r *ledger.Request) ledger.Units { return r.Cost }),
	text("decisions", func(r *ledger.Request) string { return r.Decisions }),
	number("first_byte_us", func(r *ledger.Request) int64 { return r.FirstByte.Microseconds() }),
	number("duration_us", func(r *ledger.Request) int64 { return r.Duration.Microseconds() }),
	number("overhead_us", func(r *ledger.Request) int64 { return r.Overhead.Microseconds() }),
	number("saved_nanos", func(r *ledger.Request) ledger.Units { return r.Saved }),
	ident("experiment_id", func(r *ledger.Request) id.Experiment { return r.Trial.Experiment }),
	number("variant", func(r *ledger.Request) int { return r.Trial.Variant }),
	number("bucket", func(r *ledger.Request) int { return r.Trial.Bucket }),
	ident("refused_by", func(r *ledger.Request) id.Budget { return r.Refusal.Budget }),
	document("refusal", func(a, b *ledger.Request) bool { return a.Refusal == b.Refusal }, func(r *ledger.Request) string {
		if r.Refusal == (ledger.Refusal{}) {
			return ""
		}
		text, _ := json.Marshal(r.Refusal) // ids and numbers
		return string(text)
	}),
}
