package auditweb

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// asked reads the filters from the URL, times in the given zone. longest bounds what somebody may search for.
func asked(c *web.Context, zone *time.Location) (q audit.Query, err error) {
	get := func(name string) string { return strings.TrimSpace(c.QueryParam(name)) }
	q = audit.Query{Actor: get("actor"), Action: strings.ToLower(get("action")), Target: get("target"), Via: org.Via(get("via")), Text: get("text")}
	for name, text := range map[string]string{"actor": q.Actor, "action": q.Action, "target": q.Target, "text": q.Text} {
		if len(text) > longest || strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
			return q, fault.Field(name, "Search for at most 200 letters of text.")
		}
	}
	if q.Via != "" && !q.Via.Valid() {
		return q, fault.Field("via", "via is web, api, cli, scim, mail, job or operator.")
	}
	if q.From, err = moment(get("from"), "from", zone, false); err != nil {
		return q, err
	}
	q.To, err = moment(get("to"), "to", zone, true)
	return q, err
}

const longest = 200

// moment reads a time, or a day; a day that ends a span is meant to be in it.
func moment(text, field string, zone *time.Location, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04", text, zone); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fault.Field(field, "Write "+field+" as a day such as 2026-11-26 or a time such as 2026-11-26T18:00:00Z.")
	}
	if end {
		t = t.AddDate(0, 0, 1)
	}
	return t, nil
}
