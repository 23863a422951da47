package routeweb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) yamlPage(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	text, err := writeYAML(s.doc)
	if err != nil {
		return err
	}
	return c.Render(views.YAML(views.YAMLPage{RuleFrame: s.frame(c, "/yaml"), Text: text, Version: fmt.Sprint(s.doc.Version)}))
}

func (h *Handlers) saveYAML(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	text := c.FormValue("yaml")
	docs, err := readYAML("yaml", text)
	if err == nil && len(docs) > 1 {
		err = fault.Field("yaml", "This page holds one route. Apply a file of several with bodhi route apply.")
	}
	if err == nil {
		docs[0].Version, _ = strconv.ParseInt(c.FormValue("version"), 10, 64)
		if s.alias == nil && docs[0].Alias != "" {
			err = fault.Field("yaml", "The organization's own rules have no alias. Leave that line out.")
		} else {
			err = h.save(c, &s, docs[0])
		}
	}
	if wrong, ok := web.Refused(err); ok {
		words := said(wrong)
		if only := wrong.Fields["yaml"]; only != "" {
			words = only
		}
		return c.Invalid(views.YAML(views.YAMLPage{RuleFrame: s.frame(c, "/yaml"), Text: text, Version: c.FormValue("version"), Error: words}))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. The next request goes by these rules.")
	return c.See(s.base() + "/yaml")
}

// tryPage is the dry run of what is saved. It is a GET: a question is a link that can be sent to somebody.
func (h *Handlers) tryPage(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	p := views.TryPage{RuleFrame: s.frame(c, "/try"), Asked: c.QueryParam("asked") != ""}
	q, err := h.question(c, &s, &p)
	if err == nil && p.Asked {
		var plan route.Plan
		var trace route.Trace
		if plan, trace, err = h.aliases.DryRun(c.Ctx(), c.Actor(), h.table, q); err == nil {
			p.Result = presentDry(plan, trace)
		}
	}
	if wrong, ok := web.Refused(err); ok {
		p.Error = said(web.Refusal{Form: wrong.Form})
		for _, field := range sorted(wrong.Fields) {
			p.Error += wrong.Fields[field]
		}
		return c.Invalid(views.Try(p))
	}
	if f := fault.From(err); err != nil && f.Kind == fault.NotFound && f.Code == "model_not_found" {
		p.Error = f.Public
		return c.Invalid(views.Try(p))
	}
	if err != nil {
		return err
	}
	return c.Render(views.Try(p))
}

// tried are the words that the form asks for, with what they start as.
var tried = []struct{ name, label, start, suffix string }{
	{"model", "Model asked for", "", ""}, {"at", "When", "", ""}, {"team", "Team", "", ""}, {"member", "Member (e-mail)", "", ""}, {"role", "Role", "", ""}, {"key", "Key (name)", "", ""},
	{"endpoint", "Endpoint", "chat", ""}, {"dialect", "Dialect", "openai", ""}, {"client", "App", "", ""}, {"tags", "Tags", "", ""}, {"input_tokens", "Input", "1000", "tokens"},
	{"budget_used", "Budget used", "0", "%"}, {"priority", "Priority", "normal", ""}, {"end_user", "End user", "", ""}, {"session", "Session", "", ""}, {"purpose", "Purpose", "", ""},
}

// question reads the form and fills the page's fields with what was typed.
func (h *Handlers) question(c *web.Context, s *subject, p *views.TryPage) (q route.Question, err error) {
	get := map[string]string{}
	for _, t := range tried {
		v := strings.TrimSpace(c.QueryParam(t.name))
		if v == "" && !p.Asked {
			if v = t.start; t.name == "model" && s.alias != nil {
				v = s.alias.Name
			}
		}
		get[t.name] = v
		f := views.TryField{Name: t.name, Label: t.label, Value: v, Suffix: t.suffix}
		if w, ok := route.WordOf(t.name); ok && len(w.Choices) > 0 {
			f.Options = []ui.Option{{Value: "", Label: "Any"}}
			for _, choice := range w.Choices {
				f.Options = append(f.Options, ui.Option{Value: choice, Label: choice})
			}
		}
		switch t.name {
		case "at":
			f.Hint = "2026-11-26 18:30 in " + c.Zone().String() + "; now if left out."
		case "role":
			f.Hint = "The member's, if left out."
		case "tags":
			f.Hint = "project=apollo,client=acme"
		case "model":
			for _, a := range s.names.Aliases {
				f.Suggest = append(f.Suggest, a.Name)
			}
		}
		p.Fields = append(p.Fields, f)
	}
	has := map[string]bool{}
	for _, w := range route.Words {
		if w.Kind == route.YesNo && w.Name != "holiday" && w.Name != "workday" {
			has[w.Name] = c.QueryParam(w.Name) != ""
			p.Fields = append(p.Fields, views.TryField{Name: w.Name, Label: strings.ReplaceAll(w.Name, "_", " "), Box: true, Checked: has[w.Name]})
		}
	}
	in := dryInput{Model: get["model"], Team: get["team"], Member: get["member"], Role: get["role"], Key: get["key"], Endpoint: get["endpoint"], Dialect: get["dialect"], Client: get["client"],
		Priority: get["priority"], EndUser: get["end_user"], Session: get["session"], Purpose: get["purpose"], Tags: pairs(get["tags"]), ServiceAccount: has["service_account"], Stream: has["stream"],
		Tools: has["tools"], Images: has["images"], Audio: has["audio"], Files: has["files"], JSONSchema: has["json_schema"], Reasoning: has["reasoning"]}
	if in.InputTokens, err = count("input_tokens", "Input", get["input_tokens"]); err != nil {
		return q, err
	}
	if in.BudgetUsed, err = count("budget_used", "Budget used", get["budget_used"]); err != nil {
		return q, err
	}
	if get["at"] != "" {
		at, err := time.ParseInLocation("2006-01-02 15:04", strings.Replace(get["at"], "T", " ", 1), c.Zone())
		if err != nil {
			return q, fault.Field("at", fmt.Sprintf("%q is not a moment. Write it as 2026-11-26 18:30, or leave it out for now.", get["at"]))
		}
		in.At = &at
	}
	if p.Asked && in.Model == "" {
		return q, fault.Field("model", "Say which model or alias is asked for.")
	}
	return in.question(), nil
}

func count(field, label, s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fault.Field(field, label+" is a whole number, 0 or more.")
	}
	return n, nil
}

func pairs(s string) map[string]string {
	out := map[string]string{}
	for pair := range strings.SplitSeq(s, ",") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			out[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return out
}

func presentDry(p route.Plan, tr route.Trace) views.DryResult {
	out := views.DryResult{Route: p.Route, Why: p.Why, Words: p.Words()}
	for _, t := range p.Targets {
		out.Targets = append(out.Targets, views.DryTarget{Name: t.Connection.Name + "/" + t.Model, Why: t.Why})
	}
	for _, s := range tr.Steps {
		step := views.DryStep{Of: s.Of, Rule: s.Rule, When: s.When, Why: s.Why, Decided: s.Decided, Matched: s.Matched}
		for _, part := range s.Parts {
			step.Parts = append(step.Parts, views.DryPart{Text: part.Text, Value: part.Value, Holds: part.Holds})
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}
