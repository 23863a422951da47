package playgroundweb

import (
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/playground"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/playground"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// mostSuggested is how many models are offered while one types; any other may be typed.
const mostSuggested = 500

// show is the empty form, or one that begins with a prompt of the library, a logged request or named models.
func (h *Handlers) show(c *web.Context) error {
	s := &sheet{Values: url.Values{"team": {c.QueryParam("team")}}}
	for _, t := range c.QueryParams()["target"] {
		s.addColumn(t, "", "")
	}
	if err := h.fromRequest(c, s, c.QueryParam("request")); err != nil {
		return err
	}
	if err := h.fromPrompt(c, s, c.QueryParam("prompt"), c.QueryParam("version")); err != nil {
		return err
	}
	return h.filled(c, s, nil, nil)
}

// open makes the reader's session for a team, and shows the form.
func (h *Handlers) open(c *web.Context) error {
	team, _ := id.ParseTeam(c.FormValue("team")) // a malformed id is no team of theirs
	back := url.Values{"team": {team.String()}}
	for _, name := range [...]string{"request", "prompt", "version", "target"} {
		if v := c.Request().Form[name]; len(v) > 0 && v[0] != "" {
			back[name] = v
		}
	}
	err := h.ground.Open(c.Ctx(), c.Actor(), team)
	if err == nil {
		return c.See(root + "?" + back.Encode())
	}
	if _, ok := web.Refused(err); !ok {
		return err
	}
	s := &sheet{Values: back}
	return h.filled(c, s, err, nil)
}

// filled is the page with what was typed, what is wrong with it, and what was answered, by row.
func (h *Handlers) filled(c *web.Context, s *sheet, err error, answers map[int]playground.Answer) error {
	wrong, mendable := web.Refused(err)
	if err != nil && !mendable {
		return err
	}
	p, err := h.page(c, s, wrong)
	if err != nil {
		return err
	}
	for i := range p.Columns {
		if a, ok := answers[i]; ok {
			shown := present(a)
			p.Columns[i].Answer = &shown
		}
	}
	if mendable || p.Errors["team"] != "" {
		return c.Invalid(views.Show(p))
	}
	return c.Render(views.Show(p))
}

func (h *Handlers) page(c *web.Context, s *sheet, wrong web.Refusal) (views.Page, error) {
	p := views.Page{Shell: c.Shell("Playground", "playground"), Form: wrong.Form, Errors: wrong.Fields, System: s.text("system"), Tools: s.text("tools"), Schema: s.text("schema"),
		Template: s.Get("template") != "", Prompt: s.Get("prompt"), Version: s.Get("version"), PromptName: s.Get("prompt_name"), Request: s.Get("request"), About: s.Get("about"), Kept: s.Get("kept") != "",
		Name: s.Get("name"), Note: s.Get("note"), Targets: s.Values["target"]}
	if p.Errors == nil {
		p.Errors = map[string]string{}
	}
	if err := h.paying(c, s, &p); err != nil || p.Closed {
		return p, err
	}
	p.Suggest = p.Suggest[:min(len(p.Suggest), mostSuggested)]
	for i := range s.Values["text"] {
		p.Messages = append(p.Messages, views.Message{Role: s.at("role", i), Text: s.at("text", i)})
	}
	if len(p.Messages) == 0 {
		p.Messages = []views.Message{{Role: "user"}}
	}
	columns(s, &p, wrong)
	var err error
	if p.MayRevise, err = h.revisable(c, p.Prompt); err != nil {
		return p, err
	}
	return p, h.variables(c, s, &p, wrong)
}

// paying finds the team that pays, and what may be asked for it. Where the playground asks nothing for the chosen one, the one that paid
// until now pays on: the page to open it on has no room for what was typed and answered.
func (h *Handlers) paying(c *web.Context, s *sheet, p *views.Page) error {
	team, err := h.teams(c, s, p)
	if err != nil {
		return err
	}
	p.Suggest, err = h.ground.Models(c.Ctx(), c.Actor(), team)
	closed, ok := web.Refused(err)
	if !ok {
		return err
	}
	_, there, err := h.ground.Session(c.Ctx(), c.Actor(), team)
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

// revisable reports whether the reader may change the prompt that the form came from.
func (h *Handlers) revisable(c *web.Context, which string) (bool, error) {
	i, err := id.ParsePrompt(which)
	if err != nil {
		return false, nil //nolint:nilerr // what is no prompt has no new version
	}
	f, err := h.library.Get(c.Ctx(), c.Actor(), i)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && prompt.May(c.Actor(), &f.Prompt), err
}
