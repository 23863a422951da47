package db

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// COPY would be the fastest way in, but PostgreSQL refuses it on tables with row-level security. The next best is one
// statement whose parameters are whole columns:
//
//	INSERT INTO t (a, b) SELECT c0, c1 FROM unnest($1::uuid[], $2::bigint[]) AS r (c0, c1)
//
// A column that holds one value is a plain parameter.

// insertColumns writes many rows on PostgreSQL with one statement.
func insertColumns[R any](ctx context.Context, tx pgx.Tx, table string, columns []column[R], rows []*R, otherwise string) error {
	if len(rows) == 0 {
		return nil
	}
	var selected, unnested, names []string
	var args []any
	for i := range columns {
		c, name := &columns[i], "c"+strconv.Itoa(i)
		place := "$" + strconv.Itoa(len(args)+1) + "::" + c.kind
		if c.shared(rows) {
			args = append(args, c.alone(rows[0]))
		} else {
			args = append(args, c.array(rows))
			unnested, names, place = append(unnested, place+"[]"), append(names, name), name
		}
		if c.cast != "" {
			place += "::" + c.cast
		}
		selected = append(selected, place)
	}
	if len(names) == 0 { // rows that are alike in everything; at most their ids could not be
		args = append(args, len(rows))
		unnested, names = []string{"array_fill(0, ARRAY[$" + strconv.Itoa(len(args)) + "::int])"}, []string{"n"}
	}
	_, err := tx.Exec(ctx, "INSERT INTO "+table+" ("+strings.Join(namesOf(columns), ",")+") SELECT "+strings.Join(selected, ",")+
		" FROM unnest("+strings.Join(unnested, ",")+") AS r ("+strings.Join(names, ",")+") "+otherwise, args...)
	return err
}
