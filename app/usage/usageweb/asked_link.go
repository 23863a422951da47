package usageweb

import (
	"net/url"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/usage"
)

// link is this page with some parameters changed; no values take one away.
func (a *asked) link(change map[string][]string) string {
	v := a.values()
	for name, values := range change {
		if delete(v, name); len(values) > 0 {
			v[name] = values
		}
	}
	if len(v) == 0 {
		return a.path
	}
	return a.path + "?" + v.Encode()
}

// exported is the file with every row of what the page shows.
func (a *asked) exported(format string) string {
	q := a.query
	q.Top = usage.MaxTop
	v := Write(q)
	v.Set("format", format)
	return "/usage/export?" + v.Encode()
}

// whole reports whether a moment is where a day begins.
func (a *asked) whole(t time.Time) bool { return usage.DayOf(t, a.zone, 0).Equal(t) }

// requests is the list of requests that a figure is made of: the page's span and filters, and more of them. "" where the
// list cannot be narrowed like that, so that no link leads to other rows than its figure counts.
func (a *asked) requests(more ...usage.Filter) string {
	narrow := url.Values{}
	if a.whole(a.query.From) && (a.whole(a.query.To) || !a.query.To.Before(a.now)) {
		for name, day := range Days(a.query.From, a.query.To, a.zone) {
			narrow.Set(name, day)
		}
	} else { // parts of days are added up by whole slots
		slot := usage.Slot(a.zone, a.query.To)
		narrow.Set("from", a.query.From.UTC().Truncate(slot).Format(time.RFC3339))
		narrow.Set("to", a.query.To.UTC().Add(slot-1).Truncate(slot).Format(time.RFC3339))
	}
	for _, f := range slices.Concat(a.query.Where, more) {
		if !narrowTo(narrow, f) {
			return ""
		}
	}
	return "/requests?" + narrow.Encode()
}

// span in words, as people say dates.
func (a *asked) words() string { return dates(a.query.From, a.query.To, a.zone) }
