package db

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/compliance"
)

// withheld are columns that nobody is handed: they are worth something to a thief and nothing to the person.
var withheld = map[string]bool{"hash": true, "mac": true, "pepper": true, "public": true, "old_public": true, "credential": true, "head": true}

// mostExported bounds the rows of one table, so that an archive fits into memory.
const mostExported = 100_000

// Export implements compliance.Store.
func (s *ComplianceStore) Export(ctx context.Context, p compliance.Person, table func(string, []string, [][]any) error) error {
	cols, err := s.db.columns(ctx)
	if err != nil {
		return err
	}
	for at := 0; at < len(cols); {
		end := at
		for end < len(cols) && cols[end].Table == cols[at].Table {
			end++
		}
		if s.db.tenants.has(cols[at].Table) {
			if err := s.exportTable(ctx, p, cols[at:end], table); err != nil {
				return err
			}
		}
		at = end
	}
	return nil
}

// exportTable gives the rows of one table whose person columns hold the person's id, or where a text is their address.
func (s *ComplianceStore) exportTable(ctx context.Context, p compliance.Person, cols []columnInfo, table func(string, []string, [][]any) error) error {
	var names, theirs []string
	var values []any
	name := cols[0].Table
	for _, c := range personColumns {
		if c.table == name {
			theirs, values = append(theirs, c.column+" IN ?"), append(values, p.Memberships())
		}
	}
	for _, c := range cols {
		switch t := strings.ToLower(c.Type); {
		case withheld[c.Name] || t == "blob" || t == "bytea":
			continue
		case t == "text":
			theirs, values = append(theirs, c.Name+" = ?"), append(values, p.Email)
		}
		names = append(names, c.Name)
	}
	if len(theirs) == 0 {
		return nil
	}
	var rows [][]any
	err := s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
		query := "SELECT " + strings.Join(names, ", ") + " FROM " + name + " WHERE org_id = ? AND (" + strings.Join(theirs, " OR ") + ") LIMIT ?"
		found, err := tx.Raw(query, append(append([]any{p.Org}, values...), mostExported)...).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = found.Close() }()
		for found.Next() {
			row, into := make([]any, len(names)), make([]any, len(names))
			for i := range row {
				into[i] = &row[i]
			}
			if err := found.Scan(into...); err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return found.Err()
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	return table(name, names, rows)
}
