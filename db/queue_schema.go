package db

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// queueSchema brings the job queue's tables up to date. Only its schema is here, because Migrate must be one step for
// operators; working with the queue is package jobs' alone.
type queueSchema interface {
	up(ctx context.Context) error
	pending(ctx context.Context) (bool, error)
}

// unheard: that the queue's tables were made in seven steps tells nobody anything, and what goes wrong is returned.
var unheard = &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)}

type riverSchema[T any] struct{ *rivermigrate.Migrator[T] }

func postgresQueue(pool *pgxpool.Pool) (queueSchema, error) {
	m, err := rivermigrate.New(riverpgxv5.New(pool), unheard)
	return riverSchema[pgx.Tx]{m}, err
}

func sqliteQueue(pool *sql.DB) (queueSchema, error) {
	m, err := rivermigrate.New(riversqlite.New(pool), unheard)
	return riverSchema[*sql.Tx]{m}, err
}

func (r riverSchema[T]) up(ctx context.Context) error {
	_, err := r.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (r riverSchema[T]) pending(ctx context.Context) (bool, error) {
	v, err := r.Validate(ctx, nil)
	return err == nil && !v.OK, err
}

// riverVersion is part of the schema's identity; it moves with go.mod.
const riverVersion = "0.49.0"
