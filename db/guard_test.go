package db

import (
	"errors"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// statements says what the guard thinks of each: mine stands for the scope's organization, theirs for another.
var guardCases = []struct {
	name string
	ok   bool
	sql  string
	args []any
}{
	{"a read of one table by organization", true, `SELECT * FROM "keys" WHERE org_id = $1`, []any{mine}},
	{"a qualified and quoted condition", true, `SELECT * FROM "keys" WHERE "keys"."org_id" = $1 AND "keys"."id" = $2`, []any{mine, 1}},
	{"a cast value", true, `SELECT * FROM keys WHERE org_id = $1::uuid`, []any{mine}},
	{"the value on the left", true, `SELECT * FROM keys WHERE $1 = org_id`, []any{mine}},
	{"a condition in parentheses", true, `SELECT * FROM keys WHERE (org_id = $1 AND (a = $2 OR b = $3)) AND c = 1`, []any{mine, 1, 2}},
	{"a condition after a range", true, `SELECT * FROM keys WHERE at BETWEEN $1 AND $2 AND org_id = $3 ORDER BY at LIMIT 5`, []any{1, 2, mine}},
	{"a tuple of keys", true, `DELETE FROM keys WHERE (keys.org_id,keys.id) IN (($1,$2),($3,$4))`, []any{mine, 1, mine, 2}},
	{"a join held through its partner", true, `SELECT k.id FROM keys k JOIN teams t ON t.org_id = k.org_id AND t.id = k.team_id WHERE k.org_id = $1`, []any{mine}},
	{"a left join held through its partner", true, `SELECT k.id FROM keys AS k LEFT JOIN teams AS t ON t.org_id = k.org_id WHERE k.org_id = $1`, []any{mine}},
	{"a join by USING", true, `SELECT 1 FROM keys JOIN teams USING (org_id, team_id) WHERE keys.org_id = $1`, []any{mine}},
	{"a comma join held in WHERE", true, `SELECT 1 FROM keys k, teams t WHERE t.org_id = k.org_id AND k.org_id = $1`, []any{mine}},
	{"a correlated sub-select", true, `SELECT 1 FROM keys k WHERE k.org_id = $1 AND EXISTS (SELECT 1 FROM teams t WHERE t.org_id = k.org_id)`, []any{mine}},
	{"a sub-select with its own condition", true, `SELECT 1 FROM keys WHERE org_id = $1 AND team_id IN (SELECT id FROM teams WHERE org_id = $2)`, []any{mine, mine}},
	{"a query of a sub-select", true, `SELECT sum(n) FROM (SELECT count(*) AS n FROM keys WHERE org_id = $1) x`, []any{mine}},
	{"a WITH query", true, `WITH k AS (SELECT * FROM keys WHERE org_id = $1) SELECT * FROM k`, []any{mine}},
	{"a union of two held queries", true, `SELECT id FROM keys WHERE org_id = $1 UNION ALL SELECT id FROM teams WHERE org_id = $2`, []any{mine, mine}},
	{"an aggregate with a filter", true, `SELECT count(*) FILTER (WHERE done OR old) FROM keys WHERE org_id = $1 GROUP BY a HAVING count(*) > 1`, []any{mine}},
	{"a lock", true, `SELECT * FROM keys WHERE org_id = $1 FOR UPDATE`, []any{mine}},
	{"an insert", true, `INSERT INTO "keys" ("org_id","id") VALUES ($1,$2),($3,$4) RETURNING "id"`, []any{mine, 1, mine, 2}},
	{"an upsert on a key with org_id", true, `INSERT INTO keys (org_id,id) VALUES ($1,$2) ON CONFLICT (org_id,id) DO UPDATE SET name = excluded.name`, []any{mine, 1}},
	{"an upsert that does nothing", true, `INSERT INTO keys (org_id,id) VALUES ($1,$2) ON CONFLICT DO NOTHING`, []any{mine, 1}},
	{"an upsert on another key, held in WHERE", true, `INSERT INTO keys (org_id,id) VALUES ($1,$2) ON CONFLICT (hash) DO UPDATE SET a = 1 WHERE keys.org_id = $3`, []any{mine, 1, mine}},
	{"an insert from a held query", true, `INSERT INTO keys (id,org_id) SELECT id, t.org_id FROM teams t WHERE t.org_id = $1`, []any{mine}},
	{"an update", true, `UPDATE "keys" SET "name"=$1,"org_id"=$2 WHERE org_id = $3 AND id = $4`, []any{"x", mine, mine, 1}},
	{"an update from another table", true, `UPDATE keys SET name = t.name FROM teams t WHERE t.org_id = keys.org_id AND keys.org_id = $1`, []any{mine}},
	{"a delete", true, `DELETE FROM keys WHERE org_id = $1`, []any{mine}},
	{"a delete using another table", true, `DELETE FROM keys USING teams t WHERE t.org_id = keys.org_id AND keys.org_id = $1`, []any{mine}},
	{"a table of no tenant", true, `SELECT * FROM prices`, nil},
	{"an insert into a table of no tenant from a held query", true, `INSERT INTO prices (id) SELECT id FROM keys WHERE org_id = $1`, []any{mine}},
	{"a trailing semicolon", true, `DELETE FROM keys WHERE org_id = $1;`, []any{mine}},
	{"a tenant's name inside a string", true, `SELECT 'it''s keys' FROM prices`, nil},
	{"a distinctness test, whose FROM is no clause", true, `SELECT 1 FROM keys WHERE a IS DISTINCT FROM b AND org_id = $1`, []any{mine}},

	{"no condition", false, `SELECT * FROM keys`, nil},
	{"another organization", false, `SELECT * FROM keys WHERE org_id = $1`, []any{theirs}},
	{"the organization bound to another column", false, `SELECT * FROM keys WHERE team_id = $1`, []any{mine}},
	{"an unequal condition", false, `SELECT * FROM keys WHERE org_id <> $1`, []any{mine}},
	{"a condition with arithmetic behind it", false, `SELECT * FROM keys WHERE org_id = $1 IS NOT NULL`, []any{mine}},
	{"an OR beside the condition", false, `SELECT * FROM keys WHERE org_id = $1 AND a = $2 OR b = $3`, []any{mine, 1, 2}},
	{"an OR in an outer pair of parentheses", false, `SELECT * FROM keys WHERE ((org_id = $1) OR true)`, []any{mine}},
	{"a negated condition", false, `SELECT * FROM keys WHERE NOT (org_id = $1)`, []any{mine}},
	{"a condition inside a function", false, `SELECT * FROM keys WHERE coalesce(org_id = $1, true)`, []any{mine}},
	{"a condition inside CASE", false, `SELECT * FROM keys WHERE CASE WHEN a AND org_id = $1 AND b THEN 1 ELSE 1 END = 1`, []any{mine}},
	{"a condition in the select list", false, `SELECT org_id = $1 FROM keys`, []any{mine}},
	{"a condition in HAVING", false, `SELECT a FROM keys GROUP BY a HAVING org_id = $1`, []any{mine}},
	{"a condition in a comment", false, "SELECT * FROM keys -- WHERE org_id = $1\n", []any{mine}},
	{"a literal in place of a value", false, `SELECT * FROM keys WHERE org_id = org_id`, nil},
	{"a join with one side open", false, `SELECT 1 FROM keys k JOIN teams t ON t.id = k.team_id WHERE k.org_id = $1`, []any{mine}},
	{"an outer join that names its left side in ON", false, `SELECT 1 FROM teams t LEFT JOIN keys k ON t.org_id = $1 AND k.org_id = t.org_id`, []any{mine}},
	{"a right join held in ON", false, `SELECT 1 FROM teams t RIGHT JOIN keys k ON k.org_id = t.org_id WHERE t.org_id = $1`, []any{mine}},
	{"an open sub-select", false, `SELECT 1 FROM keys WHERE org_id = $1 AND team_id IN (SELECT id FROM teams)`, []any{mine}},
	{"an open sub-select in the select list", false, `SELECT (SELECT name FROM teams LIMIT 1) FROM keys WHERE org_id = $1`, []any{mine}},
	{"an open sub-select inside a function", false, `SELECT 1 FROM prices WHERE coalesce((SELECT 1 FROM teams), 1) = 1`, nil},
	{"an open half of a union", false, `SELECT id FROM keys WHERE org_id = $1 UNION SELECT id FROM keys`, []any{mine}},
	{"an open WITH query", false, `WITH k AS (SELECT * FROM keys) SELECT * FROM k`, nil},
	{"a WITH query named like a tenant's table", false, `WITH keys AS (SELECT 1) SELECT * FROM keys`, nil},
	{"a schema before the name", false, `SELECT * FROM public."keys"`, nil},
	{"upper case", false, `SELECT * FROM KEYS`, nil},
	{"the TABLE statement", false, `TABLE keys`, nil},
	{"the TABLE statement as a sub-select", false, `SELECT 1 FROM prices WHERE id IN (TABLE keys)`, nil},
	{"an insert for another organization", false, `INSERT INTO keys (org_id,id) VALUES ($1,$2)`, []any{theirs, 1}},
	{"an insert whose second row is another's", false, `INSERT INTO keys (org_id,id) VALUES ($1,$2),($3,$4)`, []any{mine, 1, theirs, 2}},
	{"an insert without columns", false, `INSERT INTO keys VALUES ($1,$2)`, []any{mine, 1}},
	{"an insert without org_id", false, `INSERT INTO keys (id) VALUES ($1)`, []any{1}},
	{"an insert from an open query", false, `INSERT INTO keys (org_id,id) SELECT $1, id FROM teams`, []any{mine}},
	{"a replacing insert", false, `INSERT OR REPLACE INTO keys (org_id,id) VALUES ($1,$2)`, []any{mine, 1}},
	{"an upsert on a key without org_id", false, `INSERT INTO keys (org_id,hash) VALUES ($1,$2) ON CONFLICT (hash) DO UPDATE SET name = 'x'`, []any{mine, 1}},
	{"an update of everything", false, `UPDATE keys SET org_id = $1`, []any{mine}},
	{"an update that moves rows away", false, `UPDATE keys SET org_id = $1 WHERE org_id = $2`, []any{theirs, mine}},
	{"a delete using an open table", false, `DELETE FROM keys USING teams t WHERE keys.org_id = $1`, []any{mine}},
	{"a FROM clause it does not know", false, `SELECT 1 FROM keys TABLESAMPLE SYSTEM (1) WHERE org_id = $1`, []any{mine}},
	{"a delete of everything", false, `DELETE FROM keys`, nil},
	{"a delete of another's tuple", false, `DELETE FROM keys WHERE (org_id,id) IN (($1,$2),($3,$4))`, []any{mine, 1, theirs, 2}},
	{"a truncate", false, `TRUNCATE keys`, nil},
	{"a dropped table", false, `DROP TABLE keys`, nil},
	{"two statements in one", false, `DELETE FROM keys WHERE org_id = $1; DELETE FROM keys`, []any{mine}},
	{"a dollar-quoted string", false, `SELECT $$keys$$ FROM keys`, nil},
	{"a missing value", false, `SELECT * FROM keys WHERE org_id = $1`, nil},
	{"an unclosed parenthesis", false, `SELECT * FROM keys WHERE (org_id = $1`, []any{mine}},
}

type placeholder string

const (
	mine   placeholder = "mine"
	theirs placeholder = "theirs"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	own, foreign := id.NewOrg(ids), id.NewOrg(ids)
	fill := func(args []any, as func(id.Org) any) []any {
		out := make([]any, len(args))
		for i, a := range args {
			out[i] = a
			switch a {
			case mine:
				out[i] = as(own)
			case theirs:
				out[i] = as(foreign)
			}
		}
		return out
	}
	d := &DB{tenants: tenantSet{"keys": {}, "teams": {}}}
	// PostgreSQL's dialect of values is numbered; the lexer is told directly, as there is no pool here.
	for _, c := range guardCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for form, as := range map[string]func(id.Org) any{
				"id":      func(o id.Org) any { return o },
				"pointer": func(o id.Org) any { return &o },
				"text":    func(o id.Org) any { return o.UUID() },
				"bytes":   func(o id.Org) any { b := o.Bytes(); return b[:] },
			} {
				g := &guarded{d: d, scope: scope{org: own}}
				err := g.check(c.sql, fill(c.args, as))
				if c.ok && err != nil {
					t.Errorf("%s: refused: %v", form, err)
				}
				if !c.ok && !errors.Is(err, ErrGuard) {
					t.Errorf("%s: let pass, error %v", form, err)
				}
			}
		})
	}
}

func TestGuardReadsQuestionMarksInOrder(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	own, foreign := id.NewOrg(ids), id.NewOrg(ids)
	g := &guarded{d: &DB{tenants: tenantSet{"keys": {}}}, scope: scope{org: own}}
	const sql = "UPDATE `keys` SET `name`=? WHERE (`org_id` = ? AND x = '?')"
	if err := g.check(sql, []any{foreign, own}); err != nil {
		t.Errorf("refused: %v", err)
	}
	if err := g.check(sql, []any{own, foreign}); !errors.Is(err, ErrGuard) {
		t.Errorf("let pass: %v", err)
	}
}

func TestGuardLetsOnlySystemAndTheRightScopePass(t *testing.T) {
	t.Parallel()
	d := &DB{tenants: tenantSet{"keys": {}}}
	if err := (&guarded{d: d, scope: scope{system: true}}).check("SELECT * FROM keys", nil); err != nil {
		t.Errorf("system refused: %v", err)
	}
	if err := (&guarded{d: d}).check("SELECT * FROM keys WHERE org_id = ?", []any{id.Org{}.UUID()}); !errors.Is(err, ErrGuard) {
		t.Errorf("a handle without scope passed: %v", err)
	}
}

// FuzzGuard looks for statements that crash the reader.
func FuzzGuard(f *testing.F) {
	for _, c := range guardCases {
		f.Add(c.sql)
	}
	ids := id.NewSource(clock.System{}.Now, nil)
	g := &guarded{d: &DB{tenants: tenantSet{"keys": {}, "teams": {}}}, scope: scope{org: id.NewOrg(ids)}}
	f.Fuzz(func(t *testing.T, sql string) { _ = g.check(sql, []any{g.scope.org.UUID()}) })
}
