package playgroundweb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/playground"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/playground"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// teams are those that may pay, and the one that does: what was chosen, else the reader's first.
func (h *Handlers) teams(c *web.Context, s *sheet, p *views.Page) (id.Team, error) {
	all, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return id.Team{}, err
	}
	var first id.Team
	for _, t := range c.Actor().Teams {
		i := slices.IndexFunc(all, func(x org.Team) bool { return x.ID == t })
		if i < 0 || !c.Actor().InTeam(t, org.Developer) {
			continue
		}
		if first.IsZero() {
			first = t
		}
		p.Teams = append(p.Teams, ui.Option{Value: t.String(), Label: all[i].Name})
	}
	team := s.team()
	if team.IsZero() {
		team = first
	}
	i := slices.IndexFunc(p.Teams, func(o ui.Option) bool { return o.Value == team.String() })
	if i < 0 {
		team, i = first, 0
	}
	if len(p.Teams) > 0 {
		p.Team, p.TeamName = team.String(), p.Teams[i].Label
	}
	return team, nil
}

// columns are the rows of models: as typed, or two that are empty.
func columns(s *sheet, p *views.Page, wrong web.Refusal) {
	for i := range s.Values["model"] {
		n := strconv.Itoa(i)
		var said *views.Answer
		if text := s.at("answer", i); text != "" { // it was paid for, and is kept nowhere else
			said = &views.Answer{Text: text}
		}
		p.Columns = append(p.Columns, views.Column{Answer: said, Model: s.at("model", i), Temperature: s.at("temperature", i), MaxTokens: s.at("max_tokens", i),
			Wrong: views.ColumnErrors{Model: wrong.Fields["model."+n], Temperature: wrong.Fields["temperature."+n], MaxTokens: wrong.Fields["max_tokens."+n]}})
	}
	for len(p.Columns) < 2 && s.Get("act") == "" {
		c := views.Column{MaxTokens: strconv.Itoa(playground.DefaultOutput)}
		if n := len(p.Columns); n < len(p.Suggest) && n == 0 {
			c.Model = p.Suggest[n]
		}
		p.Columns = append(p.Columns, c)
	}
	p.Most = playground.MostColumns
}

// variables are what has to be filled in. Texts that are no templates yet, as something is being typed, need nothing that is known.
func (h *Handlers) variables(c *web.Context, s *sheet, p *views.Page, wrong web.Refusal) error {
	if !p.Template {
		return nil
	}
	t := s.talk()
	sketch, err := h.ground.Sketch(c.Ctx(), c.Actor(), &t)
	if said, ok := web.Refused(err); ok {
		for name, text := range said.Fields {
			if strings.HasPrefix(name, "messages") && p.Errors["messages"] == "" {
				p.Errors["messages"] = text
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, v := range sketch.Needs() {
		f := views.Variable{Name: v.Name, Value: t.Values[v.Name], Hint: v.About, Required: v.Required && v.Default == nil, Options: v.Options, Error: wrong.Fields["variables."+v.Name]}
		if v.Type == "boolean" {
			f.Options = []string{"true", "false"}
		}
		if v.Default != nil {
			f.Hint = strings.TrimSpace(f.Hint + " Without: " + string(v.Default) + ".")
		}
		p.Variables = append(p.Variables, f)
	}
	return nil
}
