package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Views print finished text; these two make it, so that a moment and an amount look the same on every page.

// When is a moment in the organization's time zone: near ones by their distance, others by their date. The tooltip has
// seconds and zone. A zero time prints as nothing.
func (c *Context) When(t time.Time) ui.When {
	if t.IsZero() {
		return ui.When{}
	}
	return when(t, c.server.Clock.Now(), c.zone())
}

func (c *Context) zone() *time.Location {
	zone, err := time.LoadLocation(c.organization.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

func when(t, now time.Time, zone *time.Location) ui.When {
	local := t.In(zone)
	w := ui.When{ISO: t.UTC().Format(time.RFC3339), Full: local.Format("Mon 2 Jan 2006, 15:04:05 MST")}
	switch ago := now.Sub(t); {
	case ago >= 0 && ago < time.Minute:
		w.Text = "just now"
	case ago >= 0 && ago < time.Hour:
		w.Text = fmt.Sprintf("%d min ago", int(ago.Minutes()))
	case ago >= 0 && ago < 24*time.Hour:
		w.Text = fmt.Sprintf("%d h ago", int(ago.Hours()))
	case local.Year() == now.In(zone).Year():
		w.Text = local.Format("2 Jan, 15:04 MST")
	default:
		w.Text = local.Format("2 Jan 2006, 15:04 MST")
	}
	return w
}

// Dollars is an amount for reading and, for its tooltip, the exact one. Amounts below a dollar that are no whole cents have four
// decimals, as a day of small requests costs so much; those that four do not show keep up to two digits that say something: $0.00041.
func Dollars(a money.USD) (short, exact string) {
	sign, abs := "", a
	if a < 0 {
		sign, abs = "−", -a
	}
	exact = sign + "$" + abs.String()
	switch {
	case abs == 0 || abs >= money.Dollar:
		return sign + "$" + abs.Format(2), exact
	case abs >= money.Cent:
		return sign + "$" + strings.TrimSuffix(abs.Format(4), "00"), exact
	}
	digits := strings.TrimPrefix(abs.Format(9), "0.")
	for i := range digits {
		if digits[i] != '0' {
			if short = abs.Format(int32(min(i+2, 9))); i > 2 {
				short = strings.TrimSuffix(short, "0")
			}
			return sign + "$" + short, exact
		}
	}
	return exact, exact
}
