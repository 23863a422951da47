package gateway

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// Reader reads documents. *document.Reader implements it.
type Reader interface {
	Text(ctx context.Context, data []byte, l document.Limits) (document.Text, error)
}

// bridge carries what a request holds beside text over to models that take only text, where the route says so (route.Only.Extract): the text
// of its documents stands in for them if no target is known to take any. Pictures and sounds have no text that we could read; where no target
// takes them the request is refused, and models that do are named, before a provider is asked who would say less.
func (g *Gateway) bridge(ctx context.Context, x *Exchange, p route.Plan) error {
	n := x.Call.Needs
	if x.Call.Operation != llm.Chat || !n.Files && !n.Vision && !n.Audio || !slices.ContainsFunc(p.Targets, func(t route.Target) bool { return t.Only.WantsExtract() }) {
		return nil
	}
	if n.Vision && !g.taken(x, p, llm.Needs{Vision: true}) {
		return g.incapable(x, llm.Needs{Vision: true}, "pictures")
	}
	if n.Audio && !g.taken(x, p, llm.Needs{Audio: true}) {
		return g.incapable(x, llm.Needs{Audio: true}, "sounds")
	}
	if !n.Files || g.taken(x, p, llm.Needs{Files: true}) {
		return nil
	}
	if g.Reader == nil {
		return g.incapable(x, llm.Needs{Files: true}, "documents")
	}
	names, err := g.extracted(ctx, x)
	if err != nil {
		return err
	}
	if err := g.fits(x.Call); err != nil {
		return err
	}
	if x.Call.Needs.Files { // by an address or an id, or in a place that we do not know
		return g.incapable(x, llm.Needs{Files: true}, "documents that are not in the request itself")
	}
	x.warn("sent as extracted text, because no target takes documents: " + strings.Join(names, ", "))
	x.note("bridge: ", strconv.Itoa(len(names)), " documents became texts")
	return nil
}

// taken reports whether a target is known to take something.
func (g *Gateway) taken(x *Exchange, p route.Plan, n llm.Needs) bool {
	return slices.ContainsFunc(p.Targets, func(t route.Target) bool {
		q, ok := g.quoteOf(x, t)
		return ok && q.Serves(n, llm.Bound{})
	})
}

// incapable refuses what no target takes, and names models that do.
func (g *Gateway) incapable(x *Exchange, n llm.Needs, what string) error {
	var names []string
	for _, name := range g.offer(x) {
		if len(names) == fewModels {
			break
		}
		p, err := g.Routes.Plan(x.Grant.Chain.Org, &llm.Call{Model: name})
		if err == nil && name != x.Call.Model && g.taken(x, p, n) {
			names = append(names, name)
		}
	}
	instead := "No model that this key may use is known to."
	if len(names) > 0 {
		instead = "These do: " + strings.Join(names, ", ") + "."
	}
	f := fault.Newf(fault.Invalid, "unsupported_operation", "No target of the model %q is known to take %s. %s", clip(x.Call.Model), what, instead)
	f.Field = "model"
	return f
}

// rescreen looks for personal data in texts that were not there when the request was looked at, and gives them with placeholders. Where
// placeholders were given out already, a second set could not be told apart in the answer. Texts that a rule had looked into, within their
// documents, are not counted twice, unless names are to be found: no model looked for those in files.
func (g *Gateway) rescreen(ctx context.Context, x *Exchange, texts []string) ([]string, error) {
	if g.Screens == nil {
		return texts, nil
	}
	b := g.Screens.For(x.Grant.Chain)
	if _, names := b.Recognition(); !b.Any() || x.found.Read >= len(texts) && !names {
		return texts, nil
	}
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	var talk struct {
		Messages []message `json:"messages"`
	}
	for _, t := range texts {
		talk.Messages = append(talk.Messages, message{"user", t})
	}
	body, err := json.Marshal(talk)
	if err != nil {
		return nil, err
	}
	masked := x.found.Body != nil
	r := g.recognize(ctx, x, b, b.Screen(ctx, body), body)
	x.found.Join(&r)
	x.noteFound("data rule on extracted text, ", &r)
	if r.Action == pii.Block {
		return nil, r.Refusal(x.incident(g))
	}
	if w := r.Words(pii.Warn); w != "" {
		x.warn("the extracted text holds " + w)
	}
	if r.Body == nil {
		return texts, nil
	}
	if masked {
		return nil, fault.New(fault.Invalid, "policy_blocked", "Nothing was sent to a provider: a data rule masks something in a document's text, and something else in the request already. Send the document's text yourself, as a message.")
	}
	if err := json.Unmarshal(r.Body, &talk); err != nil {
		return nil, err
	}
	for i, m := range talk.Messages {
		texts[i] = m.Content
	}
	x.guard = b.Guard(&r)
	x.warn("placeholders stand for " + r.Words(pii.Mask))
	return texts, x.guardable()
}
