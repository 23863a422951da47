package experiment

import (
	"context"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// purse is a day's money.
type purse struct {
	Purse
	spent money.USD
}

func (p *purse) HoldJudge(_ context.Context, _ id.Org, _ id.Experiment, _ time.Time, amount, most money.USD) (bool, error) {
	if p.spent+amount > most {
		return false, nil
	}
	p.spent += amount
	return true, nil
}

// A judge needs room for its thoughts, which it may not use: 512 tokens of a dear model are more than a twentieth of little money.
func TestAJudgementMayCostEnough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ daily, spent, most money.USD }{
		"a twentieth of much":            {money.Dollar, 0, 5 * money.Cent},
		"a cent of ten":                  {10 * money.Cent, 0, money.Cent},
		"a quarter of a cent":            {money.Cent, 0, money.Cent / 4},
		"a twentieth of what is left":    {10 * money.Cent, 9*money.Cent + 1, money.Cent / 2},
		"nothing, if there is no more":   {10 * money.Cent, 10*money.Cent - 1, 0},
		"nothing, if there is no dollar": {20 * money.Dollar, 20*money.Dollar - 1, 0},
	} {
		b := &Bench{Purse: &purse{spent: c.spent}, Clock: clock.NewFake(time.Unix(0, 0))}
		most, _, ok := b.Hold(t.Context(), &Experiment{Judge: &Rater{Daily: c.daily}})
		if most != c.most || ok != (c.most > 0) {
			t.Errorf("%s: %s %v", name, most, ok)
		}
	}
}
