package bulletinweb

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/bulletin/paper"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Post orders copies of editions as mails. It implements bulletin.Post.
type Post struct{ Mail *mail.Post }

var _ bulletin.Post = Post{}

// Send implements bulletin.Post: the copy's name is the mail's occasion, so it is ordered once.
func (p Post) Send(ctx context.Context, o id.Org, d bulletin.Delivery) error {
	return p.Mail.Send(ctx, mail.Order{Org: o, Kind: bulletin.MailKind, To: d.Address, About: d.Edition.UUID(), Once: bulletin.Copy(d.Edition, d.Member)})
}

// Writer writes the letters of editions, for mails, previews and downloads.
type Writer struct {
	Reports   *bulletin.Service
	PublicURL string // without a slash at the end

	mu   sync.Mutex
	last struct { // an edition goes to many people at once, and says the same to all of them
		edition id.Edition
		letter  mail.Letter
	}
}

// Compose is the mail.Composer of copies.
func (w *Writer) Compose(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	which, err := id.ParseEdition(m.About)
	if err != nil {
		return mail.Letter{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last.edition == which && !which.IsZero() {
		return w.last.letter, nil
	}
	e, err := w.Reports.Letter(ctx, m.Org, which)
	if err != nil {
		return mail.Letter{}, err
	}
	l, err := w.Letter(e)
	if err == nil {
		w.last.edition, w.last.letter = which, l
	}
	return l, err
}

// Letter is an edition as a mail with its files.
func (w *Writer) Letter(e bulletin.Edition) (mail.Letter, error) {
	l := mail.Letter{Subject: title(e) + ", " + span(e), Heading: title(e)}
	c := e.Content
	l.Text = []string{lead(e)}
	l.Facts = facts(e)
	var err error
	if l.Sections, err = sections(e); err != nil {
		return l, err
	}
	l.Action = mail.Action{Label: "Look at it in the dashboard", URL: w.PublicURL + "/reports"}
	if !e.ID.IsZero() {
		l.Action.URL = w.PublicURL + editionPath(e.ID)
	}
	l.Foot = []string{asOf(e),
		"You get this because you answer for " + c.Whose + " or were chosen for it. The links need a log-in."}
	l.Links = []mail.Action{{Label: "Who gets it, and when", URL: w.PublicURL + root}, {Label: "Stop it for yourself", URL: w.PublicURL + reportPath(e.Report)}}
	all, err := files(e)
	if err != nil {
		return l, err
	}
	var large string
	if l.Files, large = fitting(all); large != "" {
		l.Text = append(l.Text, large)
	}
	return l, nil
}

// facts are the figures that come first.
func facts(e bulletin.Edition) []mail.Fact {
	if e.Content.Evidence != nil {
		return evidenceFacts(e.Content.Evidence)
	}
	n := e.Content.Now
	out := []mail.Fact{{Label: "Spent", Value: usd(n.Cost) + " USD"}, {Label: "Requests", Value: web.Count(n.Requests)}, {Label: "Answered", Value: answered(n)}, {Label: "Tokens", Value: web.Count(n.Tokens())}}
	if s := e.Content.Savings; s != nil && s.Known && s.Provider > 0 {
		out = append(out, mail.Fact{Label: "Saved by prompt caches", Value: usd(s.Provider) + " USD"})
	}
	if s := e.Content.Savings; s != nil && s.Hits > 0 {
		out = append(out, mail.Fact{Label: "Answered by the cache", Value: web.Plural(s.Hits, "request")})
	}
	return out
}

func sections(e bulletin.Edition) (out []mail.Section, err error) {
	if drawn(e) {
		picture := mail.Picture{Name: "chart.png", Alt: described(e), Width: chartWidth, Height: chartHeight}
		if picture.PNG, err = chart(e); err != nil {
			return nil, err
		}
		out = append(out, mail.Section{Heading: chartTitle(e), Picture: &picture})
	}
	if e.Content.Evidence != nil {
		return nil, nil // it names people: its tables travel in the files, or stay behind the log-in
	}
	return append(out, tables(e)...), nil
}

// chartWidth and chartHeight are the size of the picture in a mail, in CSS pixels: as wide as its text.
const (
	chartWidth  = 494
	chartHeight = 190
)

// chart is the picture of an edition's days or weeks.
func chart(e bulletin.Edition) ([]byte, error) {
	b, zone := paper.Bars{Width: chartWidth, Height: chartHeight}, zoneOf(e)
	for _, d := range e.Content.Days {
		b.Labels, b.Values = append(b.Labels, d.From.In(zone).Format("2 Jan")), append(b.Values, d.Cost)
	}
	return paper.Chart(b)
}

// tables are the parts of an edition that are words and figures.
func tables(e bulletin.Edition) (out []mail.Section) {
	c := e.Content
	if c.Evidence != nil {
		return sheets(c.Evidence)
	}
	if len(c.Budgets) > 0 {
		s := mail.Section{Heading: "Budgets", Table: &mail.Table{Columns: []string{"Budget", "Used", "Of"}}}
		for _, b := range c.Budgets {
			name := b.Name
			if b.Outlook != "" {
				name += " (" + lower(b.Outlook[:1]) + strings.TrimSuffix(b.Outlook[1:], ".") + ")"
			}
			s.Table.Rows = append(s.Table.Rows, []string{name, fmt.Sprintf("%s (%d\u00a0%%)", b.Used, b.Percent), b.Limit})
		}
		out = append(out, s)
	}
	if len(c.Movers) > 0 {
		s := mail.Section{Heading: "What changed most", Table: &mail.Table{Columns: []string{"What", "Spent (USD)", "Before (USD)", "Change"}}}
		for _, m := range c.Movers {
			s.Table.Rows = append(s.Table.Rows, []string{m.By + " " + m.Name, usd(m.Cost), usd(m.Before), change(m.Cost, m.Before)})
		}
		out = append(out, s)
	}
	if len(c.Changes) > 0 {
		s := mail.Section{Heading: "What changes of routes came to"}
		for _, x := range c.Changes {
			s.Text = append(s.Text, x.Title+". "+x.Text)
		}
		out = append(out, s)
	}
	for _, p := range c.Parts {
		if len(p.Lines) == 0 {
			continue
		}
		s := mail.Section{Heading: "By " + lower(p.By), Table: &mail.Table{Columns: []string{p.By, "Spent (USD)", "Change", "Requests"}}}
		if p.By == "Provider" {
			s.Table.Columns[3] = "Failed"
		}
		for _, l := range p.Lines {
			last := web.Count(l.Requests)
			if p.By == "Provider" {
				last = fmt.Sprintf("%s of %s", web.Count(l.Failed), web.Count(l.Requests))
			}
			s.Table.Rows = append(s.Table.Rows, []string{l.Name, usd(l.Cost), change(l.Cost, l.Before), last})
		}
		out = append(out, s)
	}
	if len(c.Advice) > 0 {
		s := mail.Section{Heading: "Worth a look"}
		for _, a := range c.Advice {
			text := a.Title + ". " + a.Text
			if a.Saves > 0 {
				text += " That is " + usd(a.Saves) + " USD less."
			}
			s.Text = append(s.Text, text)
		}
		out = append(out, s)
	}
	return out
}

func chartTitle(e bulletin.Edition) string {
	if e.Content.Grain == "week" {
		return "Spend by week"
	}
	return "Spend by day"
}

// described says what the picture shows, step by step, as long as there are few; then the ends of it.
func described(e bulletin.Edition) string {
	const most = 14
	days, zone := e.Content.Days, zoneOf(e)
	out := chartTitle(e) + ", in US dollars: "
	if len(days) == 0 {
		return out + "nothing."
	}
	if len(days) > most {
		high, low := days[0], days[0]
		for _, d := range days {
			if d.Cost > high.Cost {
				high = d
			}
			if d.Cost < low.Cost {
				low = d
			}
		}
		return out + fmt.Sprintf("from %s on %s to %s on %s.", usd(low.Cost), low.From.In(zone).Format("2 January"), usd(high.Cost), high.From.In(zone).Format("2 January"))
	}
	for i, d := range days {
		if i > 0 {
			out += ", "
		}
		out += d.From.In(zone).Format("Mon 2 Jan") + " " + usd(d.Cost)
	}
	return out + "."
}
