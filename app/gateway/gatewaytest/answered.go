package gatewaytest

import (
	"bytes"
	"compress/gzip"
	"strings"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// answered are faults of answers that say 200.
func answered() []Fault {
	return []Fault{
		{Row: 7, Name: "drips the body of a document", Document: &Want{Status: 504, Code: "upstream_timeout", States: []ledger.State{ledger.Ambiguous}, Cost: -1}, Breaker: Counts,
			Play: func(c *Conn, _ Request) {
				c.Head(200, "Content-Type: application/json", "Content-Length: 100000")
				c.drip(strings.Repeat(" ", 100_000))
			}},
		{Row: 13, Name: "promises more than it sends", Document: half, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Head(200, "Content-Type: application/json", "Content-Length: 9999")
			c.Raw(c.Says.Document())
		}},
		{Row: 13, Name: "sends more than it promised", Document: clean(whole), Breaker: Fine, Play: func(c *Conn, _ Request) {
			c.Answer(200, jsonType, c.Says.Document())
			c.Raw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncanary")
		}},
		{Row: 26, Name: "answers 200 with an error object", Document: erroneous, Stream: erroneous, Free: rejected, Falls: true, Tries: 2, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Answer(200, jsonType, c.Says.refusals[internal].body, c.Says.refusals[internal].headers...)
		}},
		answer200(27, "nothing", jsonType, func(*Tongue) string { return "" }),
		answer200(28, "a page", "text/html", func(*Tongue) string { return page }),
		answer200(28, "a page that says it is JSON", jsonType, func(*Tongue) string { return page }),
		answer200(28, "another JSON", jsonType, func(*Tongue) string { return `{"hello":"canary"}` }),
		answer200(28, "broken JSON", jsonType, func(t *Tongue) string { return t.Document()[:60] }),
		{Row: 41, Name: "sends a compressed answer that nobody asked for", Document: whole, Breaker: Fine, Play: func(c *Conn, _ Request) {
			c.Answer(200, jsonType, squeeze(c.Says.Document()), "Content-Encoding: gzip")
		}},
		{Row: 41, Name: "sends a compressed bomb", Document: half, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Answer(200, jsonType, bomb(), "Content-Encoding: gzip")
		}},
		{Row: 41, Name: "compresses in a way that nobody knows", Document: erroneous, Stream: erroneous, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Answer(200, jsonType, "\x28\xb5\x2f\xfd canary", "Content-Encoding: zstd")
		}},
	}
}

func answer200(row int, what, kind string, body func(*Tongue) string) Fault {
	return Fault{Row: row, Name: "answers 200 with " + what, Document: junk, Stream: junk, Falls: true, Tries: 2, Breaker: Counts,
		Play: func(c *Conn, _ Request) { c.Answer(200, kind, body(c.Says.Tongue)) }}
}

// usages are answers whose usage is odd.
func usages() []Fault {
	exact := func(n int64) *Want {
		return &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: n, Text: "Hello"}
	}
	list := []Fault{
		usage(37, "reports no usage", none, counted),
		usage(39, "reports a usage of zero", counts{"0", "0"}, exact(0)),
		usage(39, "reports negative usage", counts{"12", "-4"}, odd),
		usage(39, "reports usage beyond counting", counts{"12", "9223372036854775808"}, odd),
		usage(39, "reports half a token", counts{"12", "4.5"}, odd),
		usage(39, "reports usage in words", counts{`"twelve"`, `"four"`}, odd),
		usage(40, "reports more output than was allowed", counts{"12", "5000"}, exact(5012)),
	}
	return list
}

func usage(row int, name string, n counts, w *Want) Fault {
	return Fault{Row: row, Name: name, Document: w, Stream: w, Breaker: Fine, Play: func(c *Conn, q Request) {
		if !q.Streams() {
			c.Answer(200, jsonType, c.Says.document("Hello", n))
			return
		}
		c.Stream()
		c.all(c.Says.said(n, "Hello"))
	}}
}

// bomb is 48 MiB of blanks in 48 KiB.
var bomb = sync.OnceValue(func() string { return squeeze(strings.Repeat(" ", 48<<20)) })

func squeeze(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}
