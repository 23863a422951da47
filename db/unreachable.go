package db

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// unavailable is what a caller sees when the database cannot be reached. A commit that was cut off may still have
// happened; stores are written so that trying again is safe.
func (d *DB) unavailable(err error) error {
	var known *fault.Error
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &known) {
		return err
	}
	return fault.New(fault.Unavailable, "database_unavailable", "The database cannot be reached right now. Try again in a moment.").
		Because(&unreachable{d.where, err})
}

// unreachable says in one line which database does not answer, and why. A driver's own error lists every attempt on a
// line of its own.
type unreachable struct {
	where string
	err   error
}

// Error implements error.
func (u *unreachable) Error() string { return u.where + " cannot be used: " + plain(u.err) }

// Unwrap gives the driver's error.
func (u *unreachable) Unwrap() error { return u.err }

// hopeless reports whether trying again cannot help: the login or the database does not exist, or the password is wrong.
func hopeless(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "28") || pg.Code == "3D000")
}

// short reports whether PostgreSQL wants for something: a disk, memory, connections (class 53). That passes, and is nobody's mistake.
func short(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && strings.HasPrefix(pg.Code, "53")
}

// readOnly reports whether PostgreSQL takes no writes, as a server does that was failed over from.
func readOnly(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "25006"
}

// plain is an error's root as one line, without the connection string.
func plain(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Message + " (SQLSTATE " + pg.Code + ")"
	}
	for {
		next := errors.Unwrap(err)
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			if all := many.Unwrap(); len(all) > 0 {
				next = all[len(all)-1] // the last attempt is the one the user's settings ask for least
			}
		}
		if next == nil {
			return strings.Join(strings.Fields(err.Error()), " ") + diskFull(err)
		}
		err = next
	}
}

// diskFull says what most often is behind an error of SQLite that has only a number for it: 13 = the disk is full, 10 = a file could
// not be read or written.
func diskFull(err error) string {
	var coded interface{ Code() int }
	if errors.As(err, &coded) && (coded.Code()&0xff == 13 || coded.Code()&0xff == 10) {
		return "; most likely its disk is full: make room, and start again"
	}
	return ""
}
