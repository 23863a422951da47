package piiweb

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// foundJSON is what one detector found. The value itself is kept nowhere.
type foundJSON struct {
	Detector string `json:"detector"` // email, phone, ssn, card, iban, secret, ip, passport, driver_license, unreadable, or a pattern's name
	Pattern  bool   `json:"pattern"`  // it is one of the organization's own
	Action   string `json:"action"`
	Count    int    `json:"count"` // 0: the pattern could not be checked in time
	Place    string `json:"place"` // messages, system, tools, prompt, metadata, settings, form or answer; "" if it was not noted
}

// incidentJSON is a request in which data rules found something.
type incidentJSON struct {
	ID      string      `json:"id"`
	Request string      `json:"request"`
	At      time.Time   `json:"at"`
	Action  string      `json:"action"` // the strictest: log, warn, mask or block
	Found   []foundJSON `json:"found"`
	Key     string      `json:"key"`    // names, "" if there is none
	Member  string      `json:"member"` // whose key it is
	Team    string      `json:"team"`
}

type incidentList struct {
	Data    []incidentJSON `json:"data"`
	HasMore bool           `json:"has_more"`
	Next    string         `json:"next,omitempty"` // give it as ?after=
}

// tryInput is a text to be tried.
type tryInput struct {
	Scope string `json:"scope"` // the place it would be sent below; the organization by default
	Text  string `json:"text"`  // at most 64 KiB
	Way   string `json:"way"`   // request, the default, or answer
}

// tryJSON is what would become of it. The text is not repeated.
type tryJSON struct {
	Action string      `json:"action"`
	Reason string      `json:"reason"` // of a refusal
	Found  []foundJSON `json:"found"`  // with action off: detectors that no rule wants
}

func foundOut(list []pii.Found) []foundJSON {
	out := make([]foundJSON, len(list))
	for i, f := range list {
		out[i] = foundJSON{f.Detector, f.Own, f.Action.String(), f.Count, f.Place}
	}
	return out
}

func incidentOut(i pii.Incident) incidentJSON {
	return incidentJSON{ID: i.ID.String(), Request: i.Request.String(), At: i.At, Action: i.Action.String(), Found: foundOut(i.Found), Key: i.Key, Member: i.Member, Team: i.Team}
}

func (h *Handlers) apiIncidents(c *web.Context) error {
	limit, err := c.Limit()
	if err != nil {
		return err
	}
	q := pii.Query{Limit: limit, Detector: c.QueryParam("detector")}
	if q.Action, err = action("action", c.QueryParam("action"), pii.Off); err != nil {
		return err
	}
	if q.Detector != "" && !slices.Contains(detectorNames(), q.Detector) {
		return fault.Field("detector", "A detector is "+strings.Join(detectorNames(), ", ")+".")
	}
	if text := c.QueryParam("team"); text != "" {
		if q.Team, err = id.ParseTeam(text); err != nil {
			return fault.Field("team", "team is a team's id.")
		}
	}
	if text := c.QueryParam("from"); text != "" {
		if q.From, err = time.Parse(time.RFC3339, text); err != nil {
			return fault.Field("from", "from is a moment such as 2026-11-01T00:00:00Z.")
		}
	}
	if text := c.QueryParam("after"); text != "" {
		if q.Before, err = id.ParseFinding(text); err != nil {
			return fault.Field("after", "after is the next of the page before.")
		}
	}
	found, err := h.rules.Incidents(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := incidentList{Data: make([]incidentJSON, len(found.Incidents)), HasMore: !found.Next.IsZero()}
	if out.HasMore {
		out.Next = found.Next.String()
	}
	for i, one := range found.Incidents {
		out.Data[i] = incidentOut(one)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiIncident(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParseFinding, error(pii.Missing()))
	if err != nil {
		return err
	}
	one, err := h.rules.Incident(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, incidentOut(one))
}

// wayOf reads a direction; "" is a request's.
func wayOf(text string) (pii.Way, error) {
	switch text {
	case "", "request":
		return pii.Asked, nil
	case "answer":
		return pii.Answered, nil
	}
	return pii.Asked, fault.Field("way", "way is request or answer.")
}

func (h *Handlers) apiTry(c *web.Context) error {
	in, err := web.Decode[tryInput](c)
	if err != nil {
		return err
	}
	chain, err := h.below(c, in.Scope)
	if err != nil {
		return err
	}
	way, err := wayOf(in.Way)
	if err != nil {
		return err
	}
	t, err := h.rules.Try(c.Ctx(), c.Actor(), chain, way, in.Text)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, tryJSON{Action: t.Action.String(), Reason: t.Why, Found: foundOut(append(t.Found, t.Others...))})
}
