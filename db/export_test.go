package db

import (
	"context"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// What only this package's stores may use, for its tests.

func (d *DB) Scoped(ctx context.Context, org id.Org, fn func(*gorm.DB) error) error {
	return d.scoped(ctx, org, fn)
}

func (d *DB) System(ctx context.Context, fn func(*gorm.DB) error) error {
	return d.system(ctx, "test", fn)
}
