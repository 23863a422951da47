package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
)

// insertFacts writes the rows of a batch: the one write whose cost every request pays.
func (s *LedgerStore) insertFacts(tx *gorm.DB, b budget.Batch) error {
	attempts := make([]attemptRow, len(b.Attempts))
	for i, p := range b.Attempts {
		attempts[i] = attemptRowOf(p)
	}
	requests := make([]requestRow, len(b.Requests))
	for i, r := range b.Requests {
		requests[i] = requestRowOf(r)
	}
	if s.db.Postgres() {
		return errors.Join(insertAll(tx, "attempts", attempts), insertAll(tx, "requests", requests))
	}
	raw, ok := s.db.SQLiteTx(tx.Statement.Context)
	if !ok {
		return errors.New("facts: no transaction")
	}
	// GORM's reflection takes as long as the insert itself, so it is left out. The guard is not asked: the statements
	// are these two, and both name org_id.
	if err := insertRows(tx.Statement.Context, raw, "attempts", attemptColumns, attempts, attemptRow.values); err != nil {
		return fmt.Errorf("attempts: %w", translate(tx, err))
	}
	if err := insertRows(tx.Statement.Context, raw, "requests", requestColumns, requests, requestRow.values); err != nil {
		return fmt.Errorf("requests: %w", translate(tx, err))
	}
	return nil
}

// insertAll lets GORM write rows, as many at once as PostgreSQL's limit on parameters allows.
func insertAll[T any](tx *gorm.DB, table string, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	if err := tx.CreateInBatches(&rows, 500).Error; err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

// translate gives a driver's error the name GORM would have given it, so that duplicates are told apart.
func translate(tx *gorm.DB, err error) error {
	if t, ok := tx.Dialector.(gorm.ErrorTranslator); ok {
		return t.Translate(err)
	}
	return err
}

// rowsAtOnce is how many facts go into one statement. The driver parses a statement each time it runs, prepared or not,
// and takes time in the square of its parameters; in between lies the least CPU per fact (BenchmarkPost).
const rowsAtOnce = 8

// insertRows writes rows on SQLite. OR FAIL, because the transaction is rolled back on an error anyway: the default
// would copy every page it touches, to be able to undo the statement alone.
func insertRows[T any](ctx context.Context, tx *sql.Tx, table, columns string, rows []T, values func(T, []any) []any) error {
	row := "(?" + strings.Repeat(",?", strings.Count(columns, ",")) + ")"
	head := "INSERT OR FAIL INTO " + table + " (" + columns + ") VALUES " + row
	full := head + strings.Repeat(","+row, rowsAtOnce-1)
	var args []any
	for len(rows) > 0 {
		size, query := min(rowsAtOnce, len(rows)), full
		if size < rowsAtOnce {
			query = head + strings.Repeat(","+row, size-1)
		}
		args = args[:0]
		for _, r := range rows[:size] {
			args = values(r, args)
		}
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
		rows = rows[size:]
	}
	return nil
}

const attemptColumns = "org_id,id,at,ended_at,request_id,number,department_id,team_id,member_id,key_id,tags,connection_id,provider,kind," +
	"model,price_version,state,status,class,note,input_tokens,cached_tokens,output_tokens,reasoning_tokens,usage,held_nanos,cost_nanos," +
	"input_cost_nanos,held_tokens,booked_tokens,booked_requests,first_byte_us,duration_us,accounts"

// values appends the row in the order of attemptColumns.
func (r attemptRow) values(to []any) []any {
	accounts, _ := json.Marshal(r.Accounts) // ids and numbers
	var usage any
	if r.Usage != nil {
		text, _ := json.Marshal(r.Usage) // numbers
		usage = string(text)
	}
	return append(to, r.OrgID, r.ID, stamp(r.At), stamp(r.EndedAt), r.RequestID, r.Number, r.DepartmentID, r.TeamID,
		r.MemberID, r.KeyID, r.Tags, r.ConnectionID, r.Provider, r.Kind, r.Model, r.PriceVersion, r.State, r.Status, r.Class, r.Note,
		r.Input, r.Cached, r.Output, r.Reasoning, usage, int64(r.Held), int64(r.Cost), int64(r.InputCost), int64(r.HeldTokens),
		int64(r.Tokens), int64(r.Requests), r.FirstByte, r.DurationUS, string(accounts))
}

const requestColumns = "org_id,id,at,department_id,team_id,member_id,key_id,family,endpoint,stream,asked,model,provider,route,client," +
	"tags,end_user,session,cache,attempts,status,code,message,input_tokens,cached_tokens,output_tokens,reasoning_tokens,cost_nanos," +
	"decisions,first_byte_us,duration_us,overhead_us,refused_by,refusal"

// values appends the row in the order of requestColumns.
func (r requestRow) values(to []any) []any {
	var refusal any
	if r.Refusal != nil {
		text, _ := json.Marshal(r.Refusal) // ids and numbers
		refusal = string(text)
	}
	return append(to, r.OrgID, r.ID, stamp(r.At), r.DepartmentID, r.TeamID, r.MemberID, r.KeyID, r.Family,
		r.Endpoint, r.Stream, r.Asked, r.Model, r.Provider, r.Route, r.Client, r.Tags, r.EndUser, r.Session, r.Cache, r.Attempts, r.Status,
		r.Code, r.Message, r.Input, r.Cached, r.Output, r.Reasoning, int64(r.Cost), r.Decisions, r.FirstByte, r.DurationUS, r.OverheadUS, r.RefusedBy, refusal)
}
