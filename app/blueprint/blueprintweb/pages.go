package blueprintweb

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/blueprint"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) list(c *web.Context) error {
	page := views.ListPage{Shell: c.Shell("Templates", "templates")}
	turns, err := h.turns.Last(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	for _, t := range turns[:min(len(turns), 5)] {
		page.Turns = append(page.Turns, turn(c, t))
	}
	for _, t := range blueprint.Templates() {
		page.Cards = append(page.Cards, views.Card{Name: t.Name, Title: t.Title, About: t.About})
	}
	return c.Render(views.List(page))
}

var turnStates = map[blueprint.TurnState]ui.StatusProps{
	blueprint.Applying: {Tone: ui.Info, Icon: "refresh", Label: "Running"},
	blueprint.Applied:  {Tone: ui.Good, Icon: "check", Label: "Done"},
	blueprint.Stopped:  {Tone: ui.Warn, Icon: "alert-triangle", Label: "Stopped"},
}

// turn is one applying on the page: how far it came, and what it stopped at.
func turn(c *web.Context, t blueprint.Turn) views.Turn {
	v := views.Turn{Title: t.Title, By: t.By, When: c.When(t.BegunAt), State: turnStates[t.State], Far: "nothing to change", Why: t.Why}
	if t.Total > 0 || t.State != blueprint.Applied {
		v.Far = strconv.Itoa(t.Done) + " of " + strconv.Itoa(t.Total)
	}
	if t.State != blueprint.Applied {
		v.At = t.Current
	}
	return v
}

// show compares a template with the organization before anybody asks for it: that is what one wants to know of it.
func (h *Handlers) show(c *web.Context) error {
	t, err := named(c)
	if err != nil {
		return err
	}
	page := views.EditPage{Title: t.Title, Sub: t.About, Text: t.Text, Back: back(c.QueryParam("back"))}
	return h.compared(c, page)
}

func (h *Handlers) current(c *web.Context) error {
	text, left, err := export(c)
	if err != nil {
		return err
	}
	page := views.EditPage{Shell: c.Shell("Your set-up", "templates"), Title: "Your set-up", Sub: "All that the organization says, with names and without secrets. Keep it under version control; bodhi apply takes it.", Text: text}
	if left > 0 {
		page.Sub += " Left out: " + web.Plural(int64(left), "rule") + " of single members and keys."
	}
	return c.Render(views.Edit(page))
}

func (h *Handlers) download(c *web.Context) error {
	text, _, err := export(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+c.Organization().Slug+`.yaml"`)
	return c.Blob(http.StatusOK, "application/yaml; charset=utf-8", []byte(text))
}

func export(c *web.Context) (text string, left int, err error) {
	now, err := blueprint.Read(c.Ctx(), c.Inside)
	if err != nil {
		return "", 0, err
	}
	b, err := now.Text()
	return string(b), now.Left, err
}

// back is a page of the wizard to go on with; "" is none.
func back(path string) string {
	if path = web.Local(path, ""); strings.HasPrefix(path, "/start") {
		return path
	}
	return ""
}

func typed(c *web.Context) views.EditPage {
	title := strings.TrimSpace(c.FormValue("title"))
	if title == "" || len(title) > 60 {
		title = "Blueprint"
	}
	return views.EditPage{Title: title, Text: strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n"), Prune: c.FormValue("prune") != "", Back: back(c.FormValue("back"))}
}

func (h *Handlers) preview(c *web.Context) error { return h.compared(c, typed(c)) }

// compared shows what a blueprint would change, or everything that is wrong with it.
func (h *Handlers) compared(c *web.Context, page views.EditPage) error {
	page.Shell = c.Shell(page.Title, "templates")
	changes, err := plan(c, page)
	if wrong := said(err); wrong != nil {
		page.Wrong = wrong
		return c.Invalid(views.Edit(page))
	}
	if err != nil {
		return err
	}
	page.Compared, page.Changes, page.Seen = true, present(changes), blueprint.Print(changes)
	return c.Render(views.Edit(page))
}

func plan(c *web.Context, page views.EditPage) ([]blueprint.Change, error) {
	wanted, err := blueprint.Parse([]byte(page.Text))
	if err != nil {
		return nil, err
	}
	now, err := blueprint.Read(c.Ctx(), c.Inside)
	if err != nil {
		return nil, err
	}
	return blueprint.Plan(now, wanted, page.Prune)
}

// said are the complaints about a blueprint; nil if the error is something else.
func said(err error) (out []string) {
	var wrong *blueprint.Wrong
	if !errors.As(err, &wrong) {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

// apply makes the changes that were shown. Where others would be made, because somebody changed the organization meanwhile, it shows
// those instead.
func (h *Handlers) apply(c *web.Context) error {
	page := typed(c)
	n, changes := 0, []blueprint.Change(nil)
	wanted, err := blueprint.Parse([]byte(page.Text))
	if err == nil {
		changes, err = blueprint.Run(c.Ctx(), c.Inside, blueprint.Job{Title: page.Title, Wanted: wanted, Prune: page.Prune, Seen: c.FormValue("seen"), Done: func(blueprint.Change) { n++ }})
	}
	if errors.Is(err, blueprint.ErrMoved) {
		page.Shell, page.Wrong = c.Shell(page.Title, "templates"), []string{blueprint.ErrMoved.Public}
		page.Compared, page.Changes, page.Seen = true, present(changes), blueprint.Print(changes)
		return c.Invalid(views.Edit(page))
	}
	if wrong := said(err); wrong != nil {
		page.Shell, page.Wrong = c.Shell(page.Title, "templates"), wrong
		return c.Invalid(views.Edit(page))
	}
	if _, refused := web.Refused(err); refused {
		page.Shell, page.Wrong = c.Shell(page.Title, "templates"), []string{err.Error()}
		if n > 0 {
			page.Wrong = append(page.Wrong, strconv.Itoa(n)+" of "+strconv.Itoa(len(changes))+" changes were made before that; when it is put right, the rest follows.")
		}
		return c.Invalid(views.Edit(page))
	}
	if err != nil {
		return err
	}
	switch n {
	case 0:
		c.Flash("Nothing to change: the organization is what the text says.")
	case 1:
		c.Flash("Applied: 1 change.")
	default:
		c.Flash("Applied: " + strconv.Itoa(n) + " changes.")
	}
	if page.Back != "" {
		return c.See(page.Back)
	}
	return c.See(root)
}

var verbs = map[blueprint.Verb]views.Change{
	blueprint.Create:  {Verb: "Create", Tone: ui.Good, Icon: "plus"},
	blueprint.Update:  {Verb: "Change", Tone: ui.Info, Icon: "edit"},
	blueprint.Restore: {Verb: "Take back", Tone: ui.Info, Icon: "history"},
	blueprint.Archive: {Verb: "Archive", Tone: ui.Warn, Icon: "minus"},
	blueprint.Delete:  {Verb: "Delete", Tone: ui.Bad, Icon: "trash"},
}

func present(changes []blueprint.Change) (out []views.Change) {
	for _, ch := range changes {
		v := verbs[ch.Verb]
		v.What = ch.What
		for _, f := range ch.Fields {
			was := f.Was
			if ch.Verb == blueprint.Create {
				was = ""
			}
			v.Fields = append(v.Fields, views.Field{Name: f.Name, Was: was, Is: f.Is})
		}
		out = append(out, v)
	}
	return out
}
