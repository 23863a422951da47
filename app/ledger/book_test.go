package ledger_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

var ids = id.NewSource(func() time.Time { return time.Unix(1_790_000_000, 0) }, nil)

func account() ledger.Account { return ledger.Account{Budget: id.NewBudget(ids), Start: 1} }

// usd is an amount of money alone.
func usd(n money.USD) ledger.Amounts { return ledger.Amounts{Money: n} }

func hard(accounts ...ledger.Account) (out []ledger.Claim) {
	for _, a := range accounts {
		out = append(out, ledger.Claim{Stake: ledger.Stake{Account: a}})
	}
	return out
}

func TestAHoldLiesOnAllAccountsOrNone(t *testing.T) {
	t.Parallel()
	b, rich, poor := ledger.NewBook(id.NewOrg(ids)), account(), account()
	b.Grant(id.NewGrant(ids), rich, 100)
	b.Grant(id.NewGrant(ids), poor, 10)
	h, short := b.Hold(id.NewAttempt(ids), usd(40), hard(rich, poor))
	if h != nil || len(short) != 1 || short[0] != (ledger.Shortage{Account: poor, Free: 10, By: 30}) {
		t.Fatalf("hold %v, shortages %+v", h, short)
	}
	if got := b.Balance(rich).Held; got != 0 {
		t.Errorf("%s stayed held on the other account", got)
	}
	h, short = b.Hold(id.NewAttempt(ids), usd(10), hard(rich, poor))
	if h == nil || b.Balance(rich).Held != 10 || b.Balance(poor).Held != 10 {
		t.Errorf("what fits was not held: %v", short)
	}
}

func TestSoftAccountsCountAndNeverRefuse(t *testing.T) {
	t.Parallel()
	b, soft := ledger.NewBook(id.NewOrg(ids)), account()
	h, short := b.Hold(id.NewAttempt(ids), usd(40), []ledger.Claim{{Stake: ledger.Stake{Account: soft}, Soft: true}})
	if h == nil {
		t.Fatalf("refused: %+v", short)
	}
	if got := b.Balance(soft); got.Held != 40 || got.Free() != -40 {
		t.Errorf("balance %+v", got)
	}
}

func TestMovesThatDoNotExistAreRefused(t *testing.T) {
	t.Parallel()
	a := account()
	fresh := func() (*ledger.Book, *ledger.Hold) {
		b := ledger.NewBook(id.NewOrg(ids))
		b.Grant(id.NewGrant(ids), a, 100)
		h, _ := b.Hold(id.NewAttempt(ids), usd(40), hard(a))
		return b, h
	}
	settled := func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h); b.Settle(h, usd(30)) }
	for name, c := range map[string]struct {
		before func(*ledger.Book, *ledger.Hold)
		move   func(*ledger.Book, *ledger.Hold) bool // whether it was accepted
	}{
		"settle before open":      {func(*ledger.Book, *ledger.Hold) {}, func(b *ledger.Book, h *ledger.Hold) bool { _, ok := b.Settle(h, usd(1)); return ok }},
		"settle twice":            {settled, func(b *ledger.Book, h *ledger.Hold) bool { _, ok := b.Settle(h, usd(1)); return ok }},
		"settle a negative cost":  {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(b *ledger.Book, h *ledger.Hold) bool { _, ok := b.Settle(h, usd(-1)); return ok }},
		"open twice":              {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(b *ledger.Book, h *ledger.Hold) bool { return b.Open(h) == nil }},
		"open after settlement":   {settled, func(b *ledger.Book, h *ledger.Hold) bool { return b.Open(h) == nil }},
		"release after open":      {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(b *ledger.Book, h *ledger.Hold) bool { return b.Release(h) }},
		"release after sealing":   {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h); b.Seal(h) }, func(b *ledger.Book, h *ledger.Hold) bool { return b.Release(h) }},
		"release after the end":   {settled, func(b *ledger.Book, h *ledger.Hold) bool { return b.Release(h) }},
		"release twice":           {func(b *ledger.Book, h *ledger.Hold) { b.Release(h) }, func(b *ledger.Book, h *ledger.Hold) bool { return b.Release(h) }},
		"seal twice":              {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h); b.Seal(h) }, func(b *ledger.Book, h *ledger.Hold) bool { return b.Seal(h) }},
		"seal before open":        {func(*ledger.Book, *ledger.Hold) {}, func(b *ledger.Book, h *ledger.Hold) bool { return b.Seal(h) }},
		"open in another book":    {func(*ledger.Book, *ledger.Hold) {}, func(_ *ledger.Book, h *ledger.Hold) bool { other, _ := fresh(); return other.Open(h) == nil }},
		"release in another book": {func(*ledger.Book, *ledger.Hold) {}, func(_ *ledger.Book, h *ledger.Hold) bool { other, _ := fresh(); return other.Release(h) }},
		"settle in another book": {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(_ *ledger.Book, h *ledger.Hold) bool {
			other, _ := fresh()
			_, ok := other.Settle(h, usd(1))
			return ok
		}},
		"settle negative tokens": {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(b *ledger.Book, h *ledger.Hold) bool { _, ok := b.Settle(h, ledger.Amounts{Tokens: -1}); return ok }},
		"settle negative requests": {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(b *ledger.Book, h *ledger.Hold) bool {
			_, ok := b.Settle(h, ledger.Amounts{Requests: -1})
			return ok
		}},
		"settle, seal and release nothing": {func(*ledger.Book, *ledger.Hold) {}, func(b *ledger.Book, _ *ledger.Hold) bool {
			_, ok := b.Settle(nil, usd(1))
			return ok || b.Seal(nil) || b.Release(nil)
		}},
		"seal in another book": {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(_ *ledger.Book, h *ledger.Hold) bool { other, _ := fresh(); return other.Seal(h) }},
		"take back the opening in another book": {func(b *ledger.Book, h *ledger.Hold) { _ = b.Open(h) }, func(b *ledger.Book, h *ledger.Hold) bool {
			other, _ := fresh()
			other.Unopen(h)
			return b.Release(h)
		}},
		"open nothing": {func(*ledger.Book, *ledger.Hold) {}, func(b *ledger.Book, _ *ledger.Hold) bool { return b.Open(nil) == nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, h := fresh()
			c.before(b, h)
			before := b.Balance(a)
			if c.move(b, h) {
				t.Error("accepted")
			}
			if after := b.Balance(a); after != before {
				t.Errorf("the balance moved from %+v to %+v", before, after)
			}
		})
	}
}

func TestAnOverrunIsBookedInFull(t *testing.T) {
	t.Parallel()
	b, a := ledger.NewBook(id.NewOrg(ids)), account()
	b.Grant(id.NewGrant(ids), a, 50)
	h, _ := b.Hold(id.NewAttempt(ids), usd(50), hard(a))
	if err := b.Open(h); err != nil {
		t.Fatal(err)
	}
	over, ok := b.Settle(h, usd(80))
	if !ok || over != 30 || b.Balance(a).Free() != -30 {
		t.Errorf("overrun %s, %v, balance %+v", over, ok, b.Balance(a))
	}
}

func TestAGrantCountsOnce(t *testing.T) {
	t.Parallel()
	b, a := ledger.NewBook(id.NewOrg(ids)), account()
	first, second := id.NewGrant(ids), id.NewGrant(ids)
	if !b.Grant(second, a, 10) || b.Grant(second, a, 10) || b.Grant(first, a, 10) {
		t.Error("a repeated or overtaken grant was accepted, or a new one refused")
	}
	if got := b.Balance(a).Granted; got != 10 {
		t.Errorf("granted %s", got)
	}
	third, fourth := id.NewGrant(ids), id.NewGrant(ids)
	if b.Grant(fourth, a, -1) || !b.Grant(third, a, 0) || b.Grant(third, a, 5) || b.Balance(a).Granted != 10 {
		t.Error("a grant below zero was taken, or one of nothing was not")
	}
}

func TestAbsurdAmountsAreRefused(t *testing.T) {
	t.Parallel()
	b, a := ledger.NewBook(id.NewOrg(ids)), account()
	soft := []ledger.Claim{{Stake: ledger.Stake{Account: a}, Soft: true}}
	if h, short := b.Hold(id.NewAttempt(ids), usd(-1), soft); h != nil || len(short) != 1 || short[0].By != money.Max {
		t.Errorf("a negative amount was held, or would be with less: %+v", short)
	}
	if _, short := b.Hold(id.NewAttempt(ids), usd(money.Max), []ledger.Claim{{Stake: ledger.Stake{Account: overdrawn(b)}}}); len(short) != 1 || short[0].By != money.Max || short[0].Free != -1 {
		t.Errorf("what is missing wrapped around: %+v", short)
	}
	if h, _ := b.Hold(id.NewAttempt(ids), usd(money.Max), soft); h == nil {
		t.Error("a soft account refused")
	}
	if h, short := b.Hold(id.NewAttempt(ids), usd(1), soft); h != nil {
		t.Errorf("sums of holds wrapped around: %+v", short)
	}
}

// overdrawn is an account that one nano-dollar was spent on without a lease.
func overdrawn(b *ledger.Book) ledger.Account {
	a := account()
	h, _ := b.Hold(id.NewAttempt(ids), ledger.Amounts{}, hard(a))
	_ = b.Open(h)
	b.Settle(h, usd(1))
	return a
}

// model is what a book should say, kept in the dullest way there is.
type model struct{ granted, settled, held map[ledger.Account]money.USD }

func (m model) free(a ledger.Account) money.USD { return m.granted[a] - m.settled[a] - m.held[a] }

func TestABookAgreesWithItsModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		b := ledger.NewBook(id.NewOrg(ids))
		m := model{map[ledger.Account]money.USD{}, map[ledger.Account]money.USD{}, map[ledger.Account]money.USD{}}
		accounts := []ledger.Account{account(), account(), account(), account()}
		type open struct {
			hold *ledger.Hold
			on   []ledger.Account
			sent bool
		}
		var live []open
		for step := range 400 {
			a := accounts[rnd.IntN(len(accounts))]
			switch rnd.IntN(6) {
			case 0:
				amount := money.USD(rnd.IntN(1000))
				b.Grant(id.NewGrant(ids), a, amount)
				m.granted[a] += amount
			case 1:
				most := money.USD(rnd.IntN(1000))
				want := max(0, min(most, m.free(a)))
				if got := b.Return(a, most); got != want {
					t.Fatalf("seed %d step %d: returned %s, want %s", seed, step, got, want)
				}
				m.granted[a] -= want
			case 2, 3:
				on := accounts[:1+rnd.IntN(len(accounts))]
				amount := money.USD(rnd.IntN(300))
				fits := true
				for _, x := range on {
					fits = fits && (amount == 0 || amount <= m.free(x))
				}
				h, _ := b.Hold(id.NewAttempt(ids), usd(amount), hard(on...))
				if (h != nil) != fits {
					t.Fatalf("seed %d step %d: held %v, should fit %v", seed, step, h != nil, fits)
				}
				if h != nil {
					for _, x := range on {
						m.held[x] += amount
					}
					live = append(live, open{h, on, false})
				}
			case 4, 5:
				if len(live) == 0 {
					continue
				}
				i := rnd.IntN(len(live))
				o := live[i]
				if !o.sent && rnd.IntN(2) == 0 {
					live[i].sent = b.Open(o.hold) == nil
					continue
				}
				cost := money.USD(0)
				if o.sent {
					cost = money.USD(rnd.IntN(400))
					b.Settle(o.hold, usd(cost))
				} else {
					b.Release(o.hold)
				}
				for _, x := range o.on {
					m.held[x] -= o.hold.Amount()
					m.settled[x] += cost
				}
				live = append(live[:i], live[i+1:]...)
			}
			for _, x := range accounts {
				want := ledger.Balance{Granted: m.granted[x], Settled: m.settled[x], Held: m.held[x]}
				if got := b.Balance(x); got != want {
					t.Fatalf("seed %d step %d: balance %+v, want %+v", seed, step, got, want)
				}
			}
		}
	}
}

func TestForgetKeepsWhatStillHasMoney(t *testing.T) {
	t.Parallel()
	b, a := ledger.NewBook(id.NewOrg(ids)), account()
	b.Grant(id.NewGrant(ids), a, 50)
	h, _ := b.Hold(id.NewAttempt(ids), usd(50), hard(a))
	if b.Forget(a) {
		t.Error("an account with a hold was forgotten")
	}
	b.Release(h)
	if b.Forget(a) {
		t.Error("an account with a lease was forgotten")
	}
	b.Return(a, money.Max)
	if !b.Forget(a) || b.Balance(a) != (ledger.Balance{}) {
		t.Error("an empty account was kept")
	}
}

func TestAHoldThatCouldNotBeJournaledIsFreshAgain(t *testing.T) {
	t.Parallel()
	b, a := ledger.NewBook(id.NewOrg(ids)), account()
	b.Grant(id.NewGrant(ids), a, 50)
	attempt := id.NewAttempt(ids)
	h, _ := b.Hold(attempt, usd(50), hard(a))
	if err := b.Open(h); err != nil {
		t.Fatal(err)
	}
	b.Unopen(h)
	if !b.Release(h) || b.Balance(a).Held != 0 {
		t.Error("it could not be released")
	}
	b.Unopen(h) // ended: nothing to take back
	if b.Open(h) == nil {
		t.Error("a released hold was opened")
	}
}

func TestAHoldSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	o, attempt := id.NewOrg(ids), id.NewAttempt(ids)
	b, on := ledger.NewBook(o), []ledger.Stake{{Account: account()}, {Account: account(), Measure: ledger.Tokens}}
	for _, s := range on {
		b.Grant(id.NewGrant(ids), s.Account, 50)
	}
	h, _ := b.Hold(attempt, usd(20), []ledger.Claim{{Stake: on[0]}, {Stake: on[1]}})
	if h.Org() != o || h.Attempt() != attempt || h.Amount() != 20 || h.Amounts() != usd(20) || !slices.Equal(h.Stakes(), on) {
		t.Errorf("%s %s %s %v", h.Org(), h.Attempt(), h.Amount(), h.Stakes())
	}
	if !b.Forget(account()) {
		t.Error("an account that the book does not know cannot be kept")
	}
}

func BenchmarkHoldAndSettleOnFourLevels(b *testing.B) {
	book := ledger.NewBook(id.NewOrg(ids))
	claims := hard(account(), account(), account(), account())
	for _, c := range claims {
		book.Grant(id.NewGrant(ids), c.Account, money.Max/4)
	}
	attempt := id.NewAttempt(ids)
	b.ReportAllocs()
	for b.Loop() {
		h, _ := book.Hold(attempt, usd(100), claims)
		_ = book.Open(h)
		book.Settle(h, usd(1))
	}
}

func TestEachAccountIsHeldAndSettledInItsOwnMeasure(t *testing.T) {
	t.Parallel()
	b := ledger.NewBook(id.NewOrg(ids))
	stakes := []ledger.Stake{{Account: account(), Measure: ledger.Money}, {Account: account(), Measure: ledger.Tokens}, {Account: account(), Measure: ledger.Requests}}
	var claims []ledger.Claim
	for i, s := range stakes {
		b.Grant(id.NewGrant(ids), s.Account, []ledger.Units{100, 5000, 1}[i])
		claims = append(claims, ledger.Claim{Stake: s})
	}
	asked := ledger.Amounts{Money: 40, Tokens: 2000, Requests: 1}
	h, short := b.Hold(id.NewAttempt(ids), asked, claims)
	if h == nil {
		t.Fatalf("short of %v", short)
	}
	if again, short := b.Hold(id.NewAttempt(ids), asked, claims); again != nil || len(short) != 1 || short[0] != (ledger.Shortage{Account: stakes[2].Account, Free: 0, By: 1}) {
		t.Errorf("a second request fits beside one that took the only one there was: short %v", short)
	}
	_ = b.Open(h)
	if _, ok := b.Settle(h, ledger.Amounts{Money: 25, Tokens: 1500, Requests: 1}); !ok {
		t.Fatal("not settled")
	}
	for i, want := range []ledger.Balance{{Granted: 100, Settled: 25}, {Granted: 5000, Settled: 1500}, {Granted: 1, Settled: 1}} {
		if got := b.Balance(stakes[i].Account); got != want {
			t.Errorf("account %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestTokensAndRequestsAreCountedByTheRuleOfTheirCost(t *testing.T) {
	t.Parallel()
	used := llm.Usage{Input: 300, Output: 100}
	held := ledger.Amounts{Money: 50, Tokens: 1000, Requests: 1}
	for name, c := range map[string]struct {
		state            ledger.State
		cost             money.USD
		held             ledger.Amounts
		tokens, requests ledger.Units
	}{
		"what was reported counts":                     {ledger.Complete, 20, held, 400, 1},
		"even above the hold":                          {ledger.Complete, 90, ledger.Amounts{Money: 50, Tokens: 200, Requests: 1}, 400, 1},
		"a voided attempt is no request":               {ledger.Voided, 0, held, 0, 0},
		"our own count stays within the hold":          {ledger.Counted, 20, ledger.Amounts{Tokens: 350, Requests: 1}, 350, 1},
		"a cut stream has a margin":                    {ledger.Cut, 20, held, 441, 1},
		"a cut document may have been generated whole": {ledger.Cut, 50, held, 1000, 1},
		"an ambiguous attempt takes its whole hold":    {ledger.Ambiguous, 50, held, 1000, 1},
		"and so does one that was handed over":         {ledger.Handed, 50, held, 1000, 1},
		"a cut stream of a free model has a margin":    {ledger.Cut, 0, ledger.Amounts{Tokens: 1000, Requests: 1}, 441, 1},
		"a cut stream that cost a little less":         {ledger.Cut, 49, held, 441, 1},
		"a margin stays within the hold":               {ledger.Cut, 20, ledger.Amounts{Money: 50, Tokens: 440, Requests: 1}, 440, 1},
		"and so does an interrupted one":               {ledger.Interrupted, 50, held, 1000, 1},
		"a second try of one request is no request":    {ledger.Complete, 20, ledger.Amounts{Money: 50, Tokens: 1000}, 400, 0},
	} {
		tokens, requests := ledger.Counts(c.state, c.cost, used, c.held)
		if tokens != c.tokens || requests != c.requests {
			t.Errorf("%s: %d tokens and %d requests, want %d and %d", name, tokens, requests, c.tokens, c.requests)
		}
	}
}
