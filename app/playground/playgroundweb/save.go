package playgroundweb

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// save makes the conversation a prompt of the library, with the first column's model.
func (h *Handlers) save(c *web.Context) error {
	s, err := read(c)
	if err != nil {
		return err
	}
	t := s.talk()
	f, err := h.ground.Save(c.Ctx(), c.Actor(), &t, s.column(0), s.text("name"), s.text("note"))
	if err != nil {
		return h.filled(c, s, err, nil)
	}
	c.Flash("Saved as “" + f.Name + "”, for you alone. Edit it to show it to others.")
	return c.See("/prompts/" + f.ID.String())
}

// revise makes it a new version of the prompt that it was opened from.
func (h *Handlers) revise(c *web.Context) error {
	s, err := read(c)
	if err != nil {
		return err
	}
	which, err := id.ParsePrompt(s.Get("prompt"))
	if err != nil {
		return prompt.Missing()
	}
	t := s.talk()
	v, err := h.ground.SaveVersion(c.Ctx(), c.Actor(), which, &t, s.column(0), s.text("note"))
	if err != nil {
		return h.filled(c, s, err, nil)
	}
	c.Flash(fmt.Sprintf("Version %d saved. Move a label to it when requests should get it.", v.Number))
	return c.See("/prompts/" + which.String() + "?version=" + strconv.Itoa(v.Number))
}

// fill puts a version into the form. Its texts are templates.
func (s *sheet) fill(v prompt.Content) {
	s.Set("template", "1")
	all := v.Messages
	if len(all) > 0 && all[0].Role == "system" {
		s.Set("system", all[0].Text)
		all = all[1:]
	}
	for _, m := range all {
		s.Add("role", m.Role)
		s.Add("text", m.Text)
	}
	if len(v.Tools) > 0 {
		s.Set("tools", indented(v.Tools))
	}
	if v.Schema != nil {
		s.Set("schema", indented(v.Schema))
	}
	most := ""
	if v.Settings.MaxOutput > 0 {
		most = strconv.FormatInt(v.Settings.MaxOutput, 10)
	}
	if len(s.Values["model"]) == 0 {
		s.addColumn(v.Model, v.Settings.Temperature.String(), most)
		s.addColumn("", v.Settings.Temperature.String(), most)
	}
}

func indented(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "" // what was stored as JSON has a JSON form
	}
	return string(b)
}
