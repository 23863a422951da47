package batchweb

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/batch"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// hoursJSON are an organization's off-peak hours.
type hoursJSON struct {
	Zone   string   `json:"zone"`   // whose clocks count, such as Europe/Berlin
	Opens  string   `json:"opens"`  // each night from, such as 20:00
	Closes string   `json:"closes"` // and until, such as 06:00
	Days   []string `json:"days"`   // off-peak from midnight to midnight: "saturday"
}

func hoursShown(h *batch.Hours) hoursJSON {
	out := hoursJSON{Zone: h.Zone, Opens: batch.TimeOfDay(h.Opens), Closes: batch.TimeOfDay(h.Closes), Days: []string{}}
	for _, d := range h.Days {
		out.Days = append(out.Days, strings.ToLower(d.String()))
	}
	return out
}

// read is the input of both doors.
func (in *hoursJSON) read() (h batch.Hours, err error) {
	var errs [3]error
	h.Zone = strings.TrimSpace(in.Zone)
	h.Opens, errs[0] = minute("opens", in.Opens)
	h.Closes, errs[1] = minute("closes", in.Closes)
	for _, d := range in.Days {
		n := slices.IndexFunc(weekdays, func(w time.Weekday) bool { return strings.EqualFold(w.String(), d) })
		if n < 0 {
			errs[2] = fault.Field("days", `The days are "monday" to "sunday".`)
			continue
		}
		h.Days = append(h.Days, weekdays[n])
	}
	return h, errors.Join(errs[:]...)
}

func minute(field, text string) (int, error) {
	at, err := time.Parse("15:04", strings.TrimSpace(text))
	if err != nil {
		return 0, fault.Field(field, "Write a time of day, such as 20:00.")
	}
	return at.Hour()*60 + at.Minute(), nil
}

func (h *Handlers) hours(c *web.Context) error {
	off, kept, err := h.Batches.Hours(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.Render(views.Hours(hoursPage(c, &off, kept, hoursShown(&off))))
}

// hoursPage is the page, with what was typed.
func hoursPage(c *web.Context, now *batch.Hours, kept bool, typed hoursJSON) views.HoursPage {
	p := views.HoursPage{Shell: c.Shell("Off-peak hours", "batches"), Tabs: tabs(hours), CanChange: c.Actor().Role.AtLeast(batch.MaySet), Now: inWords(now), Whose: "Your organization's.", Opens: typed.Opens, Closes: typed.Closes, Zone: typed.Zone}
	if !kept {
		p.Whose = "As long as nobody chooses others."
	}
	for _, d := range weekdays {
		word := strings.ToLower(d.String())
		p.Days = append(p.Days, views.Day{Value: word, Label: d.String(), Checked: slices.Contains(typed.Days, word)})
	}
	p.Facts = []ui.Fact{{Label: "Now", Value: "It is off-peak."}, {Label: "Who changes them", Value: "Admins"}}
	if !now.In(c.Now()) {
		p.Facts[0] = ui.Fact{Label: "They begin", Body: ui.Time(c.When(now.Next(c.Now())))}
	}
	return p
}

func (h *Handlers) setHours(c *web.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	typed := hoursJSON{Zone: form.Get("zone"), Opens: form.Get("opens"), Closes: form.Get("closes"), Days: form["days"]}
	in, err := typed.read()
	if err == nil {
		_, err = h.Batches.SetHours(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		off, kept, err := h.Batches.Hours(c.Ctx(), c.Actor())
		if err != nil {
			return err
		}
		p := hoursPage(c, &off, kept, typed)
		p.Form, p.Errors = wrong.Form, wrong.Fields
		return c.Invalid(views.Hours(p))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. It counts for what waits and what is under way, too.")
	return c.See(hours)
}

func (h *Handlers) apiHours(c *web.Context) error {
	off, _, err := h.Batches.Hours(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, hoursShown(&off))
}

func (h *Handlers) apiSetHours(c *web.Context) error {
	in, err := web.Decode[hoursJSON](c)
	if err != nil {
		return err
	}
	off, err := in.read()
	if err != nil {
		return err
	}
	if off, err = h.Batches.SetHours(c.Ctx(), c.Actor(), off); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, hoursShown(&off))
}
