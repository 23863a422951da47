package db

import (
	"database/sql/driver"
	"strings"
	"sync"

	gosqlite "github.com/glebarez/go-sqlite"
)

// registerLower puts a LOWER that knows every script in place of SQLite's own, which knows ASCII only: searches are written in small
// letters by Go, and PostgreSQL does the same, so Émile would not be found even by his own name. It must come before the first
// connection, which is when the driver looks.
var registerLower = sync.OnceValue(func() error {
	return gosqlite.RegisterDeterministicScalarFunction("lower", 1, func(_ *gosqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		switch text := args[0].(type) {
		case string:
			return strings.ToLower(text), nil
		case []byte:
			return strings.ToLower(string(text)), nil
		}
		return args[0], nil
	})
})
