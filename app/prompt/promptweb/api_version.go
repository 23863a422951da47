package promptweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/web"
)

func (h *Handlers) apiVersions(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	out := promptVersionList{Data: make([]promptVersionJSON, len(f.Versions))}
	for i, v := range f.Versions {
		if out.Data[i], err = versionOut(v, f.At(v.Number)); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiRevise(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[promptVersionInput](c)
	if err != nil {
		return err
	}
	content, err := readContent(in.Content)
	if err != nil {
		return err
	}
	v, err := h.library.Revise(c.Ctx(), c.Actor(), which, content, in.Message)
	if err != nil {
		return err
	}
	out, err := versionOut(v, nil)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, out)
}

func (h *Handlers) apiDeleteVersion(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(strings.TrimPrefix(c.Param("version"), "v")) // what is none is not found
	if err := h.library.DeleteVersion(c.Ctx(), c.Actor(), which, number); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiLabel(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[promptLabelInput](c)
	if err != nil {
		return err
	}
	l, err := h.library.Move(c.Ctx(), c.Actor(), which, c.Param("label"), in.Version, in.Protected)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, labelOut(l))
}

func (h *Handlers) apiUnlabel(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	if err := h.library.Unlabel(c.Ctx(), c.Actor(), which, c.Param("label")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
