package priceweb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/price"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func presentOwn(c *web.Context, o price.Override, names map[string]string) views.Own {
	now := c.Now()
	out := views.Own{ID: o.ID.String(), Model: o.Model, For: forWhom(o, names), From: c.When(o.From), Until: c.When(o.Until), Note: o.Note, End: question(o),
		Ended: !o.Until.IsZero() && !o.Until.After(now)}
	switch {
	case o.Holds(now):
		out.State = ui.StatusProps{Tone: ui.Good, Label: "In force"}
	case out.Ended:
		out.State = ui.StatusProps{Label: "Ended"}
	default:
		out.State = ui.StatusProps{Tone: ui.Info, Label: "Begins later"}
	}
	out.Prices = lines(o.Prices, nil)
	return out
}

// forWhom says what an override is for.
func forWhom(o price.Override, names map[string]string) string {
	switch {
	case !o.Connection.IsZero():
		if name := names[o.Connection.String()]; name != "" {
			return "connection " + name
		}
		return "a deleted connection"
	case o.Provider != "":
		if kind, ok := provider.OfferingOf(provider.Kind(o.Provider)); ok {
			return kind.Title
		}
		return o.Provider
	}
	return "every provider"
}

// lines are prices in the classes' order, without some of them.
func lines(prices map[catalog.Class]money.Price, without []catalog.Class) (out []views.Line) {
	for _, class := range catalog.Classes() {
		if p, ok := prices[class]; ok && !slices.Contains(without, class) {
			out = append(out, views.Line{Class: labels[class], Price: text(class, p)})
		}
	}
	return out
}

// text is a price for reading: nothing is rounded, and there are at least two decimals.
func text(class catalog.Class, p money.Price) string {
	whole, decimals, _ := strings.Cut(class.USD(p).String(), ".")
	for len(decimals) < 2 {
		decimals += "0"
	}
	return "$" + whole + "." + decimals
}

var columns = []catalog.Class{catalog.Input, catalog.CacheRead, catalog.Output}

func presentModel(l catalog.Listing) views.Model {
	m := views.Model{ID: l.ID, Name: l.Name, Provider: l.Provider, Unpriced: l.Prices == nil, IsDeprecated: l.Deprecated, Context: tokens(l.ContextWindow)}
	for i, into := range []*string{&m.Input, &m.Cached, &m.Output} {
		if p, ok := l.Prices[columns[i]]; ok {
			*into = text(columns[i], p)
		}
	}
	m.More = lines(l.Prices, columns)
	for _, mark := range []struct {
		on bool
		m  views.Mark
	}{
		{l.Tiered, views.Mark{Label: "tiers", Title: "Long inputs cost more, all of them."}},
		{l.Dated, views.Mark{Label: "dates", Title: "The price changed at a date, or will."}},
		{l.Timed, views.Mark{Label: "hours", Title: "The price depends on the time of day (UTC)."}},
	} {
		if mark.on {
			m.Marks = append(m.Marks, mark.m)
		}
	}
	return m
}

// tokens is a context window as people write it: 128K, 1M. "" for unknown.
func tokens(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n >= 1_000_000 && n/100_000%10 != 0:
		return fmt.Sprintf("%d.%dM", n/1_000_000, n/100_000%10)
	case n >= 1_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1000:
		return fmt.Sprintf("%dK", n/1000)
	}
	return fmt.Sprint(n)
}
