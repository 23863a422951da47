package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// storedPrompt reports whether a body that was read, or could not be, asks for a stored prompt: then compose makes the request of it.
// What asks for none, nearly everything, costs a look at the model's name.
func (g *Gateway) storedPrompt(x *Exchange, body []byte, unread error) bool {
	switch {
	case g.Prompts == nil:
		return false
	case strings.HasPrefix(x.Named, prompt.Prefix):
		return true
	case unread == nil:
		return strings.HasPrefix(x.Call.Model, prompt.Prefix)
	case !bytes.Contains(body, []byte(`"`+prompt.Prefix)):
		return false
	}
	all, err := members(body) // a request without messages, which no dialect reads
	return err == nil && strings.HasPrefix(text(all.value("model")), prompt.Prefix)
}

// asking is what a body says of a stored prompt, and the rest of it.
type asking struct {
	ref  prompt.Ref
	sent prompt.Values
	rest fields
}

// compose makes a request of a stored prompt: what it says in the client's own dialect, with the client's fields over it and the
// client's messages behind it. It comes before admit and limit, so that what is asked in the end is what keys and limits are about.
func (g *Gateway) compose(_ context.Context, x *Exchange) (Finish, error) {
	if x.stored == nil {
		return nil, nil
	}
	body := x.stored
	x.stored = nil
	wire := g.wires[x.Endpoint.family]
	if wire == nil || x.Endpoint.op != llm.Chat && (x.Endpoint.op != llm.CountTokens || x.Endpoint.family != llm.Anthropic) {
		return nil, fault.Newf(fault.Invalid, "unsupported_operation", "Stored prompts are for chats; %s takes none. Use chat completions, responses, messages, generateContent or converse.", clip(x.R.URL.Path))
	}
	a, err := readAsking(x, body)
	if err != nil {
		return nil, err
	}
	ready, err := g.Prompts.Fill(x.Grant.Chain, a.ref, a.sent)
	if err != nil {
		return nil, err
	}
	if own := text(a.rest.value("model")); own != "" {
		ready.Model = own
	}
	ready = g.versionOnTrial(x, &a, ready)
	if ready.Model == "" {
		return nil, fault.Newf(fault.Invalid, "invalid_request", "The prompt %q is a text that names no model: others include it. Ask for it by POST /v1/prompts/%s/chat with a \"model\".", ready.Name, ready.Name)
	}
	notes := &llm.Notes{}
	base, err := wire.Render(&llm.Call{Operation: x.Endpoint.op, Model: ready.Model, MaxOutput: ready.MaxOutput, Choices: 1}, ready.Talk, llm.Edit{Model: ready.Model, Notes: notes})
	if err != nil {
		return nil, err
	}
	if err := notes.Err(); err != nil {
		return nil, err
	}
	whole, err := over(x.Endpoint.family, base, a.rest)
	if err != nil {
		return nil, err
	}
	if x.Named = ""; x.pathNamed() {
		x.Named = ready.Model
	}
	x.prompt = ready.Asked()
	x.note("prompt: ", ready.Name, ", version ", strings.TrimPrefix(x.prompt, prompt.Prefix+ready.Name+"@v"), labelled(ready.Label))
	x.say("X-Bodhi-Prompt", strings.TrimPrefix(x.prompt, prompt.Prefix))
	for _, w := range notes.Warnings() {
		x.warn(w)
	}
	if err := g.read(x, whole); err != nil {
		return nil, err
	}
	return nil, g.fits(x.Call)
}

func labelled(label string) string {
	if label == "" {
		return ""
	}
	return " by label " + label
}

// pathNamed reports whether the path names the model.
func (x *Exchange) pathNamed() bool { return x.Endpoint.hole && !x.Endpoint.stored }

// readAsking reads what a body says of the stored prompt. Behind /v1/prompts/ all of it is ours; elsewhere it stands in "prompt", where
// OpenAI has it too: {"id": …, "version": …, "variables": {…}}, of which only variables are needed.
func readAsking(x *Exchange, body []byte) (a asking, err error) {
	if a.rest, err = members(body); err != nil {
		return a, err
	}
	if x.Endpoint.stored {
		return a, a.read(x.Named, &a.rest)
	}
	name := strings.TrimPrefix(x.Named, prompt.Prefix)
	if model := text(a.rest.take("model")); x.Named == "" {
		name = strings.TrimPrefix(model, prompt.Prefix)
	}
	var of fields
	if raw := a.rest.take("prompt"); raw != nil {
		if of, err = members(raw); err != nil {
			return a, fault.Field("prompt", `Beside a stored prompt "prompt" is an object with its variables: {"variables": {"name": "value"}}.`)
		}
	}
	if id := of.take("id"); id != nil && text(id) != strings.Split(name, "@")[0] {
		return a, fault.Field("prompt.id", "\"prompt.id\" is another prompt than the one in \"model\". Leave it out.")
	}
	if err := a.read(name, &of); err != nil {
		return a, err
	}
	if len(of) > 0 {
		return a, fault.Field("prompt."+clip(of[0].name), `"prompt" has the fields id, version and variables.`)
	}
	return a, nil
}

// read takes version and variables out of an object.
func (a *asking) read(name string, from *fields) (err error) {
	var ok bool
	if a.ref, ok = prompt.ParseRef(name); !ok {
		return fault.Newf(fault.NotFound, "prompt_not_found", "%q names no stored prompt. Write prompt:name, prompt:name@label or prompt:name@v3.", clip(name))
	}
	if which := from.take("version"); which != nil {
		v := text(which)
		if v == "" {
			v = string(which) // a bare number
		}
		if strings.Contains(name, "@") {
			return fault.Field("version", `The prompt's version stands behind "@" already. Leave "version" out.`)
		}
		if a.ref, ok = a.ref.At(v); !ok {
			return fault.Field("version", `A version is a label such as "production", or a number such as "3".`)
		}
	}
	raw := from.take("variables")
	if raw == nil || string(raw) == "null" {
		return nil
	}
	all, err := members(raw)
	if err != nil {
		return fault.Field("variables", `"variables" is an object: {"name": "value"}.`)
	}
	a.sent = make(prompt.Values, len(all))
	for _, m := range all {
		a.sent[m.name] = json.RawMessage(m.value)
	}
	return nil
}
