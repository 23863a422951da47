package db

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// statementLog gives failed statements to slog: their text and the error's class, never the values bound to them.
// Misses and duplicates are answers, not failures.
type statementLog struct{ log *slog.Logger }

var (
	_ logger.Interface  = statementLog{}
	_ gorm.ParamsFilter = statementLog{}
)

// ParamsFilter drops the values before GORM could print them.
func (l statementLog) ParamsFilter(_ context.Context, query string, _ ...any) (string, []any) {
	return query, nil
}

// LogMode keeps the level of the slog handler.
func (l statementLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info is silent: GORM says nothing an operator needs.
func (l statementLog) Info(context.Context, string, ...any) {}

// Warn is silent, like Info.
func (l statementLog) Warn(context.Context, string, ...any) {}

// Error is silent: what matters arrives through Trace.
func (l statementLog) Error(context.Context, string, ...any) {}

// Trace logs one failed statement.
func (l statementLog) Trace(ctx context.Context, _ time.Time, fc func() (string, int64), err error) {
	if err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, gorm.ErrDuplicatedKey) ||
		errors.Is(err, context.Canceled) {
		return
	}
	query, _ := fc()
	query = explained.ReplaceAllString(query, "$1")
	if len(query) > longest {
		query = query[:longest] + " …" // a batch of a thousand rows says no more than its first
	}
	l.log.WarnContext(ctx, "statement failed", "sql", query, "error", class(err))
}

const longest = 400

// explained is what GORM makes of $1 when it has no values to put there: $1$.
var explained = regexp.MustCompile(`(\$\d+)\$`)

// class describes an error without its values: PostgreSQL quotes input in its messages.
func class(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return "SQLSTATE " + pg.Code + " " + pg.ConstraintName
	}
	return err.Error()
}
