package experimentweb

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Letter is an experiment's report as a mail: what it came to, what to do, and the figures behind it. money says whether the reader
// may know what an alias is worth in a month (experiment.MaySum).
func Letter(e *experiment.Experiment, j *experiment.Judgement, now time.Time, publicURL string, money bool) mail.Letter {
	a := experiment.Advise(e, j, now)
	out := mail.Letter{Subject: e.Sentence(), Heading: a.Headline, Text: []string{a.Text},
		Facts:  []mail.Fact{{Label: "Experiment", Value: e.Name}, {Label: "About", Value: about(e)}, {Label: "Counted", Value: web.Count(j.Requests) + " requests of " + web.Count(e.Sample) + " planned"}, {Label: "Ran for", Value: ran(e, now)}},
		Action: mail.Action{Label: "Open the report", URL: publicURL + root + "/" + e.ID.String()}}
	if a.Known && money {
		short, _ := web.Dollars(a.Monthly)
		low, _ := web.Dollars(a.MonthlyLow)
		high, _ := web.Dollars(a.MonthlyHigh)
		out.Facts = append(out.Facts, mail.Fact{Label: "A migration saves", Value: fmt.Sprintf("%s a month, between %s and %s, at %s requests; negative is more cost", short, low, high, web.Count(a.Requests))})
	}
	results := &mail.Table{Columns: []string{"Variant", "Requests", "Cost per request", "Time", "Errors", "Rating"}}
	certain := &mail.Table{Columns: []string{"Metric", "Variant", "Difference to the control", "Verdict"}}
	for i, arm := range j.Arms {
		v := variant(e, i, arm)
		row := []string{v.Name, v.Requests}
		for _, m := range v.Means {
			row = append(row, m.Value)
		}
		results.Rows = append(results.Rows, row)
		for _, m := range arm.Compared {
			line := metric(v.Name, m)
			certain.Rows = append(certain.Rows, []string{line.Name, line.Variant, line.Difference, line.Side.Label})
		}
	}
	out.Sections = []mail.Section{{Heading: "Results", Table: results},
		{Heading: "How certain it is", Text: []string{"With 95 % the truth is inside of these ranges at every look, from the first to the last. What is open can still be either."}, Table: certain}}
	return out
}

// ran is how long an experiment ran, pauses included.
func ran(e *experiment.Experiment, now time.Time) string {
	d := e.Ran(now)
	if d < 2*time.Hour {
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	}
	if d < 48*time.Hour {
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}
