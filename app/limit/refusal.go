package limit

import (
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// refusal says which limit is used up, when there is room again, and what to do.
func (l *Limiter) refusal(c *claim, now time.Time) *fault.Error {
	r := c.rule
	var e *fault.Error
	if c.wait == never {
		e = fault.Newf(fault.Limited, "rate_limited", "This request counts as about %s, more than %s allows at all. Lower max_tokens or send less, or %s.",
			r.Unit.Count(c.need), r.describe(c.limit), l.raiser(r))
	} else {
		wait := time.Duration(c.wait) * time.Microsecond
		e = fault.Newf(fault.Limited, "rate_limited", "%s used up: %s taken. There is room again in %s; slow down, or %s.",
			capital(r.describe(c.limit))+" is", r.Unit.Count(c.used), rounded(wait), l.raiser(r))
		e.RetryAfter = wait
		e.With("resets_at", now.Add(wait).UTC().Format(time.RFC3339))
	}
	e.With("scope", r.scopeWord()).With("limit", r.Name).With("unit", string(r.Unit)).With("window", r.Window.String())
	if r.Unit == Cost {
		e.With("limit_usd", money.USD(c.limit).String()).With("spent_usd", money.USD(c.used).String())
	} else {
		e.With("limit_"+string(r.Unit), strconv.FormatInt(c.limit, 10)).With("used_"+string(r.Unit), strconv.FormatInt(c.used, 10))
	}
	if r.Soft && l.askURL != "" {
		e.With("ask_url", l.ask(r))
	}
	return e
}

// describe is a limit in words: "the limit of Team Search on project=apollo, 100 requests per minute,".
func (r *rule) describe(amount int64) string {
	var b strings.Builder
	b.WriteString("the limit of ")
	b.WriteString(r.Label)
	if r.Tag != "" {
		b.WriteString(" on " + r.Tag)
	}
	if r.Model != "" {
		b.WriteString(" for the model " + strconv.Quote(r.Model))
	}
	if r.Endpoint != "" {
		b.WriteString(" for " + string(r.Endpoint))
	}
	b.WriteString(" (" + r.Unit.Count(amount) + " " + Per(r.Window) + ")")
	return b.String()
}

// Count is an amount of a unit in words: "1 request", "5,000 tokens", "$2.50".
func (u Unit) Count(n int64) string {
	switch {
	case u == Cost && money.USD(n)%money.Cent == 0:
		return "$" + money.USD(n).Format(2)
	case u == Cost: // parts of a cent: nothing is rounded
		return "$" + money.USD(n).String()
	case n == 1:
		return "1 " + strings.TrimSuffix(string(u), "s")
	}
	return money.Grouped(n) + " " + string(u)
}

// named is an amount in the name that a limit has by itself. Names are kept, and compared with what they would be: they stay as they
// always were written, "5000 tokens", "$2.5".
func (u Unit) named(n int64) string {
	switch {
	case u == Cost:
		return "$" + money.USD(n).String()
	case n == 1:
		return u.Count(n)
	}
	return strconv.FormatInt(n, 10) + " " + string(u)
}

// Per is a window in words: "per minute", "per 90s".
func Per(window time.Duration) string {
	switch window {
	case time.Second:
		return "per second"
	case time.Minute:
		return "per minute"
	case time.Hour:
		return "per hour"
	case 24 * time.Hour:
		return "per day"
	}
	return "per " + Span(window)
}

// Span prints a duration without its zeros: "15m" for "15m0s".
func Span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// rounded is a wait for people, rounded up.
func rounded(d time.Duration) string {
	unit := time.Second
	if d < time.Second {
		unit = 10 * time.Millisecond
	}
	return Span((d + unit - 1).Truncate(unit))
}

func (r *rule) scopeWord() string {
	if r.Tag != "" {
		return "tag"
	}
	return string(r.Kind)
}

// ask is the page that asks for an increase of a limit.
func (l *Limiter) ask(r *rule) string { return l.askURL + r.ID.String() + "/ask" }

// raiser says whom to ask, and for a soft limit where.
func (l *Limiter) raiser(r *rule) string {
	if r.Soft && l.askURL != "" {
		return "ask for a temporary increase at " + l.ask(r)
	}
	ask := "ask a team lead"
	switch r.Kind {
	case org.OrgScope:
		ask = "ask an organization admin"
	case org.DepartmentScope, org.TeamScope:
		ask = "ask a department manager"
	}
	return ask + " for a temporary increase"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
