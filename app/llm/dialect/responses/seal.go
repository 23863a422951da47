package responses

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Other providers' opaque state travels to a client of this dialect and back in a reasoning item's encrypted_content, which
// clients keep without reading. The mark in front says whose it is and what, so that it is never taken for OpenAI's.
const (
	sealed = dialect.Sealed
	hidden = "hidden:" // the thinking itself, and not a signature under it
	onCall = "call:"   // it belongs to the tool call that follows, not to thinking
)

func seal(o *llm.Opaque) string {
	switch {
	case o.Of == llm.Responses:
		return o.Data
	case o.Redacted:
		return sealed + string(o.Of) + ":" + hidden + o.Data
	}
	return sealed + string(o.Of) + ":" + o.Data
}

func unseal(s string) *llm.Opaque {
	if s == "" {
		return nil
	}
	rest, ours := strings.CutPrefix(s, sealed)
	if !ours {
		return &llm.Opaque{Of: llm.Responses, Data: s}
	}
	of, data, _ := strings.Cut(rest, ":")
	data, redacted := strings.CutPrefix(data, hidden)
	return &llm.Opaque{Of: llm.Family(of), Data: data, Redacted: redacted}
}
