package promptweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
)

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.library.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := promptList{Data: []promptJSON{}}
	name, folder, search := c.QueryParam("name"), c.QueryParam("folder"), c.QueryParam("q")
	for _, f := range all {
		if (name == "" || f.Name == name) && matches(&f, search, folder) {
			one, err := promptOut(f)
			if err != nil {
				return err
			}
			out.Data = append(out.Data, one)
		}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[promptInput](c)
	if err != nil {
		return err
	}
	content, err := readContent(in.Content)
	if err != nil {
		return err
	}
	f, err := h.library.Create(c.Ctx(), c.Actor(), prompt.Input{Name: in.Name, Kind: prompt.Kind(or(in.Kind, string(prompt.Chat))), About: in.About, Folder: in.Folder,
		Visibility: prompt.Visibility(or(in.Visibility, string(prompt.Everyone))), Team: teamOf(in.Team)}, content, in.Message, in.Label)
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, f)
}

func (h *Handlers) apiShow(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, f)
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[promptChange](c)
	if err != nil {
		return err
	}
	in := prompt.Input{About: f.About, Folder: f.Folder, Visibility: f.Visibility, Team: f.Team}
	if change.About != nil {
		in.About = *change.About
	}
	if change.Folder != nil {
		in.Folder = *change.Folder
	}
	if change.Visibility != nil {
		in.Visibility = prompt.Visibility(*change.Visibility)
	}
	if change.Team != nil {
		in.Team = teamOf(*change.Team)
	}
	if f, err = h.library.Update(c.Ctx(), c.Actor(), f.ID, in); err != nil {
		return err
	}
	return answer(c, http.StatusOK, f)
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	if err := h.library.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
