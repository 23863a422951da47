package onboardweb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/onboard"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// easy are the kinds that a key, or a key and an address, is enough for.
var easy = []provider.Kind{provider.OpenAI, provider.Anthropic, provider.Gemini, provider.Azure, provider.Compatible, provider.Ollama}

func (h *Handlers) provider(c *web.Context) error {
	page, err := h.providerPage(c, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(views.Provider(page))
}

func (h *Handlers) providerPage(c *web.Context, wrong web.Refusal) (views.ProviderPage, error) {
	frame, _, err := h.page(c, onboard.Provider, wrong)
	if err != nil {
		return views.ProviderPage{}, err
	}
	page := views.ProviderPage{Page: frame, Kind: cmp.Or(c.FormValue("kind"), string(provider.OpenAI)), Name: c.FormValue("name"), BaseURL: c.FormValue("base_url")}
	for _, k := range easy {
		o, _ := provider.OfferingOf(k)
		page.Kinds = append(page.Kinds, ui.Option{Value: string(k), Label: o.Title})
	}
	found, ok, err := h.Connections.Discover(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	if ok {
		page.Found = found.Names(6)
	}
	all, err := h.Connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	for _, r := range all {
		if r.Kind == provider.Sandbox || r.Disabled || !r.Check.OK {
			continue
		}
		page.Works = "Connected: " + r.Name + ". " + r.Check.Message
		for _, m := range r.Models {
			page.Models = append(page.Models, r.Name+"/"+m)
		}
	}
	slices.Sort(page.Models)
	names, err := h.Aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	page.Smart = cmp.Or(c.FormValue("smart"), leadsTo(names, "smart"), likely(page.Models, "gpt-5", "sonnet", "opus", "pro", "large"))
	page.Fast = cmp.Or(c.FormValue("fast"), leadsTo(names, "fast"), likely(page.Models, "mini", "haiku", "flash", "nano", "small"))
	return page, nil
}

// leadsTo is what an alias tries first; "" for the sandbox, which only keeps the place for a real model.
func leadsTo(names route.Names, alias string) string {
	i := slices.IndexFunc(names.Aliases, func(a route.Alias) bool { return a.Name == alias })
	if i < 0 {
		return ""
	}
	d := names.Document(names.Aliases[i])
	if len(d.Targets) == 0 {
		return ""
	}
	first := d.Targets[0].To
	connection, _, _ := strings.Cut(first, "/")
	if slices.ContainsFunc(names.Connections, func(r provider.ConnectionRecord) bool { return r.Kind == provider.Sandbox && r.Name == connection }) {
		return ""
	}
	return first
}

// likely is the first model whose name has the first of the words that any has; it only fills a field that people see.
func likely(models []string, words ...string) string {
	for _, w := range words {
		for _, m := range models {
			if strings.Contains(m, w) {
				return m
			}
		}
	}
	if len(models) > 0 {
		return models[0]
	}
	return ""
}

// connect makes the connection, or gives the one of that name that failed another try, and looks at once whether it works. One that does
// not is kept, out of the way of every route, so that the same form mends it.
func (h *Handlers) connect(c *web.Context) error {
	in := provider.Input{Kind: provider.Kind(c.FormValue("kind")), Name: strings.TrimSpace(c.FormValue("name")), BaseURL: strings.TrimSpace(c.FormValue("base_url")), Credential: secret.New(strings.TrimSpace(c.FormValue("credential")))}
	var err error
	if !slices.Contains(easy, in.Kind) {
		err = fault.Field("kind", "Choose one of the kinds of the list.")
	}
	in.Name = cmp.Or(in.Name, string(in.Kind))
	var check provider.Check
	if err == nil {
		check, err = h.connectAndTest(c, in)
	}
	if err == nil && !check.OK {
		field := "credential"
		if check.Blame != provider.BlameCredential {
			field = "base_url"
		}
		err = fault.Field(field, check.Message)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.providerPage(c, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(views.Provider(page))
	}
	if err != nil {
		return err
	}
	c.Flash("It works.")
	return c.See(href(onboard.Provider))
}

func (h *Handlers) connectAndTest(c *web.Context, in provider.Input) (provider.Check, error) {
	all, err := h.Connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return provider.Check{}, err
	}
	i := slices.IndexFunc(all, func(r provider.ConnectionRecord) bool { return r.Name == in.Name && r.Kind == in.Kind })
	var r provider.ConnectionRecord
	switch {
	case i < 0:
		r, err = h.Connections.Create(c.Ctx(), c.Actor(), in)
	case all[i].Check.OK || all[i].Check.IsZero(): // somebody's apps may go through it: this form must not take its key away
		err = fault.Field("name", "There is a connection of this name. Give this account another name, or change that one under Connections.")
	default:
		r, err = h.Connections.Update(c.Ctx(), c.Actor(), all[i].ID, in)
	}
	if err != nil {
		return provider.Check{}, err
	}
	return h.Connections.Test(c.Ctx(), c.Actor(), r.ID)
}

// found connects the server on this machine, if it is still there.
func (h *Handlers) found(c *web.Context) error {
	f, ok, err := h.Connections.Discover(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if !ok {
		c.Warn("Nothing is there to connect any more: it was connected meanwhile, or stopped.")
		return c.See(href(onboard.Provider))
	}
	all, err := h.Connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	check, err := h.connectAndTest(c, provider.Input{Kind: f.Kind, Name: freeName(string(f.Kind), all)})
	if err != nil {
		return err
	}
	if check.OK {
		c.Flash(check.Message)
	} else {
		c.Warn(check.Message)
	}
	return c.See(href(onboard.Provider))
}

// freeName is the name itself, or with a number if there is a connection of that name: one elsewhere is not this machine's.
func freeName(wanted string, there []provider.ConnectionRecord) string {
	name := wanted
	for n := 2; slices.ContainsFunc(there, func(r provider.ConnectionRecord) bool { return r.Name == name }); n++ {
		name = fmt.Sprintf("%s-%d", wanted, n)
	}
	return name
}

// models point the two names that apps ask for at what was chosen.
func (h *Handlers) models(c *web.Context) error {
	names, err := h.Aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	there := names.Aliases
	for _, name := range []string{"smart", "fast"} {
		target := strings.TrimSpace(c.FormValue(name))
		if target != "" && target == leadsTo(names, name) {
			continue // somebody went back and on: switching would end the alias's strategy
		}
		i := slices.IndexFunc(there, func(a route.Alias) bool { return a.Name == name })
		if i < 0 {
			_, err = h.Aliases.Create(c.Ctx(), c.Actor(), route.Input{Name: name, Targets: []string{target}})
		} else {
			_, err = h.Aliases.Switch(c.Ctx(), c.Actor(), there[i].ID, target, false)
		}
		if wrong, ok := web.Refused(err); ok {
			text := wrong.Form
			for _, t := range wrong.Fields {
				text = cmp.Or(text, t)
			}
			page, err := h.providerPage(c, web.Refusal{Fields: map[string]string{name: text}})
			if err != nil {
				return err
			}
			return c.Invalid(views.Provider(page))
		}
		if err != nil {
			return err
		}
	}
	c.Flash("smart and fast lead to your own models.")
	return c.See(href(onboard.Template))
}

func (h *Handlers) template(c *web.Context) error {
	frame, _, err := h.page(c, onboard.Template, web.Refusal{})
	if err != nil {
		return err
	}
	page := views.TemplatePage{Page: frame}
	for _, t := range blueprint.Templates() {
		page.Cards = append(page.Cards, views.Card{Name: t.Name, Title: t.Title, About: t.About})
	}
	return c.Render(views.Template(page))
}
