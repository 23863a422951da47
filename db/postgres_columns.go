package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// COPY would be the fastest way in, but PostgreSQL refuses it on tables with row-level security. The next best is one
// statement whose parameters are whole columns:
//
//	INSERT INTO t (a, b) SELECT c0, c1 FROM unnest($1::uuid[], $2::bigint[]) AS r (c0, c1)
//
// A column that holds one value is a plain parameter.

// insertColumns writes many rows on PostgreSQL with one statement.
func insertColumns(ctx context.Context, tx pgx.Tx, table, columns string, rows int, add func(row int, to []any) []any) error {
	cells, width, err := layOut(table, columns, rows, add)
	if err != nil || rows == 0 {
		return err
	}
	var selected, unnested, named []string
	var args []any
	for c := range width {
		name, constant := "c"+strconv.Itoa(c), sameInAll(cells, c, width)
		arg, kind, err := pgColumn(cells, c, width, constant)
		if err != nil {
			return fmt.Errorf("db: column %d of %s: %w", c, table, err)
		}
		args = append(args, arg)
		place := "$" + strconv.Itoa(len(args)) + "::" + kind
		if !constant {
			unnested, named, place = append(unnested, place+"[]"), append(named, name), name
		}
		if kind == "text" && isDocument(cells[c]) {
			place += "::jsonb"
		}
		selected = append(selected, place)
	}
	if len(named) == 0 { // rows that are alike in everything; at most their ids could not be
		args = append(args, rows)
		unnested, named = []string{"array_fill(0, ARRAY[$" + strconv.Itoa(len(args)) + "::int])"}, []string{"n"}
	}
	_, err = tx.Exec(ctx, "INSERT INTO "+table+" ("+columns+") SELECT "+strings.Join(selected, ",")+
		" FROM unnest("+strings.Join(unnested, ",")+") AS r ("+strings.Join(named, ",")+")", args...)
	return err
}

func isDocument(v any) bool { _, ok := v.(document); return ok }

// identified is any id.ID.
type identified interface {
	Bytes() [16]byte
	IsZero() bool
}

// pgColumn is a column as a parameter: an array of its values, or the one that all rows share. kind is the type in SQL.
func pgColumn(cells []any, column, width int, constant bool) (arg any, kind string, err error) {
	switch v := cells[column].(type) {
	case string:
		return gather("text", cells, column, width, constant, func(v string) string { return v })
	case bool:
		return gather("boolean", cells, column, width, constant, func(v bool) bool { return v })
	case int:
		return gather("bigint", cells, column, width, constant, func(v int) int64 { return int64(v) })
	case int64:
		return gather("bigint", cells, column, width, constant, func(v int64) int64 { return v })
	case time.Time: // before identified: it has an IsZero too
		return gather("timestamptz", cells, column, width, constant, stamp)
	case document:
		return gather("text", cells, column, width, constant, func(v document) pgtype.Text { return pgtype.Text{String: string(v), Valid: v != ""} })
	case identified:
		return gather("uuid", cells, column, width, constant, func(v identified) pgtype.UUID { return pgtype.UUID{Bytes: v.Bytes(), Valid: !v.IsZero()} })
	default:
		return nil, "", fmt.Errorf("a %T cannot be written", v)
	}
}

func gather[T, P any](kind string, cells []any, column, width int, constant bool, as func(T) P) (any, string, error) {
	out := make([]P, 0, len(cells)/width)
	for i := column; i < len(cells); i += width {
		v, ok := cells[i].(T)
		if !ok {
			return nil, "", fmt.Errorf("a %T stands among values of another type", cells[i])
		}
		if out = append(out, as(v)); constant {
			return out[0], kind, nil
		}
	}
	return out, kind, nil
}
