package gemini

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Other providers' opaque state travels to a client of this dialect and back in thoughtSignature, which it keeps without
// reading. SDKs hold it as bytes, so it must be base64; the mark inside says whose it is. The text that was signed goes
// along: clients that did not ask for thoughts never see it, and a signature is worth nothing without it.

const sealMark = dialect.Sealed

type sealed struct {
	Of       llm.Family `json:"of"`
	Data     string     `json:"data"`
	Redacted bool       `json:"redacted,omitempty"`
	Text     string     `json:"text,omitempty"`
}

func seal(o *llm.Opaque, text string) string {
	if o.Of == llm.Gemini {
		return o.Data
	}
	return base64.StdEncoding.EncodeToString(append([]byte(sealMark), dialect.Encode(sealed{o.Of, o.Data, o.Redacted, text})...))
}

// unseal reads a signature; text is what another provider signed.
func unseal(signature string) (o *llm.Opaque, text string) {
	own := &llm.Opaque{Of: llm.Gemini, Data: signature}
	// SDKs may have written it again in the other alphabet.
	plain, err := base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(signature))
	rest, ours := strings.CutPrefix(string(plain), sealMark)
	var s sealed
	if err != nil || !ours || json.Unmarshal([]byte(rest), &s) != nil || s.Of == "" {
		return own, ""
	}
	return &llm.Opaque{Of: s.Of, Data: s.Data, Redacted: s.Redacted}, s.Text
}
