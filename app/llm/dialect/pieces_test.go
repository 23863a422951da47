package dialect_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// A large body that passes is sent in pieces of the client's own bytes, which together are what a small one becomes.
func TestLargeBodiesPassInPieces(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("x", 1<<20)
	for _, in := range tongues {
		if in.name == "bedrock" { // its requests are signed over the whole body
			continue
		}
		body := strings.Replace(in.ask, "hi", filler, 1)
		edit := llm.Edit{Model: "a-model-of-another-name", MaxOutput: 7, IncludeUsage: true}
		call := decoded(t, in, body)
		want, err := llm.Body(in.wire, call, edit)
		if err != nil {
			t.Fatal(err)
		}
		whole, pieces, err := llm.Sent(in.wire, call, edit)
		if err != nil || len(whole) != 0 || !bytes.Equal(bytes.Join(pieces, nil), want) {
			t.Errorf("%s: other bytes in %d pieces (%v)", in.name, len(pieces), err)
		}
		longest := pieces[0]
		for _, p := range pieces {
			if len(p) > len(longest) {
				longest = p
			}
		}
		if at := bytes.Index(call.Body, []byte(filler)); &call.Body[at] != &longest[bytes.Index(longest, []byte(filler))] {
			t.Errorf("%s: the body was copied", in.name)
		}
		for _, to := range tongues {
			if whole, pieces, err := llm.Sent(to.wire, call, edit); to.name != in.name && (len(whole) == 0 || pieces != nil || err != nil) {
				t.Errorf("%s to %s: pieces of what is translated (%v)", in.name, to.name, err)
			}
		}
	}
}
