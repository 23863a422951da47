package bulletinweb

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/bulletin/paper"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// document is an edition as it is printed: the same words that the mail says.
func document(e bulletin.Edition) paper.Document {
	return paper.Document{Title: title(e), Lead: lead(e), Facts: facts(e), ChartTitle: chartTitle(e), Sections: tables(e), Foot: asOf(e), At: e.MadeAt}
}

// lead is the one sentence that says it.
func lead(e bulletin.Edition) string {
	c := e.Content
	if c.Evidence != nil {
		return c.Whose + ", " + span(e) + ". " + c.Evidence.Lead
	}
	return fmt.Sprintf("%s: %s USD were spent, %s.", span(e), usd(c.Now.Cost), compared(e.Kind, c.Now.Cost, c.Before.Cost))
}

// asOf says what the figures are in, and since when they stand.
func asOf(e bulletin.Edition) string {
	zone := zoneOf(e)
	return "Amounts are US dollars; days begin at midnight in " + zone.String() + ". Figures as of " + e.MadeAt.In(zone).Format("2 January 2006, 15:04") + "."
}

// files are those that the edition was set to come with.
func files(e bulletin.Edition) (out []mail.File, err error) {
	if e.PDF {
		d := document(e)
		if drawn(e) {
			if d.Chart, err = chart(e); err != nil {
				return nil, err
			}
		}
		body, err := paper.PDF(d)
		if err != nil {
			return nil, err
		}
		out = append(out, mail.File{Name: filename(e) + ".pdf", Type: "application/pdf", Body: body})
	}
	if e.CSV {
		write := table
		if e.Content.Evidence != nil {
			write = sheetTable
		}
		body, err := write(e)
		if err != nil {
			return nil, err
		}
		out = append(out, mail.File{Name: filename(e) + ".csv", Type: "text/csv; charset=utf-8", Body: body})
	}
	return out, nil
}

// drawn reports whether there is anything to draw.
func drawn(e bulletin.Edition) bool {
	return slices.ContainsFunc(e.Content.Days, func(d bulletin.Point) bool { return d.Cost > 0 })
}

// filename says what a file is about: kind and days, in letters that every system takes.
func filename(e bulletin.Edition) string {
	zone := zoneOf(e)
	if e.Kind.Evidence() {
		return evidenceName(e.Kind) + "-" + e.From.In(zone).Format("2006-01")
	}
	return fmt.Sprintf("%s-report-%s-%s", e.Kind, e.From.In(zone).Format(time.DateOnly), e.To.Add(-time.Nanosecond).In(zone).Format(time.DateOnly))
}

// table is all figures of an edition: a line for the total, for each step of the chart, and for each value of each part. Amounts are
// exact decimals.
func table(e bulletin.Edition) ([]byte, error) {
	zone := zoneOf(e)
	header := []string{"part", "id", "name", "from", "to", "zone", "requests", "failed", "cost", "cost_before", "currency"}
	from, to := e.From.In(zone).Format(time.RFC3339), e.To.In(zone).Format(time.RFC3339)
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	c := e.Content
	rows := [][]string{{"total", "", c.Whose, from, to, c.Zone, n(c.Now.Requests), n(c.Now.Failed), c.Now.Cost.String(), c.Before.Cost.String(), "USD"}}
	for _, d := range c.Days {
		rows = append(rows, []string{c.Grain, "", "", d.From.In(zone).Format(time.RFC3339), "", c.Zone, "", "", d.Cost.String(), "", "USD"})
	}
	for _, p := range c.Parts {
		for _, l := range p.Lines {
			rows = append(rows, []string{lower(p.By), l.ID, l.Name, from, to, c.Zone, n(l.Requests), n(l.Failed), l.Cost.String(), l.Before.String(), "USD"})
		}
	}
	var b bytes.Buffer
	if err := web.WriteCSV(&b, header, rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func lower(s string) string { return strings.ToLower(s) }
