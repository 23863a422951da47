package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/glebarez/sqlite"
)

// sqlitePragmas hold for every connection. With immediate transactions a writer waits for the lock up front, instead of
// failing half way when a read transaction cannot be upgraded. Pages of 8 KiB, because each page that is written costs
// four system calls, and facts write many; a file that is there already keeps its own size.
//
// _time_format must stay out: the driver stops reading the DSN there and would ignore _txlock.
const sqlitePragmas = "?_pragma=busy_timeout(10000)&_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
	"&_pragma=foreign_keys(1)&_pragma=cache_size(-1024)&_txlock=immediate"

func (d *DB) openSQLite(ctx context.Context, rawURL string, o Options) error {
	path, err := sqlitePath(rawURL)
	if err != nil {
		return err
	}
	d.path, d.where = path, "SQLite database "+path
	if err := prepareFile(path); err != nil {
		return fmt.Errorf("%s cannot be used: %w", d.where, reason(err))
	}
	if err := errors.Join(registerCells(), registerLower()); err != nil {
		return fmt.Errorf("SQLite: %w", err)
	}
	pool, err := sql.Open(sqlite.DriverName, fileDSN(path, sqlitePragmas))
	if err != nil {
		return &unreachable{d.where, err}
	}
	conns := o.MaxConns
	if conns <= 0 {
		conns = 8
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns) // an idle one costs its pages, a new one reads the whole schema: 7 ms of CPU
	pool.SetConnMaxIdleTime(time.Minute)
	d.sql, d.writer = pool, make(chan struct{}, 1)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return &unreachable{d.where, err}
	}
	return d.attach(&sqlite.Dialector{Conn: pool})
}

func fileDSN(path, options string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + options
}

// sqlitePath reads the file's path: sqlite:///abs/path, sqlite:////abs/path, sqlite:///./rel/path or sqlite:rel/path.
func sqlitePath(rawURL string) (string, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", errors.New("DATABASE_URL is not a URL: write sqlite:///absolute/path/bodhi.db")
	}
	path := u.Path
	switch {
	case u.Opaque != "":
		path, err = url.PathUnescape(u.Opaque)
	case u.Host == "." || u.Host == "..":
		path = u.Host + path
	case u.Host != "":
		return "", fmt.Errorf("DATABASE_URL names the host %q, which SQLite has not: write sqlite:///absolute/path/bodhi.db with three slashes", u.Host)
	case strings.HasPrefix(path, "/./"), strings.HasPrefix(path, "/../"):
		path = path[1:]
	}
	if err != nil || path == "" || strings.HasSuffix(path, "/") {
		return "", errors.New("DATABASE_URL names no file: write sqlite:///absolute/path/bodhi.db")
	}
	if u.RawQuery != "" {
		return "", errors.New("DATABASE_URL takes no options for SQLite: remove what follows the question mark")
	}
	return filepath.Clean(path), nil
}

// Missing says which file a URL of SQLite names that is not there: Open would make it. It is "" for one that is, and for any other
// database.
func Missing(rawURL string) string {
	if !strings.HasPrefix(rawURL, "sqlite:") {
		return ""
	}
	path, err := sqlitePath(rawURL)
	if err != nil {
		return "" // which Open says
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return path
	}
	return ""
}

// prepareFile makes the database's folder and the file itself, readable by its owner alone: SQLite would create it
// with the process's umask, and its journals take the file's mode.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// reason is the bare cause of a file error, whose path the caller has already named.
func reason(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Op, pe.Err)
	}
	return err
}
