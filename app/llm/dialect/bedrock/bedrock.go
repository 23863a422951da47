// Package bedrock is AWS Bedrock's wire dialect: Converse and ConverseStream, as AWS's SDKs send them and as Bedrock
// answers. Requests are scanned and spliced, answers are forwarded byte for byte and read on the side (decision D6); only a
// call that meets another dialect is decoded.
//
// Two things set it apart: the path names the model and asks for a stream, and a stream is AWS's binary event stream,
// frames with checksums instead of lines.
package bedrock

import (
	"cmp"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Dialect implements llm.Dialect.
type Dialect struct{}

var _ llm.Dialect = Dialect{}

// Family implements llm.Dialect.
func (Dialect) Family() llm.Family { return llm.Bedrock }

// Decode implements llm.Dialect.
func (d Dialect) Decode(a llm.Ask) (*llm.Call, error) {
	if a.Operation == llm.Chat {
		return decode(d, a)
	}
	return nil, fault.Newf(fault.NotFound, "unknown_operation", "The operation %q is not served in Bedrock's dialect.", a.Operation)
}

// native is Call.Native here: where what may be spliced lies.
type native struct {
	config llm.Spot // inferenceConfig, an object or null
	most   llm.Spot // maxTokens in it
}

// Wire implements llm.Wire.
type Wire struct {
	// Exception is the name in the header of a refusal (x-amzn-errortype), which its body does not always repeat.
	Exception string
}

var _ llm.Wire = Wire{}

// Family implements llm.Wire.
func (Wire) Family() llm.Family { return llm.Bedrock }

// Stream implements llm.Wire.
func (Wire) Stream(body io.ReadCloser, _ *llm.Call) llm.Stream { return newStream(body) }

// StreamType implements llm.Wire.
func (Wire) StreamType() string { return eventStream }

const eventStream = "application/vnd.amazon.eventstream"

// Edited implements llm.Wire: a lower cap, and nothing of another provider's thinking. The path names the model, and a stream
// always reports its usage.
func (Wire) Edited(call *llm.Call, edit llm.Edit) []byte {
	cuts := foreign(call, edit.Notes)
	n, _ := call.Native.(*native)
	if n != nil && edit.MaxOutput > 0 && (call.MaxOutput == 0 || edit.MaxOutput < call.MaxOutput) {
		cuts = append(cuts, capCut(call, n, strconv.FormatInt(edit.MaxOutput, 10)))
	}
	return llm.Splice(call.Body, cuts)
}

// capCut lowers the output cap where it stands, or adds it.
func capCut(call *llm.Call, n *native, most string) llm.Cut {
	switch {
	case n.most.Has():
		return n.most.Replace(most)
	case n.config.Has() && blank(call.Body[n.config.From:n.config.To]):
		return n.config.Replace(`{"maxTokens":` + most + `}`)
	case n.config.Has():
		return llm.Cut{From: n.config.From + 1, To: n.config.From + 1, With: `"maxTokens":` + most + `,`}
	}
	return llm.Cut{From: call.Spots.Open, To: call.Spots.Open, With: `"inferenceConfig":{"maxTokens":` + most + `},`}
}

// foreign takes thinking that another provider made, and that a client sends back as it came, out of a request that goes to
// Bedrock: its signature is none that Bedrock gave.
func foreign(call *llm.Call, notes *llm.Notes) (cuts []llm.Cut) {
	for _, mark := range []string{sealed, dialect.SealedBytes} {
		cuts = dialect.Purge(call.Body, mark, "messages", "content", func(raw []byte) dialect.Verdict {
			var b block
			if json.Unmarshal(raw, &b) != nil || b.Reasoning == nil {
				return dialect.Verdict{}
			}
			return dialect.Verdict{Gone: b.Reasoning.Text != nil && strings.HasPrefix(b.Reasoning.Text.Signature, sealed) ||
				strings.HasPrefix(b.Reasoning.Redacted, dialect.SealedBytes)}
		})
		if len(cuts) > 0 { // either mark finds both
			notes.Change("messages.content.reasoningContent", "of another provider was left out")
			break
		}
	}
	return cuts
}

// blank reports whether a value is null or an object without members.
func blank(raw []byte) bool {
	var m map[string]json.RawMessage
	return json.Unmarshal(raw, &m) == nil && len(m) == 0
}

// Model is the name that a call is sent to: the path's.
func Model(call *llm.Call, edit llm.Edit) string { return cmp.Or(edit.Model, call.Model) }
