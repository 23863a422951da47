package reportweb

import (
	"context"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
)

// Texts are what requests and answers say, where a team keeps that. *transcript.Service implements it.
type Texts interface {
	// Of reports whether a text is kept that the actor may read. It does not read it.
	Of(ctx context.Context, actor org.Actor, r id.Request) (transcript.Kept, bool, error)
	// Mine are the teams that the actor works in whose texts are kept.
	Mine(ctx context.Context, actor org.Actor) ([]transcript.Team, error)
}

// text says whether what a request says is kept.
func (h *Handlers) text(c *web.Context, r id.Request) (out views.Text, err error) {
	if h.Texts == nil {
		return out, nil
	}
	k, there, err := h.Texts.Of(c.Ctx(), c.Actor(), r)
	if out.Kept = there; there && !k.Until.IsZero() {
		out.Until = "until " + k.Until.In(c.Zone()).Format("2 January 2006, 15:04 MST")
	} else if there {
		out.Until = "as long as the legal hold is in force"
	}
	return out, err
}

// keptTexts says of which of one's teams texts are kept: people have to know.
func keptTexts(o *overview, p *views.MinePage) error {
	if o.h.Texts == nil {
		return nil
	}
	all, err := o.h.Texts.Mine(o.c.Ctx(), o.c.Actor())
	var parts []string
	for _, t := range all {
		parts = append(parts, t.Name+" for "+plural(int64(t.Days), "day"))
	}
	p.Texts = strings.Join(parts, ", ")
	return err
}
