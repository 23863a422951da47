package db

import (
	"bytes"
	"database/sql/driver"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// tally is what all sums count. Requests and errors count requests, tokens and cost count attempts.
type tally struct {
	requests, errors, refused int64 // refused is part of errors, errors of requests
	attempts                  int64
	input, cached, output     int64
	cost                      money.USD
	bookedTokens              ledger.Units // what budgets of tokens and of requests counted
	bookedRequests            ledger.Units
}

func (t *tally) add(o tally) {
	t.requests += o.requests
	t.errors += o.errors
	t.refused += o.refused
	t.attempts += o.attempts
	t.input += o.input
	t.cached += o.cached
	t.output += o.output
	t.cost += o.cost
	t.bookedTokens += o.bookedTokens
	t.bookedRequests += o.bookedRequests
}

// slotOf is the part of the key that all tables of sums have.
type slotOf struct {
	org  id.Org
	slot time.Time
}

func (s slotOf) compare(o slotOf) int {
	if c := s.org.Compare(o.org); c != 0 {
		return c
	}
	return s.slot.Compare(o.slot)
}

// sumColumns are the columns of a table of sums: its place, its own, and what it counts.
func sumColumns[R any](place func(*R) slotOf, sum func(*R) *tally, own ...column[R]) []column[R] {
	out := []column[R]{
		ident("org_id", func(r *R) id.Org { return place(r).org }),
		moment("hour", func(r *R) time.Time { return place(r).slot }),
	}
	out = append(out, own...)
	return append(out,
		number("requests", func(r *R) int64 { return sum(r).requests }),
		number("errors", func(r *R) int64 { return sum(r).errors }),
		number("refused", func(r *R) int64 { return sum(r).refused }),
		number("attempts", func(r *R) int64 { return sum(r).attempts }),
		number("input_tokens", func(r *R) int64 { return sum(r).input }),
		number("cached_tokens", func(r *R) int64 { return sum(r).cached }),
		number("output_tokens", func(r *R) int64 { return sum(r).output }),
		number("cost_nanos", func(r *R) money.USD { return sum(r).cost }),
		number("booked_tokens", func(r *R) ledger.Units { return sum(r).bookedTokens }),
		number("booked_requests", func(r *R) ledger.Units { return sum(r).bookedRequests }),
	)
}

// counted are the columns that add up and that pages show.
var counted = []string{"requests", "errors", "refused", "attempts", "input_tokens", "cached_tokens", "output_tokens", "cost_nanos"}

// adding is what happens to a row of sums that is there already. key are its columns without org_id and hour.
func adding(table string, key ...string) string {
	all := append(slices.Clone(counted), "booked_tokens", "booked_requests")
	sets := make([]string, len(all))
	for i, c := range all {
		sets[i] = c + " = " + table + "." + c + " + excluded." + c
	}
	return "ON CONFLICT (" + strings.Join(append([]string{"org_id", "hour"}, key...), ", ") + ") DO UPDATE SET " + strings.Join(sets, ", ")
}

// nodeID is a column of uuids that are all zeros, not NULL, where there is none, because it is part of a key.
func nodeID[R any](name string, get func(*R) uuid.UUID) column[R] {
	return field(name, "uuid", get, func(u uuid.UUID) driver.Value { return u.String() }, func(u uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: u, Valid: true} })
}

// compareNodes orders as their text does.
func compareNodes(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
