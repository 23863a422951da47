package evaluationweb

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// usualSpan is how far back the form begins, in days.
const usualSpan = 30

// typedRated is what the form says, with what it begins with.
func typedRated(c *web.Context, get func(string) string) views.RatedFields {
	f := views.RatedFields{Rating: or(get("rating"), "good"), Least: get("least"), From: get("from"), To: get("to"), Model: get("model"), Tag: get("tag"), Whole: get("whole") != "",
		Name: get("name"), Visibility: or(get("visibility"), string(evaluation.Private)), Team: get("team")}
	today := c.Now().In(c.Zone())
	f.From, f.To = or(f.From, today.AddDate(0, 0, 1-usualSpan).Format(time.DateOnly)), or(f.To, today.Format(time.DateOnly))
	return f
}

// ratedOf reads it. The last day belongs to the span.
func ratedOf(f views.RatedFields, zone *time.Location) (q evaluation.Rated, err error) {
	q = evaluation.Rated{Rating: f.Rating, Least: f.Least, Model: f.Model, Tag: f.Tag, Whole: f.Whole}
	from, err := time.ParseInLocation(time.DateOnly, f.From, zone)
	if err != nil {
		return q, fault.Field("from", "Write a day as 2026-01-31.")
	}
	to, err := time.ParseInLocation(time.DateOnly, f.To, zone)
	if err != nil {
		return q, fault.Field("to", "Write a day as 2026-01-31.")
	}
	q.From, q.To = from, to.AddDate(0, 0, 1)
	return q, nil
}

// rated is the form, and what would become of what it says.
func (h *Handlers) rated(c *web.Context) error {
	f := typedRated(c, c.QueryParam)
	q, err := ratedOf(f, c.Zone())
	var t evaluation.Taking
	if err == nil {
		t, err = h.Evaluations.Rated(c.Ctx(), c.Actor(), q)
	}
	wrong, ok := web.Refused(err)
	if err != nil && !ok {
		return err
	}
	return h.ratedPage(c, f, t, wrong)
}

func (h *Handlers) ratedPage(c *web.Context, f views.RatedFields, t evaluation.Taking, wrong web.Refusal) (err error) {
	p := views.RatedPage{Shell: c.Shell("Dataset of rated requests", "evaluations"), Fields: f, Form: wrong.Form, Errors: wrong.Fields, Found: web.Count(int64(t.Found)), Count: len(t.Rows),
		Rows: web.Count(int64(len(t.Rows))), Good: web.Count(int64(t.Good)), Bad: web.Count(int64(len(t.Rows) - t.Good))}
	if p.Visibilities, p.Teams, err = h.whoSees(c, &evaluation.Dataset{}); err != nil {
		return err
	}
	for _, why := range evaluation.Reasons {
		if n := t.Left[why]; n > 0 {
			p.Left = append(p.Left, ui.Fact{Label: web.Count(int64(n)), Value: why})
		}
	}
	if wrong.Form != "" || len(wrong.Fields) > 0 {
		return c.Invalid(views.Rated(p))
	}
	return c.Render(views.Rated(p))
}

// take makes the dataset.
func (h *Handlers) take(c *web.Context) error {
	f := typedRated(c, c.FormValue)
	for _, text := range []string{f.Name, f.Least, f.Model, f.Tag} {
		if !plainText(text) {
			return fault.Field("", "The form holds characters that are not text. Type them again.")
		}
	}
	q, err := ratedOf(f, c.Zone())
	var d evaluation.Dataset
	var t evaluation.Taking
	if err == nil {
		d, t, err = h.Evaluations.CreateRated(c.Ctx(), c.Actor(), evaluation.Input{Name: f.Name, Visibility: evaluation.Visibility(f.Visibility), Team: teamOf(f.Team)}, q)
	}
	if wrong, ok := web.Refused(err); ok {
		return h.ratedPage(c, f, t, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Dataset created: " + web.Plural(int64(d.Rows), "row") + " of rated requests.")
	return c.See(sets + "/" + d.ID.String())
}
