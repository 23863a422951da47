package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/compliance"
)

// Erase implements compliance.Store.
func (s *ComplianceStore) Erase(ctx context.Context, p compliance.Person) (out []compliance.Count, err error) {
	note := noting(&out)
	err = s.db.Do(ctx, func(ctx context.Context) error {
		out = nil
		if err := s.stopPosting(ctx); err != nil {
			return err
		}
		if err := s.eraseShared(ctx, p, note); err != nil {
			return err
		}
		texts, err := s.texts(ctx)
		if err != nil {
			return err
		}
		return s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
			e := eraser{tx: tx, p: p, note: note}
			e.dependents()
			for _, c := range personColumns {
				e.column(c)
			}
			for _, c := range addressColumns {
				addresses := p.Addresses()
				if c.table == "scim_users" { // their own was changed with them: whom a former one leads to is somebody else
					addresses = addresses[:1]
				}
				e.exec(c.table, compliance.Deleted, "DELETE FROM "+c.table+" WHERE org_id = ? AND "+c.column+" IN ?", p.Org, addresses)
			}
			e.exec("members", compliance.Pseudonymous, "UPDATE members SET email = ?, name = ? WHERE org_id = ? AND id IN ?", p.Pseudonym(), compliance.ErasedName, p.Org, p.Memberships())
			for _, t := range texts {
				switch {
				case sumTables[t.name] != nil:
					e.fold(t, "")
				case t.name == "scim_users":
					e.directory(t)
				default:
					e.sweep(t, "")
				}
			}
			return e.err
		})
	})
	return out, err
}

// eraser runs statements until one fails.
type eraser struct {
	tx   *gorm.DB
	p    compliance.Person
	note func(table string, what compliance.Deed, n int64)
	err  error
}

// exec runs one statement, notes how many rows it touched, and gives their number.
func (e *eraser) exec(table string, what compliance.Deed, query string, values ...any) int64 {
	if e.err != nil {
		return 0
	}
	done := e.tx.Session(&gorm.Session{}).Exec(query, values...)
	if e.err = done.Error; e.err != nil {
		e.err = fmt.Errorf("%s: %w", table, e.err)
		return 0
	}
	e.note(table, what, done.RowsAffected)
	return done.RowsAffected
}

// forgetSheets drops the sums of days, in which values of tags stand; they are made again of the hours.
func (e *eraser) forgetSheets() {
	e.exec("usage_sheets", compliance.Deleted, "DELETE FROM usage_sheets WHERE org_id = ?", e.p.Org)
	e.exec("usage_day_marks", compliance.Deleted, "DELETE FROM usage_day_marks WHERE org_id = ?", e.p.Org)
	e.exec("usage_marks", compliance.Cleared, "UPDATE usage_marks SET kept = 0 WHERE org_id = ?", e.p.Org)
}

// dependents are rows that name a person by way of another row, and those that would keep their row from going.
func (e *eraser) dependents() {
	o, m := e.p.Org, e.p.Memberships()
	e.exec("feedback", compliance.Cleared, "UPDATE feedback SET comment = '' WHERE org_id = ? AND comment <> '' AND key_id IN (SELECT id FROM keys WHERE keys.org_id = ? AND member_id IN ?)", o, o, m)
	e.exec("scim_members", compliance.Deleted, "DELETE FROM scim_members WHERE org_id = ? AND user_id IN (SELECT id FROM scim_users WHERE scim_users.org_id = ? AND (member_id IN ? OR email = ?))", o, o, m, e.p.Email)
	// What was given for asking repeats why.
	e.exec("budget_grants", compliance.Cleared, "UPDATE budget_grants SET reason = '' WHERE org_id = ? AND reason <> '' AND request_id IN (SELECT id FROM budget_requests WHERE budget_requests.org_id = ? AND asker_id IN ?)", o, o, m)
	e.exec("limit_increases", compliance.Cleared, "UPDATE limit_increases SET reason = '' WHERE org_id = ? AND reason <> '' AND id IN (SELECT increase_id FROM limit_requests WHERE limit_requests.org_id = ? AND asker_id IN ?)", o, o, m)
	const private = "prompt_id IN (SELECT id FROM prompts WHERE prompts.org_id = ? AND owner_id IN ? AND visibility = 'private')"
	e.exec("prompt_labels", compliance.Deleted, "DELETE FROM prompt_labels WHERE org_id = ? AND "+private, o, o, m)
	e.exec("prompts", compliance.Deleted, "DELETE FROM prompts WHERE org_id = ? AND owner_id IN ? AND visibility = 'private'", o, m)
	// What models said to rows that were taken from the person's requests; the rows themselves go by their column.
	e.exec("evaluation_items", compliance.Deleted, "DELETE FROM evaluation_items WHERE org_id = ? AND EXISTS (SELECT 1 FROM evaluations v JOIN evaluation_rows w ON w.org_id = v.org_id AND w.dataset_id = v.dataset_id WHERE v.org_id = ? AND v.id = evaluation_items.evaluation_id AND w.number = evaluation_items.number AND w.member_id IN ?)", o, o, m)
	e.exec("evaluation_datasets", compliance.Cleared, "UPDATE evaluation_datasets SET row_count = row_count - (SELECT COUNT(*) FROM evaluation_rows w WHERE w.org_id = ? AND w.dataset_id = evaluation_datasets.id AND w.member_id IN ?) WHERE org_id = ? AND id IN (SELECT dataset_id FROM evaluation_rows WHERE evaluation_rows.org_id = ? AND member_id IN ?)", o, m, o, o, m)
	e.exec("evaluation_datasets", compliance.Deleted, "DELETE FROM evaluation_datasets WHERE org_id = ? AND owner_id IN ? AND visibility = 'private'", o, m) // and with them their rows and runs
}

// column does what one line of personColumns says.
func (e *eraser) column(c personColumn) {
	if c.fate == goes {
		e.exec(c.table, compliance.Deleted, "DELETE FROM "+c.table+" WHERE org_id = ? AND "+c.column+" IN ?", e.p.Org, e.p.Memberships())
		return
	}
	if len(c.empty) == 0 {
		return
	}
	set, there := make([]string, len(c.empty)), make([]string, len(c.empty))
	for i, name := range c.empty {
		set[i], there[i] = name+" = ''", name+" <> ''"
	}
	e.exec(c.table, compliance.Cleared, "UPDATE "+c.table+" SET "+strings.Join(set, ", ")+" WHERE org_id = ? AND "+c.column+" IN ? AND ("+strings.Join(there, " OR ")+")", e.p.Org, e.p.Memberships())
}

// sweep puts other words in the place of a person's in every text of one table: of those rows alone of which the condition holds.
func (e *eraser) sweep(t textTable, only string, and ...any) {
	var set []string
	var values []any
	for _, c := range t.columns {
		value, put := e.rewritten(c.text())
		values = append(values, put...)
		if c.json && t.json != "" {
			value = "CAST(" + value + " AS " + t.json + ")"
		}
		set = append(set, c.name+" = "+value)
	}
	there, conditions := e.names(t)
	values = append(append(append(values, e.p.Org), conditions...), and...)
	e.exec(t.name, compliance.Pseudonymous, "UPDATE "+t.name+" SET "+strings.Join(set, ", ")+" WHERE org_id = ? AND ("+there+")"+only, values...)
}

// directory is sweep for what a directory says of others, the person's own being gone. What they are called is theirs, whoever shares it.
func (e *eraser) directory(t textTable) {
	t.columns = slices.DeleteFunc(slices.Clone(t.columns), func(c textColumn) bool { return c.name != "attributes" })
	shared, whole := strings.ToLower(e.p.Name), e.p
	e.sweep(t, " AND name <> ? AND LOWER(name) <> ?", whole.Name, shared)
	e.p.Name = ""
	e.sweep(t, " AND (name = ? OR LOWER(name) = ?)", whole.Name, shared)
	e.p = whole
}

// names is the condition of a row that holds any of the person's words.
func (e *eraser) names(t textTable) (condition string, values []any) {
	var there []string
	for _, c := range t.columns {
		value, put := e.rewritten(c.text())
		there = append(there, value+" <> "+c.text())
		values = append(values, put...)
	}
	return strings.Join(there, " OR "), values
}

// eraseShared deletes what lies in tables of no tenant.
func (s *ComplianceStore) eraseShared(ctx context.Context, p compliance.Person, note func(string, compliance.Deed, int64)) error {
	return s.db.system(ctx, "end what a person is logged in with", func(tx *gorm.DB) error {
		for _, c := range sharedPersonColumns {
			done := tx.Session(&gorm.Session{}).Exec("DELETE FROM "+c.table+" WHERE "+c.org+" = ? AND "+c.member+" IN ?", p.Org, p.Memberships())
			if done.Error != nil {
				return done.Error
			}
			note(c.table, compliance.Deleted, done.RowsAffected)
		}
		return nil
	})
}

// textTable is a tenant's table with its columns of text.
type textTable struct {
	name    string
	json    string // what JSON is cast back to; "" where it is text
	columns []textColumn
}

func (t textTable) has(column string) bool {
	return slices.ContainsFunc(t.columns, func(c textColumn) bool { return c.name == column })
}

type textColumn struct {
	name string
	json bool
}

// text is what is searched.
func (c textColumn) text() string {
	if c.json {
		return "CAST(" + c.name + " AS text)"
	}
	return c.name
}

// texts asks the database itself, so that a new column is searched from the day it is there.
func (s *ComplianceStore) texts(ctx context.Context) (out []textTable, err error) {
	cols, err := s.db.columns(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range cols {
		if !s.db.tenants.has(c.Table) || untouched[c.Table] != "" || !c.text() || c.ident() {
			continue
		}
		at := slices.IndexFunc(out, func(t textTable) bool { return t.name == c.Table })
		if at < 0 {
			at, out = len(out), append(out, textTable{name: c.Table})
		}
		if c.Type == "jsonb" {
			out[at].json = "jsonb"
		}
		out[at].columns = append(out[at].columns, textColumn{c.Name, c.Type == "jsonb"})
	}
	return out, nil
}

// columnInfo is a column as the database describes it.
type columnInfo struct {
	Table string `gorm:"column:tab"`
	Name  string `gorm:"column:name"`
	Type  string `gorm:"column:type"`
}

func (c columnInfo) text() bool {
	t := strings.ToLower(c.Type)
	return t == "text" || t == "jsonb"
}

// ident reports whether it holds an id, which SQLite keeps as text.
func (c columnInfo) ident() bool { return ofThings[c.Name] || strings.HasSuffix(c.Name, "_id") }

// columns are those of all tables, in the order of the tables' names and their own.
func (d *DB) columns(ctx context.Context) (out []columnInfo, err error) {
	err = d.system(ctx, "which columns there are", func(tx *gorm.DB) error { return tx.Raw(d.columnsQuery()).Scan(&out).Error })
	return out, err
}

// columnsQuery asks for columnInfo of all tables of ours: not of partitions, whose parents have the same.
func (d *DB) columnsQuery() string {
	if d.Postgres() {
		return `SELECT c.relname AS tab, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
			WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum`
	}
	return `SELECT m.name AS tab, c.name AS name, c.type AS type FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid`
}
