package db_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// SQLite has no statistics here and guesses; a guess that reads a whole organization for one request is only seen once
// there are many.
func TestSQLiteFindsFactsByTheirIndexes(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	for query, index := range map[string]string{
		"SELECT * FROM attempts WHERE org_id = 'o' AND request_id = 'r' ORDER BY number":                                                                            "attempts_request",
		"SELECT * FROM attempts WHERE org_id = 'o' AND at >= '2026' AND at < '2027'":                                                                                "attempts_at",
		"SELECT at FROM attempts WHERE org_id = 'o' AND at >= '2026' AND connection_id = 'c' ORDER BY at DESC":                                                      "attempts_connection",
		"SELECT at FROM attempts WHERE org_id = 'o' AND at >= '2026' ORDER BY at DESC LIMIT 2000":                                                                   "attempts_at",
		"SELECT * FROM requests WHERE org_id = 'o' AND id = 'r'":                                                                                                    "autoindex_requests_1 (org_id=? AND id=?)",
		"SELECT * FROM requests WHERE org_id = 'o' AND at >= '2026' AND at <= '2027' AND (at, id) < ('2027', 'r') ORDER BY at DESC, id DESC LIMIT 50":               "requests_at (org_id=? AND at>? AND at<?)",
		"SELECT * FROM requests WHERE org_id = 'o' ORDER BY at DESC, id DESC LIMIT 50":                                                                              "requests_at",
		"SELECT * FROM requests WHERE org_id = 'o' AND key_id = 'k' AND at > '2026' ORDER BY at DESC, id DESC":                                                      "requests_key",
		"SELECT * FROM requests WHERE org_id = 'o' AND team_id = 't' AND at > '2026' ORDER BY at DESC, id DESC":                                                     "requests_team",
		"SELECT * FROM requests WHERE org_id = 'o' AND (status >= 400 OR code <> '') AND at > '2026' ORDER BY at DESC, id DESC":                                     "requests_errors",
		"SELECT * FROM requests WHERE org_id = 'o' AND at >= '2026' AND at < '2027' AND client = 'c' AND unlikely(key_id = 'k') ORDER BY at DESC, id DESC LIMIT 50": "requests_key (org_id=? AND key_id=? AND at>? AND at<?)",
		"SELECT 1 FROM requests r, attempts a WHERE a.org_id = r.org_id AND a.request_id = r.id AND r.org_id = 'o'":                                                 "attempts_request",
	} {
		var plan []struct{ Detail string }
		err := d.System(t.Context(), func(tx *gorm.DB) error { return tx.Raw("EXPLAIN QUERY PLAN " + query).Scan(&plan).Error })
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, step := range plan {
			text += step.Detail + "\n"
		}
		if !strings.Contains(text, index) {
			t.Errorf("%s\nis answered by\n%swant %s", query, text, index)
		}
	}
}
