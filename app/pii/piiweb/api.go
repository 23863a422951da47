package piiweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
)

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.rules.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := ruleList{Data: make([]ruleJSON, len(all))}
	for i, l := range all {
		out.Data[i] = ruleOut(l)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[ruleInput](c)
	if err != nil {
		return err
	}
	if in.Scope == "" {
		in.Scope = c.Actor().Org.String()
	}
	set := pii.Input{Scope: org.ReadScope(c.Actor().Org, in.Scope), Terms: pii.Terms{Allow: in.Allow, OneWay: in.OneWay, Files: in.Files, Unread: in.Unreadable}}
	if set.Actions, err = in.Actions.over("actions", nil); err != nil {
		return err
	}
	if set.Answers, err = in.Answers.over("answers", nil); err != nil {
		return err
	}
	if set.Recognizer, err = recognizer(in.Recognizer); err != nil {
		return err
	}
	if set.Guess, err = guesses(in.Confidence); err != nil {
		return err
	}
	if set.Patterns, err = patterns(in.Patterns); err != nil {
		return err
	}
	l, err := h.rules.Create(c.Ctx(), c.Actor(), set)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, ruleOut(l))
}

func (h *Handlers) apiShow(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, ruleOut(l))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[ruleChange](c)
	if err != nil {
		return err
	}
	in := pii.Input{Terms: l.Terms, Seen: l.UpdatedAt}
	if in.Actions, err = change.Actions.over("actions", l.Actions); err != nil {
		return err
	}
	if in.Answers, err = change.Answers.over("answers", l.Answers); err != nil {
		return err
	}
	if change.Confidence != nil {
		if in.Guess, err = guesses(*change.Confidence); err != nil {
			return err
		}
	}
	if change.OneWay != nil {
		in.OneWay = *change.OneWay
	}
	if change.Recognizer != nil {
		if in.Recognizer, err = recognizer(*change.Recognizer); err != nil {
			return err
		}
	}
	if change.Files != nil {
		in.Files = *change.Files
	}
	if change.Unreadable != nil {
		in.Unread = *change.Unreadable
	}
	if change.Patterns != nil {
		if in.Patterns, err = patterns(*change.Patterns); err != nil {
			return err
		}
	}
	if change.Allow != nil {
		in.Allow = *change.Allow
	}
	if l, err = h.rules.Update(c.Ctx(), c.Actor(), l.ID, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, ruleOut(l))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := ruleID(c)
	if err != nil {
		return err
	}
	if err := h.rules.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
