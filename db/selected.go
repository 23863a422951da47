package db

import (
	"strings"

	"gorm.io/gorm"
)

// selected are a row's columns, each with its table's name or alias in front, where a query selects more than one row has. No query
// says *: a step of the next version's schema would give it another column, and PostgreSQL refuses what was prepared before
// that ("cached plan must not change result type"). Nodes of the version before work on then. Config.QueryFields does the
// same for queries that select nothing by name.
func selected(tx *gorm.DB, table string, row any) string {
	stmt := gorm.Statement{DB: tx}
	if err := stmt.Parse(row); err != nil {
		return table + ".*" // cannot happen: rows are our own structs
	}
	return table + "." + strings.Join(stmt.Schema.DBNames, ", "+table+".")
}
