package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

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
	cells    [64]atomic.Pointer[tray]
}

// tray is the rows of an insert, cell by cell. Each cell is asked for once, so it is made then and not kept.
type tray struct {
	cells int64
	at    func(i int64) driver.Value
}

// breath is how many rows are written before others may go first: a batch of a thousand takes 25 ms of a processor, for which an
// overloaded gateway's refusals would have to wait (e2e/overload).
const breath = 32

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

func cell(number, at driver.Value) (driver.Value, error) {
	n, known := number.(int64)
	i, counted := at.(int64)
	if !known || !counted || n < 0 || n >= int64(len(trays.cells)) {
		return nil, errCell
	}
	t := trays.cells[n].Load()
	if t == nil || i < 0 || i >= t.cells {
		return nil, errCell
	}
	return t.at(i), nil
}

// insertCells writes many rows on SQLite with one statement.
func insertCells[R any](ctx context.Context, tx *sql.Tx, table string, columns []column[R], rows []*R, otherwise string) error {
	if len(rows) == 0 {
		return nil
	}
	width := int64(len(columns))
	all := tray{int64(len(rows)) * width, func(i int64) driver.Value {
		if i%(width*breath) == 0 {
			runtime.Gosched()
		}
		return columns[i%width].cell(rows[i/width])
	}}
	n := <-trays.free
	trays.cells[n].Store(&all)
	defer func() { trays.cells[n].Store(nil); trays.free <- n }()
	query, args := cellStatement(table, columns, rows, n, otherwise)
	_, err := tx.ExecContext(ctx, query, args...)
	return err
}

// cellStatement inserts a tray. What is the same in all rows, as most names and states of a batch are, is bound once.
// OR FAIL, because the transaction is rolled back on an error anyway: the default would copy every page it touches, to
// be able to undo the statement alone.
func cellStatement[R any](table string, columns []column[R], rows []*R, tray int64, otherwise string) (query string, args []any) {
	var q strings.Builder
	q.WriteString("WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + ?1 FROM numbers WHERE i + ?1 < ?2) INSERT OR FAIL INTO ")
	q.WriteString(table + " (" + strings.Join(namesOf(columns), ",") + ") SELECT ")
	args = append(args, len(columns), len(rows)*len(columns), tray)
	for i := range columns {
		if i > 0 {
			q.WriteByte(',')
		}
		if c := &columns[i]; c.shared(rows) {
			args = append(args, c.cell(rows[0]))
			q.WriteString("?" + strconv.Itoa(len(args)))
		} else {
			q.WriteString(cellFunction + "(?3,i+" + strconv.Itoa(i) + ")")
		}
	}
	q.WriteString(" FROM numbers")
	if otherwise != "" { // WHERE, because ON would else belong to a join
		q.WriteString(" WHERE TRUE " + otherwise)
	}
	return q.String(), args
}
