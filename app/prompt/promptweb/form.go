package promptweb

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// more is what the form has no field for.
type more struct {
	Messages []prompt.Message `json:"messages,omitempty"` // behind the first ones
	Tools    []prompt.Tool    `json:"tools,omitempty"`
	Schema   *prompt.Schema   `json:"schema,omitempty"`
	Settings *prompt.Settings `json:"settings,omitempty"` // but temperature and longest answer
}

func typed(c *web.Context) (views.Fields, error) {
	f, err := c.FormParams()
	if err != nil {
		return views.Fields{}, fault.Field("", "The form could not be read. Send it again.").Because(err)
	}
	get := func(name string) string { return strings.ReplaceAll(f.Get(name), "\r\n", "\n") }
	return views.Fields{Name: get("name"), Kind: get("kind"), AboutText: get("about"), Folder: get("folder"), Visibility: get("visibility"), Team: get("team"), Model: get("model"), System: get("system"),
		Text: get("text"), Vars: typedRows(f), Temperature: get("temperature"), MaxOutput: get("max_output"), More: get("more"), Message: get("message"), Production: f.Get("production") != ""}, nil
}

func inputOf(f views.Fields) prompt.Input {
	return prompt.Input{Name: f.Name, Kind: prompt.Kind(f.Kind), About: f.AboutText, Folder: f.Folder, Visibility: prompt.Visibility(f.Visibility), Team: teamOf(f.Team)}
}

// contentOf reads what was typed. Variables that a text uses and nobody lists are texts that have to be sent.
func contentOf(f views.Fields) (c prompt.Content, err error) {
	var m more
	var errs [3]error
	c.Variables, errs[0] = variables(f.Vars)
	errs[1] = readYAML("more", f.More, &m)
	c.Model, c.Tools, c.Schema = f.Model, m.Tools, m.Schema
	if m.Settings != nil {
		c.Settings = *m.Settings
	}
	if t := strings.TrimSpace(strings.Replace(f.Temperature, ",", ".", 1)); t != "" {
		c.Settings.Temperature = json.Number(t)
	}
	if t := strings.TrimSpace(f.MaxOutput); t != "" {
		n, err := strconv.ParseInt(t, 10, 64)
		if c.Settings.MaxOutput = n; err != nil || n < 1 {
			errs[2] = fault.Field("max_output_tokens", "Write the longest answer as a number of tokens, such as 500.")
		}
	}
	for _, x := range [...]prompt.Message{{Role: "system", Text: f.System}, {Role: "user", Text: f.Text}} {
		if strings.TrimSpace(x.Text) != "" {
			c.Messages = append(c.Messages, x)
		}
	}
	c.Messages = append(c.Messages, m.Messages...)
	withUsed(&c)
	return c, errors.Join(errs[:]...)
}

// again is a version as the form shows it.
func again(v prompt.Content) (f views.Fields, err error) {
	f.Model, f.Temperature = v.Model, v.Settings.Temperature.String()
	if n := v.Settings.MaxOutput; n > 0 {
		f.MaxOutput = strconv.FormatInt(n, 10)
	}
	m := more{Tools: v.Tools, Schema: v.Schema, Messages: v.Messages}
	if len(m.Messages) > 0 && m.Messages[0].Role == "system" {
		f.System, m.Messages = m.Messages[0].Text, m.Messages[1:]
	}
	if len(m.Messages) > 0 && m.Messages[0].Role == "user" {
		f.Text, m.Messages = m.Messages[0].Text, m.Messages[1:]
	}
	rest := v.Settings
	if rest.Temperature, rest.MaxOutput = "", 0; rest.TopP != "" || rest.Effort != "" || len(rest.Stop) > 0 {
		m.Settings = &rest
	}
	f.Vars = rowsOf(v.Variables)
	if len(m.Messages)+len(m.Tools) > 0 || m.Schema != nil || m.Settings != nil {
		f.More, err = writeYAML(m)
	}
	return f, err
}

// whoSees are the choices of who sees a prompt; now is it so far, empty if it is new. Who sees that stays a choice, whoever asks: of a
// list without it a browser sends the first, and who changes only the description would take the prompt from everybody.
func (h *Handlers) whoSees(c *web.Context, now *prompt.Prompt) (visibilities, teams []ui.Option, err error) {
	visibilities = []ui.Option{{Value: string(prompt.Private), Label: "Only me"}, {Value: string(prompt.Team), Label: "A team"}}
	if c.Actor().Role.AtLeast(org.Lead) || now.Visibility == prompt.Everyone {
		visibilities = append(visibilities, ui.Option{Value: string(prompt.Everyone), Label: "The organization"})
	}
	all, err := h.people.Teams(c.Ctx(), c.Actor())
	teams = []ui.Option{{Value: "", Label: "No team"}}
	for _, t := range all {
		if c.Actor().InTeam(t.ID, org.Developer) {
			teams = append(teams, ui.Option{Value: t.ID.String(), Label: t.Name})
		}
	}
	present := ui.Option{Value: now.Team.String()}
	if err != nil || now.Team.IsZero() || slices.ContainsFunc(teams, func(o ui.Option) bool { return o.Value == present.Value }) {
		return visibilities, teams, err
	}
	t, err := h.people.Team(c.Ctx(), c.Actor(), now.Team) // where the actor only reads, or which is archived
	if fault.Is(err, fault.NotFound) {
		return visibilities, teams, nil
	}
	present.Label = t.Name
	return visibilities, append(teams, present), err
}
