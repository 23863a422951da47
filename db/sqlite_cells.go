package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gosqlite "github.com/glebarez/go-sqlite"
)

// The driver parses a statement every time it runs, prepared or not, and takes time in the square of its parameters;
// for a fact of thirty columns that costs more than writing it. So SQLite is given one short statement for many rows,
// and fetches their values through a function of ours:
//
//	INSERT INTO t (a, b) SELECT bodhi_cell(tray, i), bodhi_cell(tray, i + 1) FROM numbers
//
// The driver knows functions for the whole process only, so what they read from is found by number.
const cellFunction = "bodhi_cell"

// trays hold what is being inserted at this moment: one for each database that writes, and few processes have two.
var trays struct {
	register sync.Once
	failed   error
	free     chan int64
	cells    [64]atomic.Pointer[[]any]
}

var errCell = errors.New("db: " + cellFunction + " is asked for what is not being inserted")

// registerCells makes the function known. It must come before the first connection, which is when the driver looks.
func registerCells() error {
	trays.register.Do(func() {
		trays.free = make(chan int64, len(trays.cells))
		for i := range trays.cells {
			trays.free <- int64(i)
		}
		trays.failed = gosqlite.RegisterScalarFunction(cellFunction, 2, func(_ *gosqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			return cell(args[0], args[1])
		})
	})
	return trays.failed
}

func cell(tray, at driver.Value) (driver.Value, error) {
	t, known := tray.(int64)
	i, number := at.(int64)
	if !known || !number || t < 0 || t >= int64(len(trays.cells)) {
		return nil, errCell
	}
	cells := trays.cells[t].Load()
	if cells == nil || i < 0 || i >= int64(len(*cells)) {
		return nil, errCell
	}
	return (*cells)[i], nil
}

// insertCells writes many rows on SQLite with one statement.
func insertCells(ctx context.Context, tx *sql.Tx, table, columns string, rows int, add func(row int, to []any) []any) error {
	cells, width, err := layOut(table, columns, rows, add)
	if err != nil || rows == 0 {
		return err
	}
	for i := range cells {
		if cells[i], err = plainValue(cells[i]); err != nil {
			return err
		}
	}
	tray := <-trays.free
	trays.cells[tray].Store(&cells)
	defer func() { trays.cells[tray].Store(nil); trays.free <- tray }()
	query, args := cellStatement(table, columns, width, cells, tray)
	_, err = tx.ExecContext(ctx, query, args...)
	return err
}

// cellStatement inserts a tray. What is the same in all rows, as most names and states of a batch are, is bound once.
// OR FAIL, because the transaction is rolled back on an error anyway: the default would copy every page it touches, to
// be able to undo the statement alone.
func cellStatement(table, columns string, width int, cells []any, tray int64) (query string, args []any) {
	var q strings.Builder
	q.WriteString("WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + ?1 FROM numbers WHERE i + ?1 < ?2) INSERT OR FAIL INTO ")
	q.WriteString(table + " (" + columns + ") SELECT ")
	args = append(args, width, len(cells), tray)
	for c := range width {
		if c > 0 {
			q.WriteByte(',')
		}
		if sameInAll(cells, c, width) {
			args = append(args, cells[c])
			q.WriteString("?" + strconv.Itoa(len(args)))
		} else {
			q.WriteString(cellFunction + "(?3,i+" + strconv.Itoa(c) + ")")
		}
	}
	q.WriteString(" FROM numbers")
	return q.String(), args
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
	case document:
		if v == "" {
			return nil, nil
		}
		return string(v), nil
	case driver.Valuer:
		return v.Value()
	}
	return nil, fmt.Errorf("db: a cell cannot hold a %T", v)
}
