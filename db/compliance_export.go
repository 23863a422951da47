package db

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// withheld are columns that nobody is handed: they are worth something to a thief and nothing to the person.
var withheld = map[string]bool{"hash": true, "mac": true, "pepper": true, "public": true, "old_public": true, "credential": true, "head": true}

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

// exportTable gives all rows of one table, in pieces, whose person columns hold the person's id, or where a text is their address.
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
			theirs, values = append(theirs, c.Name+" IN ?"), append(values, p.Addresses())
		}
		names = append(names, c.Name)
	}
	if len(theirs) == 0 {
		return nil
	}
	// The newest come first: what is deleted by age meanwhile moves none of the rest out of the pieces to come.
	query := "SELECT " + strings.Join(names, ", ") + " FROM " + name + " WHERE org_id = ? AND (" + strings.Join(theirs, " OR ") + ") ORDER BY " + strings.Join(names, " DESC, ") + " DESC LIMIT ? OFFSET ?"
	for offset := 0; ; offset += s.AtOnce {
		rows, err := s.exportPiece(ctx, p.Org, query, len(names), append(append([]any{p.Org}, values...), s.AtOnce, offset))
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := table(name, names, rows); err != nil || len(rows) < s.AtOnce {
			return err
		}
	}
}

func (s *ComplianceStore) exportPiece(ctx context.Context, o id.Org, query string, columns int, values []any) (rows [][]any, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		found, err := tx.Raw(query, values...).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = found.Close() }()
		for found.Next() {
			row, into := make([]any, columns), make([]any, columns)
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
	return rows, err
}
