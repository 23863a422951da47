package bulletinweb

import (
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// zoneOf is the time zone that an edition was made in.
func zoneOf(e bulletin.Edition) *time.Location {
	zone, err := time.LoadLocation(e.Content.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// span is an edition's period in words: "2 to 8 March 2026".
func span(e bulletin.Edition) string {
	zone := zoneOf(e)
	from, to := e.From.In(zone), e.To.Add(-time.Nanosecond).In(zone)
	switch {
	case e.Kind == bulletin.Daily:
		return to.Format("Monday 2 January 2006")
	case e.Kind == bulletin.Monthly || e.Kind.Evidence():
		return to.Format("January 2006")
	case from.Year() != to.Year():
		return from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
	case from.Month() != to.Month():
		return from.Format("2 January") + " to " + to.Format("2 January 2006")
	}
	return from.Format("2") + " to " + to.Format("2 January 2006")
}

// earlier is what the period is compared with, in words.
func earlier(k bulletin.Kind) string {
	switch k {
	case bulletin.Weekly:
		return "the week before"
	case bulletin.Daily:
		return "the day before"
	}
	return "in as many days before"
}

// usd is an amount to the cent, as reports have it.
func usd(a money.USD) string { return a.Format(2) }

// change is how much more or less was spent, with a sign, for people who read and for those who listen.
func change(now, before money.USD) string {
	switch {
	case now == before:
		return "no change"
	case before <= 0:
		return "new"
	case now <= 0:
		return "nothing any more"
	}
	switch g := web.Growth(int64(now), int64(before)); {
	case g == "0 %":
		return "about the same"
	case strings.HasSuffix(g, "×"): // as much as before, not more
		return g
	case now > before:
		return "+" + g
	default:
		return "−" + g
	}
}

// compared is the total against the time before: "12 % more than the week before (90.10 USD)".
func compared(k bulletin.Kind, now, before money.USD) string {
	switch {
	case now == before:
		return "as much as " + earlier(k)
	case before <= 0:
		return "nothing was spent " + earlier(k)
	case now <= 0:
		return fmt.Sprintf("%s USD %s", usd(before), earlier(k))
	}
	return fmt.Sprintf("%s %s (%s USD)", web.Than(int64(now), int64(before)), earlier(k), usd(before))
}

// answered is the share of requests that were answered.
func answered(f bulletin.Figures) string {
	if f.Requests == 0 {
		return "–"
	}
	return web.Share(f.Requests-f.Failed-f.Refused, f.Requests)
}

// title is an edition's name: "Weekly report: Team Payments".
func title(e bulletin.Edition) string { return bulletin.Title(e.Kind, e.Content.Whose) }

// clockTime is an hour as people write it.
func clockTime(hour int) string { return fmt.Sprintf("%02d:00", hour) }
