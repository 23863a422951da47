package app

import (
	"log/slog"
	"path/filepath"
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// TestBootstrapAgainChangesWhatItSaysAndNothingElse gives the organization a budget of tokens beside that of money, and that a reserve
// and thresholds: another amount on the command line changes the amount of money alone.
func TestBootstrapAgainChangesWhatItSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: dir, DatabaseURL: secret.New("sqlite://" + filepath.Join(dir, "bodhi.db"))}
	in := onboard.Bootstrap{Org: "Acme", Admin: "a@acme.test", Password: secret.New("correct zebra staple 9")}
	made, err := Bootstrap(t.Context(), cfg, quiet, in)
	must(t, err)
	c, err := openCore(t.Context(), cfg, quiet)
	must(t, err)
	t.Cleanup(func() { _ = c.db.Close() })
	o, err := id.ParseOrg(made.OrgID)
	must(t, err)
	who, books := org.System(o, "test"), c.budgets(nil)
	tokens, err := books.Create(t.Context(), who, budget.Input{Scope: org.OfOrg(o), Name: "Tokens", Measure: ledger.Tokens, Limit: 1000, Period: budget.Monthly, Enforce: budget.Hard})
	must(t, err)
	usd, err := books.Create(t.Context(), who, budget.Input{Scope: org.OfOrg(o), Limit: 50 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard, Reserve: 5 * money.Dollar, Thresholds: []int{42}})
	must(t, err)
	in.Budget = &onboard.BudgetInput{Amount: "60", Period: "monthly", Enforce: "hard"}
	_, err = Bootstrap(t.Context(), cfg, quiet, in)
	must(t, err)
	all, err := books.List(t.Context(), who)
	must(t, err)
	for _, b := range all {
		switch b.ID {
		case tokens.ID:
			if b.Limit != 1000 {
				t.Errorf("tokens: %d", b.Limit)
			}
		case usd.ID:
			if b.Limit != 60*money.Dollar || b.Reserve != 5*money.Dollar || !slices.Equal(b.Thresholds, []int{42}) {
				t.Errorf("money: %+v", b)
			}
		default:
			t.Errorf("another one: %+v", b)
		}
	}
}

// TestBootstrapAgainFindsTheOrganizationThatItMade repeats names whose first slug they never get: too short ones, those without Latin
// letters, those of an organization that was deleted. The admin may be typed in other letters.
func TestBootstrapAgainFindsTheOrganizationThatItMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: dir, DatabaseURL: secret.New("sqlite://" + filepath.Join(dir, "bodhi.db"))}
	run := func(name, admin string) (onboard.Result, error) {
		return Bootstrap(t.Context(), cfg, quiet, onboard.Bootstrap{Org: name, Admin: admin, Password: secret.New("correct zebra staple 9")})
	}
	gone, err := run("Demo Ltd", "Ada@Acme.test")
	must(t, err)
	c, err := openCore(t.Context(), cfg, quiet)
	must(t, err)
	t.Cleanup(func() { _ = c.db.Close() })
	o, err := id.ParseOrg(gone.OrgID)
	must(t, err)
	must(t, c.orgs.DeleteOrganization(t.Context(), o, c.clock.Now()))
	for _, name := range []string{"HP", "株式会社", "Demo Ltd"} {
		first, err := run(name, "Ada@Acme.test")
		must(t, err)
		again, err := run(name, "ada@ACME.test")
		must(t, err)
		if again != first || first.OrgID == gone.OrgID {
			t.Errorf("%s: %+v, and then %+v", name, first, again)
		}
	}
	if made, err := run("HP", "eve@acme.test"); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody else's: %+v, %v", made, err)
	}
}
