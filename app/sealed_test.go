package app

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/replay"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// sealedColumn is a column that holds ciphertext. where joins what the row's name in the ciphertext's place is made of; row makes it
// of up to three values of the row.
type sealedColumn struct {
	table, column, values, join string
	row                         func(v [3]string) string
}

func asStored(v [3]string) string { return v[0] }

func numbered(v [3]string) string { return v[0] + " " + v[1] }

// unwritten are columns that nothing in these tests fills: runs of evaluations ask models, and so do batches, whose files come with a key.
var unwritten = map[string]bool{"evaluation_items": true, "batch_items": true, "batch_file_parts": true}

func ofConnection(v [3]string) string {
	which, err := id.ParseConnection(v[0])
	if err != nil {
		panic(err)
	}
	return which.String() + " " + provider.Origin(provider.Kind(v[1]), v[2])
}

// sealedColumns are all there are: TestEveryEncryptedColumnIsKnown looks.
var sealedColumns = []sealedColumn{
	{"connections", "credential", "x.id, x.kind, x.base_url", "", ofConnection},
	{"report_credentials", "credential", "c.id, c.kind, c.base_url", "JOIN connections c ON c.org_id = x.org_id AND c.id = x.connection_id", ofConnection},
	{"totp_secrets", "sealed", "x.member_id, '', ''", "", func(v [3]string) string { m, _ := id.ParseMember(v[0]); return m.String() }},
	{"sso_providers", "sealed", "x.id, '', ''", "", func(v [3]string) string { p, _ := id.ParseProvider(v[0]); return p.String() }},
	{"replays", "sealed", "x.token_id, x.idempotency_key, ''", "", func(v [3]string) string { return v[0] + " " + v[1] }},
	{"channels", "address", "x.id, '', ''", "", asStored},
	{"channels", "secret", "x.id, '', ''", "", asStored},
	{"channels", "former", "x.id, '', ''", "", asStored},
	{"cache_entries", "sealed", "x.entry_key, '', ''", "", asStored},
	{"cache_entries", "question", "x.entry_key, '', ''", "", asStored},
	{"prompt_versions", "sealed", "x.prompt_id, x.number, ''", "", func(v [3]string) string { return v[0] + "/" + v[1] }},
	{"evaluation_rows", "sealed", "x.dataset_id, x.number, ''", "", numbered},
	{"evaluation_items", "sealed", "x.evaluation_id, x.number, x.subject", "", func(v [3]string) string { return numbered(v) + " " + v[2] }},
	{"batch_file_parts", "sealed", "x.file_id, x.number, ''", "", numbered},
	{"batch_items", "sealed", "x.batch_id, x.number, ''", "", numbered},
	{"transcripts", "sealed", "x.request_id, '', ''", "", asStored},
	{"erasures", "sealed", "x.id, '', ''", "", asStored},
	{"cache_likes", "sealed", "x.id, '', ''", "", func(v [3]string) string { r, _ := id.ParseRequest(v[0]); return r.String() }},
}

// openBytes are the other columns of bytes, and what they hold.
var openBytes = map[string]string{
	"org_keys.wrapped": "data keys, wrapped by the master key and bound to organization and version (package secret's tests)", "master_peppers.wrapped": "likewise, bound to the key's name",
	"sessions.data": "who is logged in; nothing secret", "price_refreshes.body": "a public price list", "usage_sheets.content": "sums",
	"tokens.mac": "a keyed hash", "keys.mac": "a keyed hash", "keys.old_mac": "a keyed hash", "scim_tokens.mac": "a keyed hash", "device_logins.mac": "a keyed hash",
	"agent_sessions.mac": "a keyed hash", "agent_sessions.old_mac": "a keyed hash", "recovery_codes.mac": "a keyed hash", "replays.print": "a keyed hash",
	"audit_heads.hash": "a keyed hash", "audit_heads.mac": "a keyed hash", "audit_entries.hash": "a keyed hash", "audit_anchors.hash": "a keyed hash", "audit_anchors.mac": "a keyed hash",
}

// cell is one ciphertext and where it lies.
type cell struct {
	org                id.Org
	table, column, row string
	sealed             []byte
}

func (c cell) String() string {
	return fmt.Sprintf("%s.%s of %s in %s", c.table, c.column, c.row, c.org)
}

// TestEveryEncryptedColumnIsKnown asks the database for its columns of bytes, so that no new one is forgotten below.
func TestEveryEncryptedColumnIsKnown(t *testing.T) {
	t.Parallel()
	raw := openRaw(t, dbtest.SQLiteURL(t))
	rows, err := raw.QueryContext(t.Context(), `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND upper(c.type) = 'BLOB' AND m.name NOT LIKE 'river%' AND m.name NOT LIKE 'sqlite%'`)
	must(t, err)
	there := 0
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		there++
		sealed := slices.ContainsFunc(sealedColumns, func(c sealedColumn) bool { return c.table+"."+c.column == name })
		if why := openBytes[name]; sealed == (why != "") {
			t.Errorf("%s is a column of bytes: give it a line in sealedColumns if it is encrypted, or say in openBytes what it holds", name)
		}
	}
	must(t, rows.Err())
	if there != len(sealedColumns)+len(openBytes) {
		t.Errorf("%d columns of bytes, %d are listed; one is gone", there, len(sealedColumns)+len(openBytes))
	}
}

// TestNoCiphertextOpensAnywhereElse takes what the rooms really wrote for two organizations, and opens each ciphertext in its own
// place and, in vain, in every other's: another row, column, table, organization.
func TestNoCiphertextOpensAnywhereElse(t *testing.T) {
	t.Parallel()
	at := dbtest.SQLiteURL(t)
	a, _, s := furnished(t, at)
	a.stageable()
	for i, home := range []*webtest.Visitors{&s.Home, &s.Foreign} {
		x := &stage{t: t, a: a, s: &webtest.Site{Home: *home}}
		x.app()
		admin := x.admin()
		_, err := a.sso.Set(t.Context(), admin, sso.Input{Name: "Okta", Issuer: x.issuer(), ClientID: "bodhi", Secret: secret.New("of the provider"), Role: org.Viewer})
		must(t, err)
		channels, err := a.channels().List(t.Context(), admin)
		must(t, err)
		for _, c := range channels {
			_, _, err = a.channels().Rotate(t.Context(), admin, c.ID)
			must(t, err)
		}
		for n := range 2 {
			ask := replay.Request{Token: id.NewToken(a.ids), Key: fmt.Sprint("twice-", n), Method: http.MethodPost, Path: "/x", Body: []byte("{}")}
			_, err = a.replays.Begin(t.Context(), admin.Org, ask)
			must(t, err)
			must(t, a.replays.End(t.Context(), admin.Org, ask, replay.Answer{Status: 200, Body: []byte("{}")}))
			e := cache.Entry{Org: admin.Org, Sharing: cache.Org, Node: admin.Org.UUID(), Asked: "m", Model: "m", Made: a.clock.Now(), Fresh: a.clock.Now(), Stale: a.clock.Now()}
			e.Key[0], e.Key[1] = byte(i), byte(n+1)
			for column, into := range map[string]*[]byte{"sealed": &e.Sealed, "question": &e.Question} {
				*into, err = a.keyring.Seal(t.Context(), e.Org, "cache_entries", column, e.Key.String(), secret.New(column))
				must(t, err)
			}
			must(t, a.cacheStore.Put(t.Context(), e.Org, []*cache.Entry{&e}))
		}
	}
	cells := append(readCells(t, at, a), unread(t, a, s)...)
	for _, c := range cells {
		if _, err := a.keyring.Open(t.Context(), c.org, c.table, c.column, c.row, c.sealed); err != nil {
			t.Errorf("%s does not open in its own place: %v", c, err)
		}
		for _, other := range cells {
			if other.String() == c.String() {
				continue
			}
			if _, err := a.keyring.Open(t.Context(), other.org, other.table, other.column, other.row, c.sealed); !errors.Is(err, secret.ErrTampered) {
				t.Errorf("%s opens as %s: %v", c, other, err)
			}
		}
	}
}

// unread are ciphertexts of the columns that nothing fills here, sealed as their rooms seal them.
func unread(t *testing.T, a *App, s *webtest.Site) (out []cell) {
	t.Helper()
	for table := range unwritten {
		for _, home := range []*webtest.Visitors{&s.Home, &s.Foreign} {
			admin := (&stage{t: t, a: a, s: &webtest.Site{Home: *home}}).admin()
			for n := range 2 {
				c := cell{org: admin.Org, table: table, column: "sealed", row: fmt.Sprintf("%s %d", id.NewBatch(a.ids).UUID(), n)}
				var err error
				c.sealed, err = a.keyring.Seal(t.Context(), c.org, c.table, c.column, c.row, secret.New("what it says"))
				must(t, err)
				out = append(out, c)
			}
		}
	}
	return out
}

// readCells are all ciphertexts of the two organizations, at least two in each column, of each of them.
func readCells(t *testing.T, at string, a *App) (out []cell) {
	t.Helper()
	raw := openRaw(t, at)
	for _, c := range sealedColumns {
		rows, err := raw.QueryContext(t.Context(), fmt.Sprintf("SELECT x.org_id, x.%s, %s FROM %s x %s JOIN organizations o ON o.id = x.org_id WHERE o.deleted_at IS NULL AND length(x.%s) > 1", c.column, c.values, c.table, c.join, c.column))
		must(t, err)
		orgs := map[id.Org]int{}
		for rows.Next() {
			var printed string
			var v [3]string
			found := cell{table: c.table, column: c.column}
			must(t, rows.Scan(&printed, &found.sealed, &v[0], &v[1], &v[2]))
			found.org, err = id.ParseOrg(printed)
			must(t, err)
			found.row = c.row(v)
			orgs[found.org]++
			out = append(out, found)
		}
		must(t, rows.Err())
		if len(orgs) != 2 && !unwritten[c.table] {
			t.Errorf("%s.%s has ciphertext in %d organizations, and two are needed to see that they are apart", c.table, c.column, len(orgs))
		}
	}
	return out
}

func openRaw(t *testing.T, at string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", strings.TrimPrefix(at, "sqlite://"))
	must(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}
