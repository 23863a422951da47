package budget

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func TestAmountsAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[money.USD]string{0: "$0.00", 1: "$0.000000001", 999: "$0.000000999", 1000: "$0.000001", 1_500_000: "$0.0015", 5 * money.Cent: "$0.05",
		10 * money.Cent: "$0.10", 100_500_000: "$0.1005", money.Dollar + 400: "$1.00", 10*money.Dollar - 1_000_000: "$9.999", 10*money.Dollar + 1: "$10.00",
		1234 * money.Dollar: "$1,234.00", -5 * money.Cent: "-$0.05", -1: "-$0.000000001", 120_000_000: "$0.12", 125_000_000: "$0.125"} {
		if got := Amount(ledger.Money, n); got != want {
			t.Errorf("%d nano-dollars are %q, want %q", n, got, want)
		}
	}
	for n, want := range map[ledger.Units]string{0: "0 tokens", 1: "1 token", 2: "2 tokens", 1200: "1,200 tokens"} {
		if got := Amount(ledger.Tokens, n); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := Amount(ledger.Requests, 1) + Amount(ledger.Requests, 10_000); got != "1 request10,000 requests" {
		t.Error(got)
	}
	if possessive("Payments") != "Payments'" || possessive("Acme") != "Acme's" {
		t.Error("whose it is, is not spelled as people do")
	}
}

// A share of an amount is what big integers say, and never wraps.
func TestSharesAreExact(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(4, 2))
	edges := []int64{0, 1, 2, 3, 99, 100, 1 << 31, 1 << 62, int64(money.Max) - 1, int64(money.Max)}
	some := func() int64 {
		if rnd.IntN(3) == 0 {
			return edges[rnd.IntN(len(edges))]
		}
		return rnd.Int64() >> rnd.IntN(63)
	}
	top := big.NewInt(int64(money.Max))
	for range 50_000 {
		n, num, den := some(), some(), some()
		want, up := new(big.Int), new(big.Int)
		if n > 0 && num > 0 && den > 0 {
			rest := new(big.Int)
			want.DivMod(new(big.Int).Mul(big.NewInt(n), big.NewInt(num)), big.NewInt(den), rest)
			up.Set(want)
			if rest.Sign() > 0 {
				up.Add(up, big.NewInt(1))
			}
			if want.Cmp(top) > 0 {
				want.Set(top)
			}
			if up.Cmp(top) > 0 {
				up.Set(top)
			}
		}
		if got := portion(ledger.Units(n), num, den); int64(got) != want.Int64() {
			t.Fatalf("%d × %d ÷ %d is %d, want %s", n, num, den, got, want)
		}
		if got := portionUp(ledger.Units(n), num, den); int64(got) != up.Int64() {
			t.Fatalf("%d × %d ÷ %d rounded up is %d, want %s", n, num, den, got, up)
		}
		if den > 0 {
			if got := scale(ledger.Units(n), num, den); int64(got) != want.Int64() {
				t.Fatalf("%d × %d ÷ %d is scaled to %d, want %s", n, num, den, got, want)
			}
		}
	}
	if portion(-5, 1, 2) != 0 || portionUp(5, -1, 2) != 0 || portion(5, 1, 0) != 0 || scale(-5, 1, 2) != 0 || scale(5, 1, 0) != money.Max {
		t.Error("factors that make no sense have a share")
	}
	if plus(money.Max, 1) != money.Max || plus(2, 3) != 5 {
		t.Error("sums wrap")
	}
}

func TestAReportSaysWhatItFound(t *testing.T) {
	t.Parallel()
	r := &Report{Attempts: 3, Cost: 5 * money.Dollar, Flagged: money.Dollar, Requests: 2, Levels: []Level{{Name: "team", Budgets: 1, Spent: money.Dollar}}}
	if got := r.String(); !r.Balanced() || !strings.HasSuffix(got, "The books balance.\n") || !strings.Contains(got, "3, cost $5, of it flagged $1") || !strings.Contains(got, "level     team") {
		t.Error(got)
	}
	for n := range 103 {
		r.Violate("attempt %d is nobody's", n)
	}
	got := r.String()
	if r.Balanced() || len(r.Violations) != 100 || r.More != 3 || strings.Contains(got, "balance") || strings.Count(got, "VIOLATION ") != 100 || !strings.HasSuffix(got, "… and 3 more\n") {
		t.Errorf("%d listed, %d more:\n%s", len(r.Violations), r.More, got)
	}
}

// What binds somebody is what they would be refused by.
func TestABudgetBindsThoseBelowIt(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	o, dep, mine, other, me, you := id.NewOrg(ids), id.NewDepartment(ids), id.NewTeam(ids), id.NewTeam(ids), id.NewMember(ids), id.NewMember(ids)
	tag, err := org.OfTag(o, "project=apollo")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		scope org.Scope
		place Place
		want  bool
	}{
		"the organization's":        {org.OfOrg(o), Place{}, true},
		"their department's":        {org.OfDepartment(o, dep), Place{Teams: []id.Team{other, mine}}, true},
		"another department's":      {org.OfDepartment(o, dep), Place{Teams: []id.Team{other}}, false},
		"their team's":              {org.OfTeam(o, mine), Place{Teams: []id.Team{mine}}, true},
		"another team's":            {org.OfTeam(o, other), Place{Teams: []id.Team{other}}, false},
		"their own":                 {org.OfMember(o, me), Place{Teams: []id.Team{mine}, Owner: me}, true},
		"a colleague's":             {org.OfMember(o, you), Place{Teams: []id.Team{mine}, Owner: you}, false},
		"their key's":               {org.OfKey(o, id.NewKey(ids)), Place{Teams: []id.Team{mine}, Owner: me}, true},
		"a service account's key's": {org.OfKey(o, id.NewKey(ids)), Place{Teams: []id.Team{mine}}, false},
		"their team's pool's":       {org.OfPool(o, mine), Place{Teams: []id.Team{mine}}, false},
		"a tag's":                   {tag, Place{}, false},
	} {
		if got := (Entry{Budget: Budget{Scope: c.scope}, place: c.place}).Binds(me, []id.Team{mine}); got != c.want {
			t.Errorf("%s binds: %v", name, got)
		}
	}
	if (Entry{Budget: Budget{Scope: org.OfKey(o, id.NewKey(ids))}}).Binds(id.Member{}, nil) {
		t.Error("a key of nobody binds nobody's requests")
	}
}

// A refusal says when it resets, if it does, and whom to ask.
func TestARefusalSaysWhatToDo(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	o := id.NewOrg(ids)
	s := Standing{Scope: org.OfOrg(o), Period: Monthly, Limit: money.Dollar, Spent: money.Dollar, ResetsAt: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	if f := exhausted(s, "Acme"); !strings.Contains(f.Public, "resets on 1 December 2026 00:00 UTC. Ask an organization admin") || f.Detail["resets_at"] == "" {
		t.Errorf("%+v", f)
	}
	s.Scope, s.ResetsAt, s.Period = org.OfTeam(o, id.NewTeam(ids)), time.Time{}, Forever
	f := exhausted(s, "Payments")
	if _, told := f.Detail["resets_at"]; told || strings.Contains(f.Public, "resets") || !strings.Contains(f.Public, "Ask a team lead") {
		t.Errorf("%+v", f)
	}
	if got := raiser(org.OfDepartment(o, id.NewDepartment(ids))); !strings.Contains(got, "department manager") {
		t.Error(got)
	}
	step := Step{Why: s, Label: "Payments"}
	if got := step.Sentence("gpt-5", "gpt-5-mini"); !strings.HasPrefix(got, "gpt-5 was replaced by gpt-5-mini: Payments' ") {
		t.Error(got)
	}
}
