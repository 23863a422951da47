package piiweb

import (
	"net/url"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/pii"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ranges are the spans of time that the list offers, in days; 0 is all.
var ranges = []struct {
	name, label string
	days        int
}{{"day", "Last 24 hours", 1}, {"week", "Last 7 days", 7}, {"month", "Last 30 days", 30}, {"all", "All that is kept", 0}}

const defaultRange = "month"

func (h *Handlers) incidents(c *web.Context) error {
	q, f, none, err := h.question(c)
	if err != nil {
		return err
	}
	page := views.IncidentsPage{Shell: c.Shell("Incidents", "pii"), Tabs: tabs(incidents), Filter: f, None: none,
		Sub: "Requests in which a data rule found something that you may see. What it was is kept nowhere. Times are in " + c.Zone().String() + "."}
	if none.Title != "" {
		return c.Render(views.Incidents(page))
	}
	var found pii.Page
	if f.ID != "" {
		which, err := id.ParseFinding(f.ID)
		one, missing := pii.Incident{}, err
		if err == nil {
			one, missing = h.rules.Incident(c.Ctx(), c.Actor(), which)
		}
		if missing == nil {
			found.Incidents = []pii.Incident{one}
		} else if err == nil && !fault.Is(missing, fault.NotFound) {
			return missing
		}
	} else if found, err = h.rules.Incidents(c.Ctx(), c.Actor(), q); err != nil {
		return err
	}
	for _, i := range found.Incidents {
		page.Rows = append(page.Rows, incident(c, i))
	}
	page.None = nothing(f)
	if !q.Before.IsZero() {
		page.Pager.Newer = address(c, "")
	}
	if !found.Next.IsZero() {
		page.Pager.Older = address(c, found.Next.String())
	}
	return c.Render(views.Incidents(page))
}

// question reads the filters from the URL. What makes no sense is said in place of the list.
func (h *Handlers) question(c *web.Context) (q pii.Query, f views.Filter, none ui.EmptyProps, err error) {
	f = views.Filter{Range: c.QueryParam("range"), Action: c.QueryParam("action"), Detector: c.QueryParam("detector"), Team: c.QueryParam("team"), ID: strings.TrimSpace(c.QueryParam("id"))}
	if f.Range == "" {
		f.Range = defaultRange
	}
	f.Active = f.Range != defaultRange || f.Action+f.Detector+f.Team+f.ID != ""
	f.Actions = []ui.Option{{Value: "", Label: "Any"}, {Value: "block", Label: "Blocked"}, {Value: "mask", Label: "Masked"}, {Value: "warn", Label: "Warned"}, {Value: "log", Label: "Logged"}}
	f.Detectors = []ui.Option{{Value: "", Label: "Anything"}}
	for _, k := range pii.Kinds {
		f.Detectors = append(f.Detectors, ui.Option{Value: k.Name(), Label: capital(k.Title())})
		if k.Name() == f.Detector {
			q.Detector = f.Detector
		}
	}
	f.Detectors = append(f.Detectors, ui.Option{Value: pii.Unreadable, Label: "Pictures, sound and files that cannot be read"})
	if f.Detector == pii.Unreadable {
		q.Detector = f.Detector
	}
	for _, r := range ranges {
		f.Ranges = append(f.Ranges, ui.Option{Value: r.name, Label: r.label})
		if r.name == f.Range && r.days > 0 {
			q.From = c.Now().Add(-time.Duration(r.days) * 24 * time.Hour)
		}
	}
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return q, f, none, err
	}
	f.Choose = []ui.Option{{Value: "", Label: "Any team"}}
	for _, t := range teams {
		f.Choose = append(f.Choose, ui.Option{Value: t.ID.String(), Label: t.Name})
	}
	q.Action, _ = pii.ParseAction(f.Action)
	bad := func(title string) (pii.Query, views.Filter, ui.EmptyProps, error) {
		return q, f, ui.EmptyProps{Kind: ui.FilteredOut, Title: title, Text: "Begin at the top again.", Label: "Clear filters", Href: incidents}, nil
	}
	if f.Team != "" {
		if q.Team, err = id.ParseTeam(f.Team); err != nil {
			return bad("There is no such team")
		}
	}
	if after := c.QueryParam("after"); after != "" {
		if q.Before, err = id.ParseFinding(after); err != nil {
			return bad("This page of the list is gone")
		}
	}
	return q, f, none, nil
}

func address(c *web.Context, after string) string {
	v := url.Values{}
	for _, name := range []string{"range", "action", "detector", "team"} {
		if text := c.QueryParam(name); text != "" {
			v.Set(name, text)
		}
	}
	if after != "" {
		v.Set("after", after)
	}
	if len(v) == 0 {
		return incidents
	}
	return incidents + "?" + v.Encode()
}

func incident(c *web.Context, i pii.Incident) views.Incident {
	who := i.Team
	if i.Member != "" {
		who = strings.TrimPrefix(i.Member+" · "+i.Team, " · ")
	}
	key := i.Key
	if key == "" {
		key = "a key that is gone"
	}
	return views.Incident{ID: i.ID.String(), At: c.When(i.At), Found: words(i.Found), Key: key, Who: who, Status: status(i.Action), Request: "/requests/" + i.Request.String()}
}

func nothing(f views.Filter) ui.EmptyProps {
	if f.Active {
		return ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nothing matches", Text: "No incident that you may see fits these filters.", Label: "Clear filters", Href: incidents}
	}
	return ui.EmptyProps{Kind: ui.NeverAny, Icon: "shield-check", Title: "No incidents", Text: "In the last 30 days no data rule found anything in requests that you may see. Without rules nothing is looked for.", Label: "Data rules", Href: root}
}

func (h *Handlers) trial(c *web.Context) error {
	page, err := h.tryPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Try(page))
}

func (h *Handlers) tryPage(c *web.Context) (views.TryPage, error) {
	page := views.TryPage{Shell: c.Shell("Try a text", "pii"), Tabs: tabs("try"), Text: c.FormValue("text"), Way: c.FormValue("way")}
	places := h.places()
	places.Reading = true
	chosen := c.FormValue("scope")
	if chosen == "" {
		chosen = org.OfOrg(c.Actor().Org).String()
	}
	place, err := places.Pick(c, chosen)
	place.Label, place.Page = "Sent below", root+"/try"
	page.Place = place.Hinted("Rules on it and on everything above it bind.")
	return page, err
}

func (h *Handlers) places() web.Places { return web.Places{People: h.people, Keys: h.keys} }

// below reads the place that something would be sent below; "" is the organization.
func (h *Handlers) below(c *web.Context, text string) (org.Chain, error) {
	if text == "" {
		return org.Chain{Org: c.Actor().Org}, nil
	}
	return h.places().Chain(c, org.ReadScope(c.Actor().Org, text))
}

// try answers with the page itself: nothing is changed, so there is nothing to be redirected to.
func (h *Handlers) try(c *web.Context) error {
	if _, searching := c.Sought(); searching {
		return h.trial(c)
	}
	chain, err := h.below(c, c.FormValue("scope"))
	if err != nil {
		return err
	}
	way, err := wayOf(c.FormValue("way"))
	if err != nil {
		return err
	}
	t, err := h.rules.Try(c.Ctx(), c.Actor(), chain, way, c.FormValue("text"))
	wrong, refused := web.Refused(err)
	if err != nil && !refused {
		return err
	}
	page, err := h.tryPage(c)
	if err != nil {
		return err
	}
	if refused {
		page.Error = wrong.Fields["text"]
		return c.Invalid(views.Try(page))
	}
	page.Result = result(t)
	return c.Render(views.Try(page))
}

func result(t pii.Trial) *views.TryResult {
	r := &views.TryResult{Tone: ui.Good, Verdict: "It would leave as it is.", Why: t.Why, Text: t.Text}
	switch t.Action {
	case pii.Block:
		r.Tone, r.Verdict, r.Why = ui.Bad, "It would be refused.", capital(t.Why)+"."
	case pii.Mask:
		r.Tone, r.Verdict = ui.Warn, "It would leave with placeholders."
	case pii.Warn:
		r.Tone, r.Verdict = ui.Warn, "It would leave as it is, with a warning for the client."
	case pii.Log:
		r.Verdict = "It would leave as it is, and be noted as an incident."
	}
	if t.Action != pii.Mask {
		r.Text = ""
	}
	for _, f := range append(t.Found, t.Others...) {
		what := f.Words()
		if f.Count == 0 {
			what = words([]pii.Found{f})
		}
		does := status(f.Action)
		r.Found = append(r.Found, views.TryFound{What: capital(what), Does: does})
	}
	return r
}
