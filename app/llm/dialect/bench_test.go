package dialect_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// BenchmarkRequest translates a conversation of 64 KiB, against what the same dialect pays for it (package openai's
// benchmarks of Decode and Splice).
func BenchmarkRequest(b *testing.B) {
	for i, from := range tongues[:2] {
		to := tongues[1-i]
		turn := `{"role":"user","content":"` + strings.Repeat("All work and no play. ", 40) + `"},{"role":"assistant","content":"no"},`
		body := strings.Replace(from.ask, `"messages":[`, `"messages":[`+strings.Repeat(turn, 70), 1)
		b.Run(from.name+" to "+to.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				call, err := from.client.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := llm.Body(to.wire, call, llm.Edit{Model: "m"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAnswer translates a recorded stream, per stream.
func BenchmarkAnswer(b *testing.B) {
	for i, from := range tongues[:2] {
		to := tongues[1-i]
		src, err := os.ReadFile("testdata/answers/" + from.name + "/text.sse")
		if err != nil {
			b.Fatal(err)
		}
		call, err := to.client.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(to.streams)})
		if err != nil {
			b.Fatal(err)
		}
		for _, translate := range []bool{false, true} {
			name := from.name + " alone"
			if translate {
				name = from.name + " to " + to.name
			}
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s := from.wire.Stream(io.NopCloser(bytes.NewReader(src)), call)
					if translate {
						if s, err = llm.Answer(from.wire, call, s); err != nil {
							b.Fatal(err)
						}
					}
					for err = error(nil); err == nil; {
						_, err = s.Next()
					}
				}
			})
		}
	}
}
