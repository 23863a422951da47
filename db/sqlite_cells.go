package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gosqlite "github.com/glebarez/go-sqlite"
)

// The driver parses a statement every time it runs, prepared or not, and takes time in the square of its parameters;
// for a fact of thirty columns that costs more than writing it. So SQLite is given one short statement for many rows,
// and fetches each value through a function of ours:
//
//	INSERT INTO t (a, b) SELECT bodhi_cell(handle, i, 0), bodhi_cell(handle, i, 1) FROM numbers
//
// The driver knows functions for the whole process only, so what they read from is found by its handle.
const cellFunction = "bodhi_cell"

// sheets are the rows that are being inserted at this moment, by handle; one for each database that writes.
var sheets struct {
	register sync.Once
	failed   error
	last     atomic.Int64
	open     sync.Map // int64 → *sheet
}

// sheet is what one statement inserts. SQLite asks from the goroutine that runs the statement.
type sheet struct {
	rows  int64
	fill  func(row int, to []any) []any // appends a row's values in the order of the columns
	at    int64                         // the row that is in cells; -1 before the first
	cells []any
}

var errCell = errors.New("db: " + cellFunction + " is asked for what is not being inserted")

// registerCells makes the function known. It must come before the first connection, which is when the driver looks.
func registerCells() error {
	sheets.register.Do(func() {
		sheets.failed = gosqlite.RegisterScalarFunction(cellFunction, 3, func(_ *gosqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			s, ok := sheets.open.Load(args[0])
			if !ok {
				return nil, errCell
			}
			row, _ := args[1].(int64)
			column, _ := args[2].(int64)
			return s.(*sheet).cell(row, column)
		})
	})
	return sheets.failed
}

func (s *sheet) cell(row, column int64) (driver.Value, error) {
	if row < 0 || row >= s.rows {
		return nil, errCell
	}
	if row != s.at {
		s.cells, s.at = s.fill(int(row), s.cells[:0]), row
	}
	if column < 0 || column >= int64(len(s.cells)) {
		return nil, errCell
	}
	return plainValue(s.cells[column])
}

// plainValue is a value as the driver would have bound it.
func plainValue(v any) (driver.Value, error) {
	switch v := v.(type) {
	case nil, string, int64, bool:
		return v, nil
	case int:
		return int64(v), nil
	case time.Time:
		return stamp(v).Format("2006-01-02 15:04:05.999999999-07:00"), nil
	case driver.Valuer:
		return v.Value()
	}
	return nil, fmt.Errorf("db: a cell cannot hold a %T", v)
}

// insertCells writes many rows on SQLite with one statement. OR FAIL, because the transaction is rolled back on an error
// anyway: the default would copy every page it touches, to be able to undo the statement alone.
func insertCells(ctx context.Context, tx *sql.Tx, table, columns string, rows int, fill func(row int, to []any) []any) error {
	if rows == 0 {
		return nil
	}
	var q strings.Builder
	q.WriteString("WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < ?1) INSERT OR FAIL INTO ")
	q.WriteString(table + " (" + columns + ") SELECT ")
	for c := range strings.Count(columns, ",") + 1 {
		if c > 0 {
			q.WriteByte(',')
		}
		fmt.Fprintf(&q, "%s(?2,i,%d)", cellFunction, c)
	}
	q.WriteString(" FROM numbers")
	handle := sheets.last.Add(1)
	sheets.open.Store(handle, &sheet{rows: int64(rows), fill: fill, at: -1})
	defer sheets.open.Delete(handle)
	_, err := tx.ExecContext(ctx, q.String(), rows, handle)
	return err
}
