package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// clockTime reads "16:30:00Z" as seconds of the UTC day.
func clockTime(s string) (int32, error) {
	t, err := time.Parse("15:04:05Z07:00", s)
	if err != nil {
		return 0, err
	}
	t = t.UTC()
	return int32(t.Hour()*3600 + t.Minute()*60 + t.Second()), nil
}

// ratesOf compiles a set of prices. No rates and no error mean that the price is unknown: the set is empty (the data has
// such entries for models that are free, and for some that are not), or holds a class that we cannot count.
func ratesOf(prices map[string]json.RawMessage) ([]rate, error) {
	var rates []rate
	unknown := len(prices) == 0
	for key, raw := range prices {
		if string(raw) == "null" {
			continue
		}
		u := unitOf(key)
		if u == nil {
			unknown = true
			continue
		}
		r := rate{unit: u}
		var err error
		if bytes.HasPrefix(bytes.TrimSpace(raw), []byte{'{'}) {
			err = r.tiered(raw)
		} else {
			r.base, err = exact(json.Number(raw), u.per)
		}
		if err != nil {
			return nil, fmt.Errorf("price %s: %w", key, err)
		}
		rates = append(rates, r)
	}
	if unknown {
		return nil, nil
	}
	slices.SortFunc(rates, func(a, b rate) int {
		return slices.IndexFunc(units[:], a.unit.same) - slices.IndexFunc(units[:], b.unit.same)
	})
	arrange(rates)
	return rates, nil
}

func (u *unit) same(o unit) bool { return u.class == o.class }

func (r *rate) tiered(raw json.RawMessage) error {
	var d tieredData
	err := json.Unmarshal(raw, &d)
	if err != nil {
		return err
	}
	if r.base, err = exact(d.Base, r.unit.per); err != nil {
		return err
	}
	for _, t := range d.Tiers {
		p, err := exact(t.Price, r.unit.per)
		if err != nil {
			return err
		}
		if t.Start <= 0 {
			return errors.New("a tier must start above 0")
		}
		r.tiers = append(r.tiers, tier{t.Start, p})
	}
	slices.SortStableFunc(r.tiers, func(a, b tier) int { return int(a.start - b.start) })
	return nil
}

// maxPrice is far above anything real: a million dollars per million tokens.
const maxPrice money.Price = 1_000_000_000_000

// exact turns dollars per million (or thousand) into whole pico-dollars per one. The few prices with more digits, which
// are thirds that someone divided (0.08333333333333334), are rounded up to the next pico-dollar: at most a millionth of
// a dollar per million tokens, and never against the books.
func exact(n json.Number, places int32) (money.Price, error) {
	d, err := decimal.NewFromString(n.String())
	if err != nil {
		return 0, errors.New("not a number")
	}
	d = d.Shift(places).Ceil()
	if d.IsNegative() || d.GreaterThan(decimal.NewFromInt(int64(maxPrice))) {
		return 0, errors.New("out of range")
	}
	return money.Price(d.IntPart()), nil
}
