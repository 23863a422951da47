package gateway

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// Pictures, sound and verdicts. They pass to providers that speak OpenAI's family, and are translated for some others; what a
// call can cost follows from the request (llm.Bound) and the price, and what it did cost from the answer.

// able are the targets whose provider can be asked for an operation.
func (g *Gateway) able(targets []route.Target, op llm.Operation) []route.Target {
	return slices.DeleteFunc(slices.Clone(targets), func(t route.Target) bool {
		a, ok := g.Adapters.For(t.Connection.Kind)
		return !ok || !slices.Contains(a.Operations(), op)
	})
}

// fewModels is how many models a refusal names.
const fewModels = 6

// unable refuses an operation that no target of a model has, and names models that have it.
func (g *Gateway) unable(x *Exchange) error {
	op := x.Call.Operation
	var names []string
	for _, name := range g.offer(x) {
		if len(names) == fewModels {
			break
		}
		p, err := g.Routes.Plan(x.Grant.Chain.Org, &llm.Call{Model: name})
		if err != nil || name == x.Call.Model {
			continue
		}
		if slices.ContainsFunc(g.able(p.Targets, op), func(t route.Target) bool { return catalog.Suits(t.Model, op) }) {
			names = append(names, name)
		}
	}
	instead := "No model that this key may use does; a connection to OpenAI, Azure OpenAI or a server that speaks OpenAI's API brings some."
	if len(names) > 0 {
		instead = "These do: " + strings.Join(names, ", ") + "."
	}
	f := fault.Newf(fault.Invalid, "unsupported_operation", "The model %q does no %s: its provider does not offer that in OpenAI's API. %s", clip(x.Call.Model), spoken[op], instead)
	f.Field = "model"
	return f
}

// spoken are operations as sentences have them.
var spoken = map[llm.Operation]string{llm.MakeImages: "image generation", llm.EditImages: "image editing", llm.Transcribe: "transcription",
	llm.Interpret: "audio translation", llm.Speak: "speech", llm.Moderate: "moderation"}

// unpriceable says why a media call has no price although its model has one.
func unpriceable(c *llm.Call) string {
	if c.Bound.Unmeasured {
		return "the sound's length cannot be told from its bytes; WAV, MP3, FLAC, Ogg, AAC and M4A can be measured"
	}
	return "a picture of this quality or format is billed in a way that cannot be known beforehand"
}

// countedMedia is our own count of a media call whose provider reported nothing. What was asked for is known exactly:
// characters, pictures, and seconds of sound. Tokens of pictures and speech are taken at their ceiling, because nothing in
// the answer tells them.
func (g *Gateway) countedMedia(x *Exchange, a *attempt) llm.Usage {
	c, b := x.Call, x.Call.Bound
	pieces := llm.Usage{Characters: b.Characters, AudioSeconds: b.AudioSecs, Images: b.Picture.Count}
	if a.usage != nil && !a.finished { // what had come when it broke off
		pieces.Images = max(pieces.Images, a.usage.Images)
	}
	if a.quote != nil && telling(a, &pieces) { // billed by the piece: nobody counts tokens
		return pieces
	}
	u := counted(c, a.outBytes)
	u.Input = (b.TextBytes+bytesPerToken-1)/bytesPerToken + b.Messages*8 + b.Images*1600
	u.Characters, u.AudioSeconds, u.Images = pieces.Characters, pieces.AudioSeconds, pieces.Images
	switch c.Operation {
	case llm.Moderate:
		u.Output = 0
	case llm.Transcribe, llm.Interpret:
		u.InputAudio = b.AudioSecs * soundTokens
		u.Input += u.InputAudio
	default:
		u.Output = product(a.outputs, c.Choices)
	}
	return u
}

// soundTokens are what a second of sound is read as: OpenAI takes ten tokens.
const soundTokens = 10

// telling reports whether a usage says what a media call costs: it does not where the model is billed by what the usage
// leaves out, as by tokens while only characters are known.
func telling(a *attempt, u *llm.Usage) bool {
	if a.quote == nil {
		return true
	}
	b, err := a.quote.Bill(*u)
	return err == nil && len(b.Lines) > 0
}
