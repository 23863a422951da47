package playgroundweb

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

func (s *sheet) addColumn(model, temperature, most string) {
	s.Add("model", model)
	s.Add("temperature", temperature)
	s.Add("max_tokens", most)
}

// logged is the form that begins with what a logged request said, where its team keeps that. It is a POST, because the reading is
// written down.
func (h *Handlers) logged(c *web.Context) error {
	which := c.FormValue("request")
	i, err := id.ParseRequest(which)
	if err != nil {
		return missing()
	}
	s := &sheet{Values: url.Values{"team": {c.FormValue("team")}}}
	if err := h.fromRequest(c, s, which); err != nil {
		return err
	}
	t, _, err := h.texts.Read(c.Ctx(), c.Actor(), i)
	if err != nil {
		return err
	}
	if t.Body {
		return fault.New(fault.Conflict, "no_conversation", "This request is no conversation, so the playground cannot begin with it.")
	}
	for n, m := range t.Messages {
		if n == 0 && m.Role == "system" {
			s.Set("system", m.Text)
			continue
		}
		s.Add("role", m.Role)
		s.Add("text", m.Text)
	}
	s.Set("kept", "1")
	return h.filled(c, s, nil, nil)
}

// fromRequest begins with the model of a logged request. Its text, where one is kept, is logged's.
func (h *Handlers) fromRequest(c *web.Context, s *sheet, which string) error {
	if which == "" {
		return nil
	}
	i, err := id.ParseRequest(which)
	if err != nil {
		return missing()
	}
	d, err := h.requests.Request(c.Ctx(), c.Actor(), i)
	if err != nil {
		return err
	}
	target := d.Asked
	if d.Provider != "" && d.Model != "" {
		target = d.Provider + "/" + d.Model
	}
	about := target + " did not answer it."
	if d.Status < 400 && d.Code == "" {
		about = fmt.Sprintf("%s answered it in %s for %s, with %s tokens in and %s out.", target, took(d.Duration), web.USD(d.Cost), web.Count(d.Usage.Input), web.Count(d.Usage.Output))
	}
	s.addColumn(target, "", "")
	s.addColumn("", "", "")
	s.Set("request", i.String())
	s.Set("about", about)
	return nil
}

// fromPrompt begins with a version of a prompt.
func (h *Handlers) fromPrompt(c *web.Context, s *sheet, which, version string) error {
	if which == "" {
		return nil
	}
	i, err := id.ParsePrompt(which)
	if err != nil {
		return fault.New(fault.NotFound, "not_found", "There is no such prompt.")
	}
	f, err := h.library.Get(c.Ctx(), c.Actor(), i)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(version)
	v, ok := f.Version(n)
	if !ok {
		v = &f.Versions[0]
	}
	s.fill(v.Content)
	s.Set("prompt", f.ID.String())
	s.Set("prompt_name", f.Name)
	s.Set("version", strconv.Itoa(v.Number))
	return nil
}
