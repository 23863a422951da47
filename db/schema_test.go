package db_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// column is one column as both databases can describe it.
type column struct {
	Table    string
	Name     string
	Type     string // in PostgreSQL's words
	Required bool
	Key      int // position in the primary key, from 1; 0 if none
}

// index is one index, with the columns it is led by.
type index struct {
	Table   string
	Columns string // comma-separated; an expression is ""
	Unique  bool
}

// schema is everything the migrations made, without the job queue's and goose's own tables.
type schema struct {
	columns map[string]map[string]column // table → name
	indexes []index
}

func (s schema) tables() []string { return slices.Sorted(maps.Keys(s.columns)) }

// key is a table's primary key, in order.
func (s schema) key(table string) []string {
	cols := slices.DeleteFunc(slices.Collect(maps.Values(s.columns[table])), func(c column) bool { return c.Key == 0 })
	slices.SortFunc(cols, func(a, b column) int { return a.Key - b.Key })
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Name
	}
	return out
}

func ours(table string) bool {
	return !strings.HasPrefix(table, "river_") && !strings.HasPrefix(table, "goose_") && !strings.HasPrefix(table, "sqlite_")
}

const postgresColumns = `SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
	coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
	WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped`

const postgresIndexes = `SELECT c.relname AS "table", i.indisunique AS "unique",
	(SELECT string_agg(coalesce(a.attname, ''), ',' ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, n)
	 LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num) AS columns
	FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
	WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`

const sqliteColumns = `SELECT m.name AS "table", c.name AS name, c.type AS type, c."notnull" OR c.pk > 0 AS required, c.pk AS key
	FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`

const sqliteIndexes = `SELECT m.name AS "table", l."unique" AS "unique",
	(SELECT group_concat(coalesce(i.name, ''), ',') FROM pragma_index_info(l.name) i) AS columns
	FROM sqlite_master m JOIN pragma_index_list(m.name) l WHERE m.type = 'table'`

// readSchema asks the migrated database itself.
func readSchema(t *testing.T, d *db.DB) schema {
	t.Helper()
	queries := [2]string{sqliteColumns, sqliteIndexes}
	if d.Postgres() {
		queries = [2]string{postgresColumns, postgresIndexes}
	}
	s := schema{columns: map[string]map[string]column{}}
	var cols []column
	err := d.System(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Raw(queries[0]).Scan(&cols).Error; err != nil {
			return err
		}
		return tx.Raw(queries[1]).Scan(&s.indexes).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cols {
		if !ours(c.Table) {
			continue
		}
		if s.columns[c.Table] == nil {
			s.columns[c.Table] = map[string]column{}
		}
		s.columns[c.Table][c.Name] = c
	}
	s.indexes = slices.DeleteFunc(s.indexes, func(i index) bool { return !ours(i.Table) })
	return s
}

// spellings are what SQLite calls PostgreSQL's types; the left side is all the migrations may use.
var spellings = map[string][]string{
	"uuid":                     {"text"},
	"text":                     {"text"},
	"bigint":                   {"bigint"},
	"boolean":                  {"boolean"},
	"bytea":                    {"blob"},
	"jsonb":                    {"text"},
	"timestamp with time zone": {"datetime"},
}

func TestBothDatabasesHaveTheSameSchema(t *testing.T) {
	t.Parallel()
	pg, lite := readSchema(t, dbtest.Postgres(t)), readSchema(t, dbtest.SQLite(t))
	if a, b := pg.tables(), lite.tables(); !slices.Equal(a, b) {
		t.Fatalf("tables differ:\nPostgreSQL %v\nSQLite     %v", a, b)
	}
	for _, table := range pg.tables() {
		if a, b := slices.Sorted(maps.Keys(pg.columns[table])), slices.Sorted(maps.Keys(lite.columns[table])); !slices.Equal(a, b) {
			t.Errorf("columns of %s differ:\nPostgreSQL %v\nSQLite     %v", table, a, b)
			continue
		}
		for name, c := range pg.columns[table] {
			l := lite.columns[table][name]
			if !slices.Contains(spellings[c.Type], strings.ToLower(l.Type)) {
				t.Errorf("%s.%s is %s on PostgreSQL and %s on SQLite; use {{uuid}}, {{time}}, {{json}}, {{bytes}}, {{bool}}, TEXT or BIGINT", table, name, c.Type, l.Type)
			}
			if c.Required != l.Required {
				t.Errorf("%s.%s: NOT NULL is %v on PostgreSQL and %v on SQLite", table, name, c.Required, l.Required)
			}
		}
		if a, b := pg.key(table), lite.key(table); !slices.Equal(a, b) {
			t.Errorf("primary key of %s is %v on PostgreSQL and %v on SQLite", table, a, b)
		}
	}
	if a, b := printIndexes(pg), printIndexes(lite); !slices.Equal(a, b) {
		t.Errorf("indexes differ:\nPostgreSQL %v\nSQLite     %v", a, b)
	}
}

func printIndexes(s schema) []string {
	var out []string
	for _, i := range s.indexes {
		out = append(out, fmt.Sprintf("%s(%s) unique=%v", i.Table, i.Columns, i.Unique))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// shared are the tables that belong to no tenant, and why.
var shared = map[string]string{
	"organizations":     "the tenants themselves",
	"master_peppers":    "what replaced master keys hashed is still recognised, whose ever it is",
	"sessions":          "found by a cookie's hash before anybody is known",
	"journal_positions": "how far each node's journal is in the books",
	"nodes":             "processes, which serve every tenant",
	"operator_backups":  "a backup is of the whole installation",
	"operator_entries":  "what operators did, of every tenant and of none; only their own room reads it",
	"operator_links":    "a way in for who runs the installation, who is nobody's member",
	"operator_sessions": "and their session",
	"operator_settings": "they hold for the whole installation",
	"live_topics":       "what changed, without whose",
	"device_logins":     "a log-in is nobody's until a member confirms it",
	"price_refreshes":   "the catalogue is one for the installation",
}

func TestEveryTenantTableIsWalledOff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := readSchema(t, d)
		for _, table := range s.tables() {
			_, tenant := d.Tenants()[table]
			if why := shared[table]; tenant == (why != "") {
				t.Errorf("%s needs either {{tenant %q}} in its migration or a reason in this test, and not both", table, table)
			}
			org, has := s.columns[table]["org_id"]
			if !tenant {
				if has {
					t.Errorf("%s has org_id but is declared no tenant's table", table)
				}
				continue
			}
			if !has || !org.Required || org.Key != 1 {
				t.Errorf("%s: org_id must be NOT NULL and lead the primary key", table)
			}
		}
		for table := range d.Tenants() {
			if s.columns[table] == nil {
				t.Errorf("{{tenant %q}} names no table", table)
			}
		}
		for table := range shared {
			if s.columns[table] == nil {
				t.Errorf("%s is gone; take it off this test's list", table)
			}
		}
	})
}

// crossTenant are the indexes that do not start with org_id, and what looks through them.
var crossTenant = map[string]string{
	"identities(issuer,subject)":       "log-in does not know the organization yet",
	"leases(node_id)":                  "a node that starts finds what it borrowed before it died",
	"keys(public)":                     "the data plane's snapshot is by public id, and two keys must never share one",
	"tokens(public)":                   "a management token names itself",
	"scim_tokens(public)":              "a directory's token names itself",
	"agent_sessions(public)":           "an agent's refresh token names itself",
	"agent_sessions(old_public)":       "and so does the one before it",
	"billing_accounts(customer)":       "an event of Stripe says a customer, not an organization",
	"domains(domain)":                  "a domain belongs to one organization of all",
	"mails(recipient,kind,created_at)": "an address must not be flooded from several organizations",
	"members(email)":                   "who has forgotten a password says an address, not an organization",
	"replays(created_at)":              "the sweep looks for what is old, whose ever it is",

	"budget_grants(until_at)":          "the keeper looks for what ends next, whose ever it is",
	"budget_requests(expires_at)":      "the keeper looks for what expires next, whose ever it is",
	"breaker_events(at)":               "the keeper drops what is old, whose ever it is",
	"health_hours(hour)":               "the keeper drops what is old, whose ever it is",
	"breaker_outages(began_at)":        "the keeper drops what is old, whose ever it is",
	"cache_entries(stale_until)":       "the keeper drops what is old, whose ever it is",
	"cache_entries(made_at,entry_key)": "nodes read what others were asked, whose ever it is",
	"cache_likes(at)":                  "the keeper drops what is old, whose ever it is",
	"evaluations(lease_until)":         "nodes look for runs that nobody works on, whose ever they are",
	"batches(lease_until)":             "nodes look for batches that nobody works on, whose ever they are",
	"batch_schedules(next_at)":         "nodes look for what is due, whose ever it is",
	"batch_runs(at)":                   "the sweep drops what is old, whose ever it is",
	"batches(ended_at)":                "the sweep drops what is old, whose ever it is",
	"batch_files(expires_at)":          "the sweep drops what is over, whose ever it is",
	"feedback(said_at)":                "the keeper drops what is old, whose ever it is",
	"notices(at)":                      "the keeper drops what is old, whose ever it is",
	"events(at)":                       "the sweep drops what is old, whose ever it is",
	"channel_threads(at)":              "the sweep drops what is old, whose ever it is",
	"report_deliveries(due_at)":        "the schedule looks for copies that are due, whose ever it is",
	"events(escalate_at)":              "the schedule looks for what nobody reacted to, whose ever it is",
	"deliveries(due_at)":               "the schedule looks for what is due, whose ever it is",
	"budget_alerts(at)":                "the schedule looks for what people were not told of, whose ever it is",
}

func TestIndexesOfTenantTablesStartWithTheOrganization(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	seen := map[string]bool{}
	for _, i := range readSchema(t, d).indexes {
		if _, tenant := d.Tenants()[i.Table]; !tenant || i.Columns == "org_id" || strings.HasPrefix(i.Columns, "org_id,") {
			continue
		}
		name := i.Table + "(" + i.Columns + ")"
		seen[name] = true
		if crossTenant[name] == "" {
			t.Errorf("%s does not start with org_id and has no reason in this test", name)
		}
	}
	for name := range crossTenant {
		if !seen[name] {
			t.Errorf("%s is gone; take it off this test's list", name)
		}
	}
}

func TestRowLevelSecurityIsForcedOnEveryTenantTable(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	var walled []string
	err := d.System(t.Context(), func(tx *gorm.DB) error {
		return tx.Raw(`SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
			WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity AND c.relforcerowsecurity ORDER BY 1`).Scan(&walled).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Sorted(maps.Keys(d.Tenants())); !slices.Equal(walled, want) {
		t.Errorf("behind row-level security are\n%v, want\n%v", walled, want)
	}
}

func TestReferencesBetweenTenantTablesStayInsideTheOrganization(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	var refs []struct{ Name, Source, Target, Columns string }
	err := d.System(t.Context(), func(tx *gorm.DB) error {
		return tx.Raw(`SELECT k.conname AS name, s.relname AS source, t.relname AS target,
			(SELECT string_agg(a.attname || '=' || b.attname, ',') FROM unnest(k.conkey, k.confkey) x(i, j)
			 JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum = x.i JOIN pg_attribute b ON b.attrelid = t.oid AND b.attnum = x.j) AS columns
			FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
			WHERE k.contype = 'f' AND s.relnamespace = current_schema()::regnamespace`).Scan(&refs).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, r := range refs {
		_, from := d.Tenants()[r.Source]
		_, to := d.Tenants()[r.Target]
		if !from || !to {
			continue
		}
		checked++
		if !slices.Contains(strings.Split(r.Columns, ","), "org_id=org_id") {
			t.Errorf("%s: %s refers to %s by %s, without org_id", r.Name, r.Source, r.Target, r.Columns)
		}
	}
	if checked == 0 {
		t.Error("no reference was checked: the test is broken")
	}
}

func TestMoneyIsWholeNanoDollars(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := readSchema(t, d)
		for _, table := range s.tables() {
			for name, c := range s.columns[table] {
				if strings.HasSuffix(name, "_nanos") && (strings.ToLower(c.Type) != "bigint" || !c.Required) {
					t.Errorf("%s.%s must be BIGINT NOT NULL", table, name)
				}
				if strings.Contains(name, "cost") && !strings.HasSuffix(name, "_nanos") || strings.Contains(name, "usd") {
					t.Errorf("%s.%s looks like money: name it *_nanos", table, name)
				}
			}
		}
	})
}
