package reportweb

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// usd is an amount for reading.
func usd(a money.USD) string { return web.USD(a) }

// exact is an amount to the last nano-dollar.
func exact(a money.USD) string { return "$" + a.String() }

// count prints a whole number with its thousands apart.
func count(n int64) string { return web.Count(n) }

func plural(n int64, noun string) string { return web.Plural(n, noun) }

// percent is part/whole in whole percent, rounded half away from zero, at most 1,000,000 either way.
func percent(part, whole int64) int64 { return web.Percent(part, whole) }

// share is part of whole with one decimal: "0.4 %".
func share(part, whole int64) string { return web.Share(part, whole) }

// took is a duration for reading; 0 is nothing.
func took(d time.Duration) string { return web.Took(d) }

// status is how a request ended, from the client's side.
func status(r report.Request) ui.StatusProps {
	p := ui.StatusProps{Label: strconv.Itoa(r.Status), Title: strings.TrimSpace(http.StatusText(r.Status) + " " + r.Code)}
	switch {
	case r.Status == 0:
		return ui.StatusProps{Tone: ui.Neutral, Label: "no answer", Title: "The client went away before it was answered."}
	case r.Status == 499:
		p.Tone, p.Title = ui.Neutral, "The client went away."
	case r.Status < 400 && r.Code != "":
		p.Tone = ui.Warn // the status had been sent when it broke
	case r.Status < 400:
		p.Tone = ui.Good
	case r.Attempts == 0:
		p.Tone, p.Icon = ui.Warn, "ban"
	default:
		p.Tone = ui.Bad
	}
	if r.Code != "" {
		p.Label += " " + strings.ReplaceAll(r.Code, "_", " ")
	}
	return p
}

// rows are requests as a table shows them.
func rows(c *web.Context, list []report.Request, zone *time.Location) []views.RequestRow {
	out := make([]views.RequestRow, len(list))
	for i, r := range list {
		row := views.RequestRow{
			ID: r.ID.String(), Href: "/requests/" + r.ID.String(), At: clockTime(c, r.At, zone), Status: status(r),
			Asked: r.Asked, Key: or(r.Key, "deleted key"), Who: or(r.Member, r.Team),
			Tokens: count(r.Usage.Input + r.Usage.Output), TokensIn: tokens(r.Usage), Took: took(r.Duration), Notes: notes(r),
			Team: r.Team, App: r.Client, Endpoint: r.Endpoint, Tags: strings.ReplaceAll(r.Tags, ",", ", "), Cache: r.Cache, Attempts: strconv.Itoa(r.Attempts), First: took(r.FirstByte),
		}
		if r.Asked == "" {
			row.Asked = "no model"
		}
		switch {
		case r.Provider != "":
			row.Answered = strings.TrimSuffix(r.Provider+"/"+r.Model, "/") // files have no model
		case r.Attempts > 0:
			row.Answered = "no provider answered"
		default:
			row.Answered = "not sent to a provider"
		}
		row.Cost, row.Exact = web.Dollars(r.Cost)
		out[i] = row
	}
	return out
}

// clockTime prints a moment of a list: requests are looked up by the clock, not by how long ago they were.
func clockTime(c *web.Context, at time.Time, zone *time.Location) ui.When {
	w := c.When(at)
	w.Text = at.In(zone).Format("2 Jan, 15:04:05")
	return w
}

func tokens(u llm.Usage) string {
	return fmt.Sprintf("%s in, %s out", count(u.Input), count(u.Output))
}

func notes(r report.Request) []string {
	var out []string
	if r.Stream {
		out = append(out, "stream")
	}
	if r.Attempts > 1 {
		out = append(out, plural(int64(r.Attempts), "attempt"))
	}
	switch r.Cache {
	case "hit", "semantic":
		out = append(out, "cache "+r.Cache)
	}
	return out
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// listURL is the list of requests narrowed to something.
func listURL(narrow map[string]string) string {
	v := url.Values{}
	for name, value := range narrow {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/requests"
	}
	return "/requests?" + v.Encode()
}
