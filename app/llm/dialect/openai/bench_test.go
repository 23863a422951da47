package openai

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// chatBody makes a conversation of about size bytes, model last, as the worst case of a search for it.
func conversation(size int) []byte {
	var b strings.Builder
	b.WriteString(`{"messages":[{"role":"system","content":"You are helpful."}`)
	for b.Len() < size-100 {
		b.WriteString(`,{"role":"user","content":"` + strings.Repeat("All work and no play makes Jack a dull boy. ", min(20, (size-b.Len())/44+1)) + `"}`)
	}
	b.WriteString(`],"stream":true,"temperature":0.7,"max_tokens":500,"model":"gpt-5.5"}`)
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) {
	for _, x := range []struct {
		name string
		size int
	}{{"1KiB", 1 << 10}, {"4KiB", 4 << 10}, {"64KiB", 64 << 10}, {"1MiB", 1 << 20}} {
		body := conversation(x.size)
		b.Run(x.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (Dialect{}).Decode(llm.Ask{Operation: llm.Chat, Body: body}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSplice(b *testing.B) {
	call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: conversation(4 << 10)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Splice(call, llm.Edit{Model: "gpt-5.5-2026-04-23", MaxOutput: 100, IncludeUsage: true}, Quirks{})
	}
}

func BenchmarkStream(b *testing.B) {
	chunk := `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"abcdefghijkl"}` + "\n\n"
	src := []byte(strings.Repeat(chunk, 1000))
	b.SetBytes(int64(len(chunk)))
	b.ReportAllocs()
	open := func() llm.Stream { return NewStream(io.NopCloser(bytes.NewReader(src)), &llm.Call{}) }
	s, n := open(), 0
	for b.Loop() {
		if n++; n == 1000 {
			s, n = open(), 0
		}
		if e, err := s.Next(); err != nil || e.OutputBytes != 5 {
			b.Fatal(e, err)
		}
	}
}
