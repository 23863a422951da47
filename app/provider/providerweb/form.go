package providerweb

import (
	"cmp"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/provider"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) newPage(c *web.Context, o provider.Offering, in provider.Input, wrong web.Refusal) templ.Component {
	page := views.NewPage{Shell: c.Shell("Add connection", "connections")}
	for _, k := range provider.Offerings() {
		page.Kinds = append(page.Kinds, views.Kind{Value: string(k.Kind), Title: k.Title, About: k.About, Active: k.Kind == o.Kind})
	}
	page.Services = services(o, in.Service)
	page.Form = form(o, in, wrong)
	page.Form.Action, page.Form.Submit = root, "Add and test"
	if k, ok := provider.KnownService(in.Service); ok {
		o.NeedsKey = k.NeedsKey
	}
	page.Form.KeyRequired = o.NeedsKey
	page.Form.KeyHint = "Stored encrypted, sent to this provider only, never shown again."
	if wrong.Fields != nil && o.NeedsKey && page.Form.Errors.Credential == "" {
		page.Form.KeyHint = "Enter it once more: keys are never sent back to the browser."
	}
	return views.New(page)
}

func form(o provider.Offering, in provider.Input, wrong web.Refusal) views.Form {
	f := views.Form{Kind: string(o.Kind), Fields: views.Fields{Name: in.Name, BaseURL: in.BaseURL, Disabled: in.Disabled},
		Errors:  views.Errors{Name: wrong.Fields["name"], Kind: wrong.Fields["kind"], BaseURL: wrong.Fields["base_url"], Credential: wrong.Fields["credential"]},
		Error:   wrong.Form,
		ShowKey: !o.Local, ShowURL: !o.Local || in.BaseURL != "", URLRequired: !o.Local && o.BaseURL == "", URLPlaceholder: o.BaseURL}
	if f.Error == "" {
		f.Error = f.Errors.Kind
	}
	f.Settings = settingsOf(o, in, wrong)
	f.Service = in.Service
	f.ShowTerms, f.Errors.Residency = !o.Local, wrong.Fields["residency"]
	if in.Terms != nil {
		f.Fields.Residency, f.Fields.ZeroRetention, f.Fields.NoTraining = in.Terms.Residency, in.Terms.ZeroRetention, in.Terms.NoTraining
	}
	switch o.Kind {
	case provider.OpenAI:
		f.URLHint = "Leave it empty for api.openai.com. European accounts: https://eu.api.openai.com/v1."
	case provider.Anthropic:
		f.URLHint = "Leave it empty for api.anthropic.com. A server of your own: what Anthropic's SDK takes, with or without /v1."
	case provider.Gemini:
		f.URLHint = "Leave it empty for generativelanguage.googleapis.com. A proxy's address goes without the version."
	case provider.Vertex:
		f.KeyLabel = "Service account key (JSON) or API key"
		f.URLHint = "Leave it empty for Google's own address of the location."
	case provider.Azure:
		f.KeyLabel = "Key, or tenant-id:client-id:client-secret"
		f.URLPlaceholder, f.URLHint = o.BaseURLHint, "The resource's endpoint. With /openai/v1 at its end the newer API is used."
	case provider.Bedrock:
		f.KeyLabel = "Bedrock API key, or access-key-id:secret-access-key"
		f.URLHint = "Leave it empty for Bedrock's own address in the region."
		if in.BaseURL == "" {
			f.URLPlaceholder = "https://bedrock-runtime." + cmp.Or(in.Settings["region"], provider.DefaultRegion) + ".amazonaws.com"
		}
	case provider.Compatible:
		f.URLPlaceholder, f.URLHint = "https://llm.example.com/v1", "What the provider's own SDK takes as base URL; most end in /v1."
		known(&f, in)
	case provider.Ollama:
		f.URLHint = "Leave it empty for Ollama on the gateway's own machine."
	}
	return f
}

// known adds what is special about a known service to the form of a compatible server.
func known(f *views.Form, in provider.Input) {
	k, ok := provider.KnownService(in.Service)
	if !ok {
		return
	}
	f.URLPlaceholder, f.URLHint = k.BaseURL, "Where "+k.Title+" is. Change it for a proxy of your own in between."
	if !k.NeedsKey {
		f.URLHint = "Where " + k.Title + " listens. Whoever runs this installation must allow private networks."
		f.KeyLabel = "API key, if it asks for one"
	} else {
		f.KeyFrom = k.KeyFrom
	}
}

// services are the known servers to choose from, and any other one.
func services(o provider.Offering, chosen string) (list []views.Kind) {
	if o.Kind != provider.Compatible {
		return nil
	}
	list = append(list, views.Kind{Title: "Another server", Active: chosen == ""})
	for _, k := range provider.KnownServices() {
		if k.Kind == provider.Compatible {
			list = append(list, views.Kind{Value: k.Name, Title: k.Title, Active: k.Name == chosen})
		}
	}
	return list
}

// settingsOf are the fields of a kind's settings, with what was typed.
func settingsOf(o provider.Offering, in provider.Input, wrong web.Refusal) (list []views.Setting) {
	for _, s := range o.Settings() {
		list = append(list, views.Setting{Name: s.Name, Label: s.Label, Value: in.Settings[s.Name], Error: wrong.Fields["settings."+s.Name],
			Placeholder: s.Placeholder, Hint: s.Hint})
	}
	return list
}

func (h *Handlers) editPage(c *web.Context, r provider.ConnectionRecord, in provider.Input, wrong web.Refusal) (templ.Component, error) {
	o, _ := provider.OfferingOf(r.Kind)
	page := views.EditPage{Shell: c.Shell(r.Name, "connections"), Row: present(c, r), Check: checked(c, r), Form: form(o, in, wrong)}
	if page.Row.CanChange = c.Actor().Role.AtLeast(provider.MayChange); page.Row.CanChange {
		users, err := h.connections.Users(c.Ctx(), c.Actor())
		if err != nil {
			return nil, err
		}
		page.Row.Delete = question(r, users[r.ID])
		page.Row.Delete.Small = false
	}
	page.Form.Action, page.Form.Submit, page.Form.Existing = root+"/"+r.ID.String(), "Save", true
	page.Form.Version = web.Version(in.Seen)
	page.Form.KeyHint = "Leave it empty to keep the key there is. Another host in the base URL erases it."
	if !r.HasCredential() {
		page.Form.KeyHint, page.Form.KeyRequired = "There is no key yet.", o.NeedsKey
	}
	page.Form.KeyPlaceholder = page.Row.Key
	base := r.BaseURL
	if base == "" {
		base = o.BaseURL
	}
	if base == "" {
		base = "inside the gateway"
	}
	page.Facts = []ui.Fact{
		{Label: "Kind", Value: kindWords(o, r)},
		{Label: "Base URL", Value: base, Mono: true},
		{Label: "Key", Value: page.Row.Key, Mono: true},
		{Label: "Ask for it as", Value: r.Name + "/model", Mono: true},
		{Label: "Id", Value: r.ID.String(), Mono: true, Copy: true},
		{Label: "Added", Body: ui.Time(c.When(r.CreatedAt))},
		{Label: "Changed", Body: ui.Time(c.When(r.UpdatedAt))},
	}
	if err := h.standing(c, r, &page); err != nil {
		return nil, err
	}
	page.CanRotate = !o.Local && page.Row.CanChange
	listed(c, o, r, &page)
	return views.Edit(page), nil
}
