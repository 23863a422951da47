package app_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// ranks say who may import whom: a package imports lower ranks only, and of its own rank what sides lists.
// A new package needs a line here; that is the moment to think about its place.
var ranks = []struct {
	rank     int
	packages string
}{
	{0, "docs ."},
	{0, "app/fault app/id app/money app/cell app/clock app/secret app/work app/live app/memo app/backup app/egress app/ingress app/llm/sound"},
	{1, "app/document app/org app/llm app/llm/scan app/llm/sse app/llm/dialect app/llm/dialect/* app/catalog app/audit app/mail app/balance app/cache/semantic"},
	{2, "app/identity app/factor app/key app/policy app/budget app/limit app/provider app/health app/route app/cache app/prompt app/price"},
	{2, "app/replay app/manual"},
	{2, "app/patience app/turnstile"},
	{3, "app/trace"},
	{2, "app/object app/feedback app/pii app/transcript app/ledger app/ledger/* app/notify app/media"},
	{3, "app/document/apart app/document/tool app/sso app/join app/approval app/bulletin app/bulletin/paper app/scim app/mail/* app/provider/* app/usage app/limit/* app/health/* app/cache/* app/trial app/playground app/search app/experiment app/insight app/evaluation app/batch app/report app/reconcile app/compliance app/onboard app/blueprint app/agent app/operator billing billing/stripe"},
	{4, "app/gateway db app/importer"},
	{5, "app/web app/*/*web billing/billingweb jobs"},
	{6, "app app/client"},
	{7, "cmd/*"},
}

// sides are imports within a rank that are drawn in ARCHITECTURE.md. Any other needs a reason there first.
var sides = map[string]string{
	"app/secret":               "app/id app/work", // ciphertext is bound to the ids it belongs to; a rotation goes in transactions
	"app/egress":               "app/fault app/clock app/secret",
	"app/ingress":              "app/clock",
	"app/live":                 "app/clock",
	"app/audit":                "app/org",
	"app/catalog":              "app/llm",
	"app/llm/dialect":          "app/llm app/llm/scan app/llm/sse",
	"app/llm/dialect/*":        "app/llm app/llm/scan app/llm/sse app/llm/dialect app/llm/dialect/openai", // Responses has OpenAI's errors
	"app/llm/dialect/bedrock":  "app/llm/dialect/anthropic",                                               // Claude on Bedrock is asked in Anthropic's words
	"app/budget":               "app/ledger app/ledger/journal app/key",                                   // a key.Grant says which chain spends
	"app/ledger/*":             "app/ledger",
	"app/ledger/sim":           "app/ledger app/ledger/journal app/budget",
	"app/price":                "app/provider", // kinds name who is paid
	"app/route":                "app/provider app/health app/key",
	"app/experiment":           "app/route app/prompt",
	"app/batch":                "app/budget",
	"app/insight":              "app/experiment app/usage",               // before and after a change are compared as variants are, from the sums of usage
	"app/bulletin":             "app/usage",                              // what a report says is what the pages of usage say
	"app/compliance":           "app/usage",                              // evidence is what the pages of usage say
	"app/usage":                "app/report",                             // one reach: what somebody may see of spend
	"app/provider/*":           "app/provider/compat app/provider/carry", // adapters share what carries their bytes
	"app/*/*web":               "app/web",
	"app/usage/usageweb":       "app/budget/budgetweb", // a team's page draws its budgets as their own pages do
	"app/bulletin/bulletinweb": "app/mail/mailweb",     // a report's page shows it as its mail
	"app/report/reportweb":     "app/usage/usageweb",   // home says usage in the same words and pictures as the pages of usage
	"app/scim/scimweb":         "app/join/joinweb",     // one choice of role and teams, one row of tabs
	"billing/billingweb":       "app/web",
	"billing/stripe":           "billing",
	"billing/stripe/*":         "billing/stripe",
	"jobs":                     "",
}

// fences are third parties and standard packages that only some places may touch, and why.
var fences = []struct {
	imports string // a path and all below it
	allowed string
	because string
}{
	{"gorm.io", "db", "SQL stays in one place, and rooms can be read and simulated without a database"},
	{"github.com/glebarez", "db", "SQLite is db's business"},
	{"modernc.org", "", "it registers the same driver name as glebarez and panics at start"},
	{"github.com/pressly/goose", "db", "migrations are db's business"},
	{"database/sql", "db jobs", "SQL stays in one place; River asks for the transaction's type"},
	{"github.com/jackc/pgx", "db jobs", "PostgreSQL is db's business; River needs the pool"},
	{"github.com/riverqueue/river/rivermigrate", "db", "River's tables are part of the schema"},
	{"github.com/riverqueue/river/riverdriver", "db jobs", "a driver ties River to a database"},
	{"riverqueue.com/riverui", "jobs", "the queue's pages are handed out as a handler"},
	{"github.com/riverqueue", "jobs", "rooms enqueue through work.Queue and never see the queue behind it"},
	{"github.com/labstack/echo", "app app/web app/*/*web billing/billingweb", "the data plane and the rooms speak net/http or nothing"},
	{"github.com/alexedwards/scs", "app/web db", "sessions belong to the dashboard"},
	{"github.com/alexedwards/argon2id", "app/identity", "one place hashes passwords, and bounds how many at a time"},
	{"github.com/a-h/templ", "app/web app/*/*web billing/billingweb views views/*", "HTML is made in views"},
	{"github.com/getkin/kin-openapi", "", "it is for tests: the description is made from the routes"},
	{"github.com/jotaen/kong-completion", "cmd/*", "completions are the command line's"},
	{"github.com/alecthomas/kong", "cmd/*", "flags end at the command"},
	{"github.com/wneessen/go-mail", "app/mail/smtp", "rooms order letters and never see how they travel"},
	{"github.com/elimity-com/scim", "app/scim/scimweb", "the protocol ends where the room begins"},
	{"github.com/scim2", "app/scim/scimweb", "filters are the protocol's"},
	{"github.com/redis", "app/limit/limitredis app/health/healthredis app/cache/cacheredis", "Redis is optional and never an authority: rooms see a small port (decision D14)"},
	{"github.com/caarlos0/env", "app", "configuration is read once, in config.go"},
	{"github.com/yuin/goldmark", "app/manual", "Markdown is the documentation's, and its HTML is made in one place"},
	{"gopkg.in/yaml.v3", "app app/blueprint app/importer app/route/routeweb app/prompt/promptweb cmd/*", "YAML is for people's files"},
	{"github.com/santhosh-tekuri/jsonschema", "app/evaluation", "schemas of answers are compiled in one place, which loads nothing"},
	{"github.com/expr-lang/expr", "app/route", "conditions are routes', and their language is bounded in one place"},
	{"github.com/robfig/cron", "jobs app/batch", "cron lines are the schedule's of the program, and those of batches"},
	{"github.com/chromedp", "", "browsers are for tests"},
	{"github.com/anthropics", "", "provider SDKs are for tests: what we send is our own bytes"},
	{"google.golang.org/genai", "", "provider SDKs are for tests: what we send is our own bytes"},
	{"golang.org/x/oauth2", "app/provider/vertex app/sso", "tokens of providers are that adapter's business, those of identity providers single sign-on's"},
	{"github.com/coreos/go-oidc", "app/sso", "one place talks to identity providers"},
	{"github.com/go-jose", "", "tokens are verified by go-oidc; signing them is for tests"},
	{"github.com/zitadel", "", "an identity provider is for tests"},
	{"github.com/go-webauthn", "app/factor", "one place checks passkeys"},
	{"github.com/stripe", "billing/stripe", "one place talks to Stripe, and rooms see a small port"},
	{"github.com/openai/openai-go", "", "provider SDKs are for tests: what we send is our own bytes"},
	{"github.com/go-analyze/charts", "app/bulletin/paper", "pictures of charts are for mails; pages draw their own"},
	{"codeberg.org/go-pdf/fpdf", "app/bulletin/paper", "documents are printed in one place"},
	{"golang.org/x/image", "app/bulletin/paper", "it lends documents their typeface"},
	{"os/exec", "app/document/apart", "the product starts no other program, and itself only to read what may end the reader"},
	{"github.com/ledongthuc/pdf", "app/document", "PDFs are read in one place, which may run apart from the rest"},
	{"go.opentelemetry.io", "app/trace", "spans and the metrics that are sent are made in one place, from what is in the books and counted"},
	{"log", "", "log through an injected *slog.Logger"},
	{"math/rand", "", "randomness is injected; math/rand/v2 where it decides nothing about security"},
	{"unsafe", "", "nothing here is worth it"},
}

// match reports whether a package is in a list of names; "*" stands for one path element or a part of it.
func match(pkg, list string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(pattern string) bool {
		ok, _ := path.Match(pattern, pkg)
		return ok
	})
}

// rank is the most exact line's rank: one without a star wins.
func rank(pkg string) (int, bool) {
	found, exact, ok := 0, false, false
	for _, line := range ranks {
		for _, pattern := range strings.Fields(line.packages) {
			if plain := !strings.Contains(pattern, "*"); match(pkg, pattern) && (plain || !exact) {
				found, exact, ok = line.rank, exact || plain, true
				if strings.HasSuffix(pattern, "web") && !plain {
					exact = true // <room>web is more exact than <room>/*
				}
			}
		}
	}
	return found, ok
}

// support reports packages made for tests: keytest, dbtest. Only tests may import them, and they may import anything.
func support(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") && pkg != "test" }

// standard reports packages of the standard library, which are fenced one by one: log is, log/slog is not.
func standard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".")
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for from, imports := range graph(t) {
		if support(from) || under(from, "views", "static", "e2e", "scripts") {
			continue
		}
		own, ok := rank(from)
		if !ok {
			t.Errorf("%s has no rank. Find its place in ARCHITECTURE.md and give it a line in ranks (app/arch_import_test.go).", from)
			continue
		}
		for to, f := range imports {
			if !under(to, "app", "billing", "db", "jobs", "cmd") {
				continue
			}
			other, ok := rank(to)
			if !ok || other < own || sided(from, to) {
				continue
			}
			if other == own {
				t.Errorf("%s imports %s (%s): both have rank %d. Let the importer name what it needs as an interface, or draw the edge in ARCHITECTURE.md and in sides.", from, to, f.path, own)
			} else {
				t.Errorf("%s (rank %d) imports %s (rank %d) in %s: imports point down. Declare an interface here and let app/app.go pass the other in.", from, own, to, other, f.path)
			}
		}
	}
}

func sided(from, to string) bool {
	for pattern, allowed := range sides {
		if match(from, pattern) && match(to, allowed) {
			return true
		}
	}
	return false
}

func TestViewsSeeNoRoom(t *testing.T) {
	t.Parallel()
	for from, imports := range graph(t) {
		for to, f := range imports {
			if under(from, "views") && (under(to, "app", "db", "jobs", "billing")) {
				t.Errorf("%s imports %s (%s): props are plain structs, filled by the handler.", from, to, f.path)
			}
			if under(from, "views/ui") && under(to, "views") && !under(to, "views/ui") || under(from, "views/layout") && under(to, "views") && !under(to, "views/ui", "views/layout") {
				t.Errorf("%s imports %s (%s): pages use layout, layout uses ui, never the other way.", from, to, f.path)
			}
			if under(from, "static") && strings.HasPrefix(to, module) {
				t.Errorf("%s imports %s (%s): static is files and nothing else.", from, to, f.path)
			}
		}
	}
}

func TestThirdPartiesStayBehindTheirFence(t *testing.T) {
	t.Parallel()
	g := graph(t)
	for from, imports := range g {
		if support(from) || under(from, "e2e", "scripts") {
			continue
		}
		for to, f := range imports {
			for _, fence := range fences {
				if to != fence.imports && (!under(to, fence.imports) || standard(to)) {
					continue
				}
				if !match(from, fence.allowed) {
					way := chain(g, "cmd/bodhi", func(p string) bool { return p == from })
					t.Errorf("%s imports %s: only %q may, because %s.\n\tchain: %s → %s", f.path, to, fence.allowed, fence.because, strings.Join(way, " → "), to)
				}
				break // the first fence that fits is the one that counts
			}
		}
	}
}

// The ranks already imply it; this one follows every way, so it also holds when somebody widens a fence.
func TestTheCoreReachesNoFramework(t *testing.T) {
	t.Parallel()
	g := graph(t)
	for from := range g {
		if r, ok := rank(from); !ok || support(from) || r > 3 && from != "app/gateway" {
			continue
		}
		way := chain(g, from, func(p string) bool {
			return under(p, "gorm.io", "github.com/labstack/echo", "github.com/riverqueue", "github.com/a-h/templ", "db", "jobs", "views")
		})
		if way != nil {
			t.Errorf("the core reaches %s: %s", way[len(way)-1], strings.Join(way, " → "))
		}
	}
}

func TestOnlyTestsImportTestSupport(t *testing.T) {
	t.Parallel()
	for from, imports := range graph(t) {
		for to, f := range imports {
			if under(to, "app", "db", "jobs", "billing") && support(to) && !support(from) && !under(from, "e2e") {
				t.Errorf("%s imports %s, which is for tests.", f.path, to)
			}
		}
	}
}

// e2e drives the built binary from outside, as a customer would; db/pgtest only starts the database server for it, and
// app/gateway/gatewaytest a provider that goes wrong, app/secret/secrettest what is encrypted in a database; app/apptest is for what
// takes months, as the binary goes by the machine's clock.
func TestEndToEndTestsStayOutside(t *testing.T) {
	t.Parallel()
	for _, f := range files(t, func(f *file) bool { return under(f.path, "e2e") || under(f.path, "app") }) {
		for to, n := range f.imports() {
			to, ours := strings.CutPrefix(to, module)
			if under(f.path, "e2e") && ours && !under(to, "e2e", "app/apptest", "app/client", "app/money", "db/pgtest", "app/gateway/gatewaytest", "app/secret/secrettest", "billing/stripe/stripetest") {
				t.Errorf("%s imports %s: end-to-end tests use the binary and what it shows, nothing inside it.", f.at(n), to)
			}
		}
	}
}
