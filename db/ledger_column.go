package db

import (
	"database/sql/driver"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// column is one column of a table that facts are written into, and where a row has its value. A value is made only when
// it is written, and one that all rows of a batch share only once: of a fact's thirty columns that is most.
type column[R any] struct {
	name string
	// cell is a row's value as SQLite's driver would have bound it.
	cell func(r *R) driver.Value
	same func(a, b *R) bool
	// array is the values of many rows as one parameter for PostgreSQL, alone the value of one; kind is their type in SQL.
	array func(rows []*R) any
	alone func(r *R) any
	kind  string
	cast  string // what kind is turned into
}

// shared reports whether all rows have the same value.
func (c *column[R]) shared(rows []*R) bool {
	for _, r := range rows[1:] {
		if !c.same(rows[0], r) {
			return false
		}
	}
	return true
}

// field makes a column of a comparable value. bound and sent are the value for SQLite and for PostgreSQL.
func field[R any, T comparable, P any](name, kind string, get func(*R) T, bound func(T) driver.Value, sent func(T) P) column[R] {
	c := column[R]{name: name, kind: kind,
		cell:  func(r *R) driver.Value { return bound(get(r)) },
		same:  func(a, b *R) bool { return get(a) == get(b) },
		alone: func(r *R) any { return sent(get(r)) },
	}
	c.array = arrays(func(r *R) P { return sent(get(r)) })
	return c
}

func arrays[R, P any](of func(*R) P) func(rows []*R) any {
	return func(rows []*R) any {
		out := make([]P, len(rows))
		for i, r := range rows {
			out[i] = of(r)
		}
		return out
	}
}

// text is a column of words, made fit for both databases.
func text[R any](name string, get func(*R) string) column[R] {
	cleaned := func(r *R) string { s := get(r); clean(&s); return s }
	return field(name, "text", cleaned, func(s string) driver.Value { return s }, func(s string) string { return s })
}

func number[R any, N ~int | ~int64](name string, get func(*R) N) column[R] {
	return field(name, "bigint", get, func(n N) driver.Value { return int64(n) }, func(n N) int64 { return int64(n) })
}

func flag[R any](name string, get func(*R) bool) column[R] {
	return field(name, "boolean", get, func(b bool) driver.Value { return b }, func(b bool) bool { return b })
}

// moment is a column of times, kept to the microsecond.
func moment[R any](name string, get func(*R) time.Time) column[R] {
	return field(name, "timestamptz", get, func(t time.Time) driver.Value { return lite(t) }, stamp)
}

// lite is a time as SQLite keeps it.
func lite(t time.Time) string { return stamp(t).Format("2006-01-02 15:04:05.999999999-07:00") }

// identified is any id.ID.
type identified interface {
	comparable
	Bytes() [16]byte
	IsZero() bool
	UUID() string
}

// ident is a column of ids; a zero one is NULL.
func ident[R any, T identified](name string, get func(*R) T) column[R] {
	return field(name, "uuid", get, func(v T) driver.Value {
		if v.IsZero() {
			return nil
		}
		return v.UUID()
	}, func(v T) pgtype.UUID { return pgtype.UUID{Bytes: v.Bytes(), Valid: !v.IsZero()} })
}

// document is a column of JSON that is made of get; "" is NULL. same must not be true of two rows whose JSON differs.
func document[R any](name string, same func(a, b *R) bool, get func(*R) string) column[R] {
	sent := func(r *R) pgtype.Text { s := get(r); return pgtype.Text{String: s, Valid: s != ""} }
	return column[R]{name: name, kind: "text", cast: "jsonb", same: same,
		cell: func(r *R) driver.Value {
			if s := get(r); s != "" {
				return s
			}
			return nil
		},
		array: arrays(sent), alone: func(r *R) any { return sent(r) },
	}
}

// namesOf are the columns' names, for a statement.
func namesOf[R any](columns []column[R]) []string {
	out := make([]string, len(columns))
	for i := range columns {
		out[i] = columns[i].name
	}
	return slices.Clip(out)
}
