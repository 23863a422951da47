package cacheweb

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/cache"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

type templComponent = templ.Component

// whats are what can be cleared, and who may.
var whats = []struct {
	kind  cache.CutKind
	label string
	admin bool
}{
	{cache.CutNode, "My own, or what a team, member or key shares", false},
	{cache.CutEntry, "One answer, by its key", false},
	{cache.CutModel, "Answers of a model", true},
	{cache.CutPrompt, "Answers to a prompt", true},
	{cache.CutMember, "What a member's requests paid for", true},
	{cache.CutAll, "Everything", true},
}

func (h *Handlers) fillClear(c *web.Context, box *views.ClearBox) error {
	box.All = c.Actor().Role == org.Admin
	for _, w := range whats {
		if box.All || !w.admin {
			box.Whats = append(box.Whats, ui.Option{Value: string(w.kind), Label: w.label})
		}
	}
	if !box.All {
		return nil
	}
	cuts, err := h.cache.Cuts(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	for _, x := range cuts[:min(len(cuts), mostRows)] {
		box.Recent = append(box.Recent, views.Cleared{At: c.When(x.At), What: cleared(x), By: x.By})
	}
	return nil
}

// cleared says what a cut was about; hashes and ids say nothing to a reader.
func cleared(x cache.Cut) string {
	switch x.Kind {
	case cache.CutModel:
		return "Answers of " + x.Value
	case cache.CutPrompt:
		return "Answers to a prompt"
	case cache.CutEntry:
		return "One answer"
	case cache.CutMember:
		return "What a member's requests paid for"
	case cache.CutNode:
		return "What a member, key, team or everybody shares"
	}
	return "Everything"
}

func (h *Handlers) clear(c *web.Context) error {
	box := views.ClearBox{What: c.FormValue("what"), Value: c.FormValue("value")}
	n, err := h.cache.Clear(c.Ctx(), c.Actor(), cache.Clearing{Kind: cache.CutKind(box.What), Value: box.Value})
	if wrong, ok := web.Refused(err); ok {
		box.Error, box.Form = wrong.Fields["value"], or(wrong.Form, wrong.Fields["kind"])
		return h.renderHome(c, box, c.Invalid)
	}
	if err != nil {
		return err
	}
	c.Flash(fmt.Sprintf("Cleared: %s. Nothing of it is given any more.", plural(n)))
	return c.See(root)
}

func plural(n int) string {
	if n == 1 {
		return "1 answer"
	}
	return fmt.Sprint(n, " answers")
}
