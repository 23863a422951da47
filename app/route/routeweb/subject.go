package routeweb

import (
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// rulePages are the pages of an alias's rules, and the same ones of the organization's own.
func (h *Handlers) rulePages() []web.Route {
	var out []web.Route
	for _, of := range []struct{ base, name, changed, back string }{
		{"/aliases/:id/rules", "rules", "alias.updated", "alias.rolled_back"}, {"/models/rules", "general", "routing.updated", "routing.rolled_back"},
	} {
		page := func(path, name string, handle func(*web.Context) error) {
			out = append(out, web.Route{Method: http.MethodGet, Path: of.base + path, Name: of.name + "." + name, Guard: web.Person, Floor: route.MayChange, Handle: handle})
		}
		act := func(path, name, audit string, handle func(*web.Context) error) {
			out = append(out, web.Route{Method: http.MethodPost, Path: of.base + path, Name: of.name + "." + name, Guard: web.Person, Floor: route.MayChange, Audit: audit, Handle: handle})
		}
		page("", "show", h.rules)
		act("", "save", of.changed, h.saveRules)
		page("/yaml", "yaml", h.yamlPage)
		act("/yaml", "yaml_save", of.changed, h.saveYAML)
		page("/try", "try", h.tryPage)
		page("/versions", "versions", h.versionsPage)
		act("/versions", "rollback", of.back, h.rollbackPage)
	}
	return append(out,
		web.Route{Method: http.MethodGet, Path: "/models/rehearsals/:id", Name: "rehearsals.show", Guard: web.Person, Floor: route.MayChange, Handle: h.rehearsalPage},
		web.Route{Method: http.MethodPost, Path: "/models/rehearsals/:id", Name: "rehearsals.apply", Guard: web.Person, Floor: route.MayChange, Audit: "alias.updated", Handle: h.applyRehearsal},
	)
}

// subject is whose rules a page is about: an alias's, or the organization's own.
type subject struct {
	alias *route.Alias // nil for the organization
	names route.Names
	doc   route.Document
}

func (h *Handlers) subject(c *web.Context) (s subject, err error) {
	if s.names, err = h.aliases.Names(c.Ctx(), c.Actor()); err != nil {
		return s, err
	}
	if c.Param("id") == "" {
		p, err := h.aliases.Policy(c.Ctx(), c.Actor())
		s.doc = s.names.General(p)
		return s, err
	}
	a, err := h.get(c)
	if err != nil {
		return s, err
	}
	s.alias, s.doc = &a, s.names.Document(a)
	return s, nil
}

func (s *subject) which() id.Alias {
	if s.alias == nil {
		return id.Alias{}
	}
	return s.alias.ID
}

func (s *subject) base() string {
	if s.alias == nil {
		return "/models/rules"
	}
	return "/aliases/" + s.alias.ID.String() + "/rules"
}

func (s *subject) title() string {
	if s.alias == nil {
		return "Rules for any model"
	}
	return "Rules of " + s.alias.Name
}

// frame is what the pages of a subject share; tab is the path behind its base.
func (s *subject) frame(c *web.Context, tab string) views.RuleFrame {
	f := views.RuleFrame{Shell: c.Shell(s.title(), "models"), Title: s.title(), Base: s.base(), General: s.alias == nil,
		Crumbs: []ui.Crumb{{Label: "Models & aliases", Href: "/models"}}}
	if s.alias != nil {
		f.Crumbs = append(f.Crumbs, ui.Crumb{Label: s.alias.Name, Href: "/aliases/" + s.alias.ID.String()})
		for _, t := range s.doc.Targets {
			f.Targets = append(f.Targets, t.To)
		}
		f.Alias = s.alias.Name
	}
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: "Rules"})
	for _, t := range []struct{ label, path string }{{"Rules", ""}, {"Fallback", "/fallback"}, {"YAML", "/yaml"}, {"Dry run", "/try"}, {"Versions", "/versions"}} {
		f.Tabs = append(f.Tabs, ui.Tab{Label: t.label, Href: s.base() + t.path, Active: t.path == tab})
	}
	return f
}

// save stores a document of the subject's.
func (h *Handlers) save(c *web.Context, s *subject, d route.Document) error {
	if s.alias == nil {
		_, err := h.aliases.SetGeneral(c.Ctx(), c.Actor(), s.seen(c, d))
		return err
	}
	_, err := h.aliases.Rewrite(c.Ctx(), c.Actor(), s.alias.ID, d)
	return err
}

// seen is a document with the version that its form was made of. A form from before the organization had rules says 0, which would not
// ask.
func (s *subject) seen(c *web.Context, d route.Document) route.Document {
	if s.alias == nil && c.FormValue("version") == "0" {
		d.Version = -1
	}
	return d
}

// said is a refusal as one text, for pages that have one field for everything: each with its place.
func said(r web.Refusal) string {
	var out []string
	if r.Form != "" {
		out = append(out, r.Form)
	}
	for _, field := range sorted(r.Fields) {
		out = append(out, field+": "+r.Fields[field])
	}
	return strings.Join(out, " ")
}
