package app_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// frames are parts of views, db and jobs that belong to no room.
var frames = map[string]string{
	"views": "ui layout mail page",
	"db":    "column doc guard guard_* log migrate notify notify_* open owner postgres queue queue_schema selected sqlite sqltoken tx unreachable",
	"jobs":  "doc queue run schedule workers",
}

// The same word in all places: app/budget, views/budget, db/budget.go, jobs/budget.go.
func TestRoomsAreCalledTheSameEverywhere(t *testing.T) {
	t.Parallel()
	rooms := map[string]bool{"billing": true}
	for _, f := range files(t, production) {
		if parts := strings.Split(f.dir(), "/"); parts[0] == "app" && len(parts) >= 2 {
			rooms[parts[1]] = true
		}
	}
	check := func(top, word, place string) {
		if !rooms[word] && !match(word, frames[top]) {
			t.Errorf("%s: there is no room app/%s. Name it after its room, or add %q to frames if it serves all of them.", place, word, word)
		}
	}
	for _, f := range files(t, production) {
		parts := strings.Split(f.path, "/")
		switch {
		case parts[0] == "views" && len(parts) >= 3:
			check("views", parts[1], f.path)
		case (parts[0] == "db" || parts[0] == "jobs") && len(parts) == 2:
			word := strings.TrimSuffix(parts[1], ".go")
			room, _, _ := strings.Cut(word, "_") // db/budget_lease.go is budget's
			if !match(word, frames[parts[0]]) {
				check(parts[0], room, f.path)
			}
		case parts[0] == "app" && len(parts) == 4 && strings.HasSuffix(parts[2], "web") && parts[2] != parts[1]+"web":
			t.Errorf("%s: the pages of app/%s live in app/%s/%sweb.", f.path, parts[1], parts[1], parts[1])
		}
	}
}

// untenanted are tables that no organization owns, each with its reason.
var untenanted = map[string]string{
	"organizations":     "it is the tenant: its id is what org_id means elsewhere",
	"sessions":          "one may begin before anybody is logged in",
	"journal_positions": "a node's journal holds all tenants' attempts",
	"price_refreshes":   "the catalogue is one for the installation",
	"nodes":             "gateway processes, which serve every tenant",
	"device_logins":     "a program's log-in is nobody's until a member confirms it",
	"master_peppers":    "master keys are the installation's, and so are their peppers",
	"live_topics":       "it says that something changed, never what",
	"operator_links":    "operators are no organization's",
	"operator_sessions": "operators are no organization's",
	"operator_entries":  "what operators did is the installation's; what concerns an organization is in its own log too",
	"operator_settings": "they hold for the installation",
	"operator_backups":  "a backup is of all tenants",
}

// acrossTenants are indexes for the few statements that cannot know the organization, each with its reason.
var acrossTenants = map[string]string{
	"identities_login":    "log-in does not know the organization yet",
	"domains_verified":    "a domain belongs to one organization of all",
	"cache_entries_old":   "the sweep drops what is over, whose ever it is",
	"cache_entries_made":  "nodes read what others were asked, whose ever it is",
	"cache_likes_old":     "the sweep drops what is old, whose ever it is",
	"notices_at":          "the sweep drops what is old, whose ever it is",
	"events_at":           "the sweep drops what is old, whose ever it is",
	"channel_threads_at":  "the sweep drops what is old, whose ever it is",
	"events_escalate":     "the schedule looks for what nobody reacted to, whose ever it is",
	"deliveries_due":      "the schedule looks for what is due, whose ever it is",
	"evaluations_waiting": "nodes look for runs that nobody works on, whose ever they are",
	"batches_waiting":     "nodes look for batches that nobody works on, whose ever they are",
	"batch_schedules_due": "nodes look for what is due, whose ever it is",
	"batch_runs_old":      "the sweep drops what is old, whose ever it is",
	"batches_over":        "the sweep drops what is old, whose ever it is",
	"batch_files_expire":  "the sweep drops what is over, whose ever it is",
	"breaker_events_old":  "the keeper drops what is old, whose ever it is",
	"health_hours_old":    "the keeper drops what is old, whose ever it is",
	"feedback_said":       "the sweep drops what is old, whose ever it is",
	"breaker_outages_old": "the keeper drops what is old, whose ever it is",
	"mails_recipient":     "an address must not be flooded from several organizations",
	"members_address":     "who has forgotten a password says an address, not an organization",
	"leases_node":         "a node finds its leases after a restart",

	"budget_alerts_untold":   "the schedule looks for what people were not told of, whose ever it is",
	"report_deliveries_due":  "the schedule looks for copies that are due, whose ever it is",
	"budget_grants_until":    "the keeper looks for what ends next, whose ever it is",
	"replays_created":        "the sweep looks for what is old, whose ever it is",
	"budget_requests_expiry": "the keeper looks for what expires next, whose ever it is",
}

var (
	createTable = regexp.MustCompile(`(?is)CREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?\s*\((.*?)\n\)`)
	createIndex = regexp.MustCompile(`(?i)CREATE (?:UNIQUE )?INDEX (?:IF NOT EXISTS )?(\w+)\s+ON\s+(\w+)\s*\(\s*(\w+)`)
	inexact     = regexp.MustCompile(`(?i)\b(NUMERIC|DECIMAL|REAL|FLOAT|DOUBLE)\b`)
	nanos       = regexp.MustCompile(`(?im)^\s*(\w+_nanos)\s+(\w+)`)
)

func TestMigrationsKeepTenantsApart(t *testing.T) {
	t.Parallel()
	number := 0
	each(t, ".sql", func(name, text string) {
		if !under(name, "db/migrations") {
			return
		}
		number++
		if want := fmt.Sprintf("%05d_", number); !strings.HasPrefix(path.Base(name), want) {
			t.Errorf("%s should begin with %s: numbers have no gaps, and a released one never changes.", name, want)
		}
		up, _, _ := strings.Cut(text, "-- +goose Down")
		tenants := map[string]bool{}
		for _, m := range createTable.FindAllStringSubmatch(up, -1) {
			table, body := m[1], m[2]
			if untenanted[table] != "" {
				continue
			}
			tenants[table] = true
			if !regexp.MustCompile(`(?i)\borg_id\s+\{\{\s*uuid\s*\}\}\s+NOT NULL`).MatchString(body) {
				t.Errorf("%s: table %s has no \"org_id {{uuid}} NOT NULL\". If no organization owns it, say why in untenanted.", name, table)
			}
			if !regexp.MustCompile(`(?i)PRIMARY KEY\s*\(\s*org_id\b|\borg_id\b[^,\n]*\bPRIMARY KEY`).MatchString(body) {
				t.Errorf("%s: the primary key of %s does not begin with org_id: another tenant's id must not even collide.", name, table)
			}
			if !regexp.MustCompile(`\{\{\s*tenant "` + table + `"`).MatchString(up) {
				t.Errorf("%s: table %s has no {{tenant %q}} line: the statement guard and row-level security do not know it.", name, table, table)
			}
		}
		for _, m := range createIndex.FindAllStringSubmatch(up, -1) {
			if tenants[m[2]] && !strings.EqualFold(m[3], "org_id") && acrossTenants[m[1]] == "" {
				t.Errorf("%s: index %s on %s begins with %s. Begin with org_id; if it must not, say why in acrossTenants.", name, m[1], m[2], m[3])
			}
		}
		if found := inexact.FindString(up); found != "" {
			t.Errorf("%s: a column of type %s. SQLite sums it as a float; money is *_nanos BIGINT, shares are integers.", name, found)
		}
		for _, m := range nanos.FindAllStringSubmatch(up, -1) {
			if !strings.EqualFold(m[2], "BIGINT") {
				t.Errorf("%s: %s is %s; money is BIGINT.", name, m[1], m[2])
			}
		}
	})
	if number == 0 {
		t.Log("there are no migrations yet")
	}
}

// A real key in the repository would be a leak, and a scanner's false alarm for everybody who clones it. Examples have
// a wrong checksum, tests mint their own.
func TestNoRealKeyIsInTheRepository(t *testing.T) {
	t.Parallel()
	if err := walk(func(name string, text []byte) error {
		for _, found := range keysIn(text) {
			t.Errorf("%s holds a real key (%s). Change its last letter, or mint it in the test.", name, found)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Every setting and every target that people are told of exists, and the other way round.
func TestDocumentsNameWhatExists(t *testing.T) {
	t.Parallel()
	root, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	card := "app billing cmd db docs e2e jobs scripts static views"
	for _, entry := range root {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && !match(entry.Name(), card+" bin var node_modules") {
			t.Errorf("%s/ is not on the card (%s): put it into the room it serves.", entry.Name(), card)
		}
	}
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "NOTICE"} {
		if info, err := os.Stat(filepath.Join("..", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty", name)
		}
	}
}
