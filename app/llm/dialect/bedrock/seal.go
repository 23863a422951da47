package bedrock

import (
	"encoding/base64"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Other providers' opaque state travels to a client of this dialect and back in a signature, which it keeps without
// reading. The mark in front says whose it is. Signatures without one are Claude's, and the same on Anthropic's own API.
const sealed = dialect.Sealed

func seal(o *llm.Opaque) string {
	if o.Of == llm.Anthropic || o.Of == llm.Bedrock {
		return o.Data
	}
	return sealed + string(o.Of) + ":" + o.Data
}

func unseal(s string) *llm.Opaque {
	if rest, ours := strings.CutPrefix(s, sealed); ours {
		of, data, _ := strings.Cut(rest, ":")
		return &llm.Opaque{Of: llm.Family(of), Data: data}
	}
	return &llm.Opaque{Of: llm.Anthropic, Data: s}
}

// sealBytes is hidden thinking as Converse has it, bytes in base64: Bedrock's own as it came, anybody else's marked.
func sealBytes(o *llm.Opaque) string {
	if o.Of == llm.Bedrock {
		return o.Data
	}
	return base64.StdEncoding.EncodeToString([]byte(sealed + string(o.Of) + ":" + o.Data))
}

func unsealBytes(s string) *llm.Opaque {
	raw, err := base64.StdEncoding.DecodeString(s)
	if rest, ours := strings.CutPrefix(string(raw), sealed); ours && err == nil {
		of, data, _ := strings.Cut(rest, ":")
		return &llm.Opaque{Of: llm.Family(of), Data: data, Redacted: true}
	}
	return &llm.Opaque{Of: llm.Bedrock, Data: s, Redacted: true}
}
