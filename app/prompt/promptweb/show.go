package promptweb

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) show(c *web.Context) error { return h.shown(c, false, nil) }

// shown is a prompt's page; change puts in what somebody typed, and what is wrong with it.
func (h *Handlers) shown(c *web.Context, wrong bool, change func(p *views.ShowPage)) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	opinions, err := h.library.Opinions(c.Ctx(), c.Actor(), f.ID)
	if err != nil {
		return err
	}
	spent, err := h.spent(c, asked(&f))
	if err != nil {
		return err
	}
	v := current(&f)
	if n, err := strconv.Atoi(or(c.QueryParam("version"), c.FormValue("version"))); err == nil {
		if other, ok := f.Version(n); ok {
			v = other
		}
	}
	p := views.ShowPage{Shell: c.Shell(f.Name, "prompts"), Name: f.Name, About: f.About, Href: href(&f), CanChange: prompt.May(c.Actor(), &f.Prompt), UsageSpan: "Figures of the last 30 days, as far as you may see them."}
	if p.Shown, err = version(&f, v, c.QueryParam("against")); err != nil {
		return err
	}
	timed, err := h.timings(c, &f, spent)
	if err != nil {
		return err
	}
	p.Facts, p.Models = facts(&f, spent), models(&f, spent, timed)
	p.ModelsNote = "The last 30 days. Times are what clients waited, of the newest " + web.Count(usage.MostTimed) + " requests for each version; answers from the cache are left out."
	h.estimated(c, &p, &f, v)
	p.Delete = ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete the prompt “" + f.Name + "”?", Text: "With all its versions. Requests that ask for it are refused within a second.", Action: p.Href + "/delete", Button: "Delete prompt", Kind: ui.Destructive}
	p.Label = views.LabelForm{Version: strconv.Itoa(v.Number), MayProtect: prompt.Guards(c.Actor()), Errors: map[string]string{}}
	for _, l := range f.Labels {
		row := views.LabelRow{Name: l.Name, Version: "Version " + strconv.Itoa(l.Number), By: l.By, When: c.When(l.At), Protected: l.Protected}
		if p.CanChange && (!l.Protected || prompt.Guards(c.Actor())) {
			row.Remove = &ui.ConfirmProps{Label: "Remove", Icon: "x", Small: true, Title: "Remove the label “" + l.Name + "”?", Text: "Requests that name it are refused.", Action: p.Href + "/labels/delete", Button: "Remove label", Kind: ui.Destructive, Name: "label", Value: l.Name}
		}
		p.Labels = append(p.Labels, row)
	}
	for i := range f.Versions {
		p.Versions = append(p.Versions, versionRow(c, &f, &f.Versions[i], spent, timed, p.CanChange))
		p.Versions[i].Shown = f.Versions[i].Number == v.Number
		n := strconv.Itoa(f.Versions[i].Number)
		p.Label.Versions = append(p.Label.Versions, ui.Option{Value: n, Label: "Version " + n})
	}
	p.Rate = views.RateForm{Stars: "0", Version: strconv.Itoa(v.Number), Errors: map[string]string{}}
	for _, o := range opinions {
		p.Opinions = append(p.Opinions, opinion(c, o))
		if o.Member == c.Actor().Member {
			p.Rate.Stars, p.Rate.Comment = strconv.Itoa(o.Stars), o.Comment
		}
	}
	p.Snippets = snippets(c, &f, v)
	needs, err := h.library.Needs(c.Ctx(), c.Actor(), f.ID, v.Number)
	if err != nil {
		return err
	}
	p.Try.Version = strconv.Itoa(v.Number)
	for i := range needs {
		p.Try.Fields = append(p.Try.Fields, tryField(&needs[i]))
	}
	if change != nil {
		change(&p)
	}
	if wrong {
		return c.Invalid(views.Show(p))
	}
	return c.Render(views.Show(p))
}
