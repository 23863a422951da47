package documentweb

import (
	"net/url"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/document"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// mostSuggested is how many models are offered while one types; any other may be typed.
const mostSuggested = 500

func (h *Handlers) show(tab string) func(*web.Context) error {
	return func(c *web.Context) error {
		s := &sheet{Values: url.Values{"team": {c.QueryParam("team")}, "tool": {c.QueryParam("tool")}, "model": {c.QueryParam("model")}}}
		return h.filled(c, s, tab, nil, nil)
	}
}

// open makes the reader's session for a team, and shows the page that they came from.
func (h *Handlers) open(c *web.Context) error {
	tab := c.FormValue("tab")
	if tab != views.Transcribe && tab != views.Speak {
		tab = views.Read
	}
	s := &sheet{Values: url.Values{"team": {c.FormValue("team")}}}
	err := h.purse.Open(c.Ctx(), c.Actor(), s.team())
	if err != nil {
		return h.filled(c, s, tab, err, nil)
	}
	to := root
	if tab != views.Read {
		to += "/" + tab
	}
	return c.See(to + "?" + url.Values{"team": {s.team().String()}}.Encode())
}

// acted does what the buttons about the team that pays do, and reports whether one was pressed. That another one pays needs no doing:
// the form comes back with it.
func (h *Handlers) acted(c *web.Context, s *sheet) (bool, error) {
	act := s.Get("act")
	team, opens := strings.CutPrefix(act, "open.")
	if !opens {
		return act == "team", nil
	}
	s.Set("team", team)
	return true, h.purse.Open(c.Ctx(), c.Actor(), s.team())
}

// filled is a page with what was typed, what is wrong with it, and what came of it.
func (h *Handlers) filled(c *web.Context, s *sheet, tab string, err error, came *views.Outcome) error {
	wrong, mendable := web.Refused(err)
	if err != nil && !mendable {
		return err
	}
	p := views.Page{Shell: c.Shell("Documents", "documents"), Tab: tab, Form: wrong.Form, Errors: wrong.Fields, Tool: s.Get("tool"), Model: s.Get("model"), Most: s.Get("max_cost_usd"),
		Lang: s.Get("language"), Text: s.Get("text"), Voice: s.Get("voice"), Outcome: came}
	if p.Errors == nil {
		p.Errors = map[string]string{}
	}
	for _, t := range tool.Tools {
		p.Tools = append(p.Tools, views.Tool{Name: t.Name, Title: t.Title, What: t.What})
	}
	for _, v := range tool.Voices {
		p.Voices = append(p.Voices, ui.Option{Value: v, Label: v})
	}
	if err := h.paying(c, s, &p); err != nil {
		return err
	}
	p.Models = p.Models[:min(len(p.Models), mostSuggested)]
	if mendable || p.Errors["team"] != "" {
		return c.Invalid(views.Show(p))
	}
	return c.Render(views.Show(p))
}

// paying finds the team that pays, and what may be asked for it. Where the chosen one's session asks nothing, the one that paid until now
// pays on: the page to open a session on has no room for what was typed.
func (h *Handlers) paying(c *web.Context, s *sheet, p *views.Page) error {
	team, err := h.teams(c, s, p)
	if err != nil {
		return err
	}
	p.Models, err = h.purse.Models(c.Ctx(), c.Actor(), team)
	closed, ok := web.Refused(err)
	if !ok {
		return err
	}
	_, there, err := h.purse.Session(c.Ctx(), c.Actor(), team)
	if err != nil {
		return err
	}
	if paid := s.Get("paid"); paid != "" && paid != p.Team {
		if p.Errors["team"] = closed.Fields["team"]; !there {
			p.Unopened = ui.Option{Value: p.Team, Label: p.TeamName}
		}
		p.Teams, p.Team, p.TeamName = nil, "", ""
		s.Set("team", paid)
		s.Del("paid")
		return h.paying(c, s, p)
	}
	if p.Closed = true; there {
		p.Why = closed.Fields["team"]
	}
	return nil
}

// teams are those that may pay, and the one that does: what was chosen, else the reader's first.
func (h *Handlers) teams(c *web.Context, s *sheet, p *views.Page) (id.Team, error) {
	all, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return id.Team{}, err
	}
	chosen := s.team()
	for _, t := range c.Actor().Teams {
		i := slices.IndexFunc(all, func(x org.Team) bool { return x.ID == t })
		if i < 0 || !c.Actor().InTeam(t, org.Developer) {
			continue
		}
		p.Teams = append(p.Teams, ui.Option{Value: t.String(), Label: all[i].Name})
		if p.Team == "" || t == chosen {
			p.Team, p.TeamName = t.String(), all[i].Name
		}
	}
	team, _ := id.ParseTeam(p.Team) // "" without a team
	return team, nil
}

// save gives a result back as a file. It was never kept, so the page sends it along.
func (h *Handlers) save(c *web.Context) error {
	s, err := read(c)
	if err != nil {
		return err
	}
	kind, ok := kinds[s.Get("kind")]
	if !ok {
		return fault.Field("kind", "A result is saved as json, csv, txt, srt or vtt.")
	}
	return c.Download("result."+s.Get("kind"), kind, func() error {
		_, err := c.Response().Write([]byte(s.Get("text")))
		return err
	})
}

var kinds = map[string]string{"json": "application/json", "csv": "text/csv; charset=utf-8", "txt": "text/plain; charset=utf-8", "srt": "application/x-subrip; charset=utf-8", "vtt": "text/vtt; charset=utf-8"}
