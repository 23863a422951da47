package gatewaytest

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// streams are faults inside streams, where the first byte has reached the client.
func streams() []Fault { return slices.Concat(cuts(), oddities(), unicode(), framings()) }

// cuts are streams that break.
func cuts() []Fault {
	return []Fault{
		{Row: 8, Name: "stalls in the middle of a stream", Stream: stalled, Breaker: Counts, Play: func(c *Conn, _ Request) { c.begin(); c.Gone() }},
		{Row: 9, Name: "ends without its end", Stream: truncated, Breaker: Counts, Play: func(c *Conn, _ Request) { c.begin(leaves); c.End() }},
		{Row: 9, Name: "ends between its last text and its end mark", Stream: truncated, Breaker: Counts, Only: marked, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			events := c.Says.said(none, "Hello", " there")
			c.all(events[:len(events)-2])
		}},
		{Row: 12, Name: "resets in the middle of a stream", Stream: truncated, Breaker: Counts, Play: func(c *Conn, q Request) { c.begin(); c.settle(q); c.Reset() }},
		{Row: 12, Name: "closes in the middle of an event", Stream: truncated, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.begin()
			c.Send(c.Says.text("friend")[:20])
		}},
		{Row: 12, Name: "closes in the middle of a document", Document: half, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.chunked = true
			c.Head(200, "Content-Type: application/json", "Transfer-Encoding: chunked")
			c.Send(c.Says.Document()[:60])
		}},
		{Row: 14, Name: "breaks the chunks of a stream", Stream: truncated, Breaker: Counts, Play: func(c *Conn, _ Request) { c.begin(); c.Raw("zz\r\nrubbish\r\n") }},
		{Row: 14, Name: "breaks the chunks of a document", Document: half, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Head(200, "Content-Type: application/json", "Transfer-Encoding: chunked")
			c.Raw("10\r\n" + c.Says.Document()[:8] + "zz\r\n")
		}},
		{Row: 30, Name: "reports an error in the middle", Stream: broken, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.begin(leaves)
			c.all([]string{c.Says.failed(internal)})
		}},
		{Row: 30, Name: "reports an error as the first event", Falls: true, Tries: 3, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all([]string{c.Says.failed(overloaded)})
		}, Stream: busy},
		{Row: 31, Name: "sends malformed JSON in an event", Stream: broken, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.begin()
			c.Send(c.Says.event(`{"choices":[{"delta":{"content":"x"`))
			c.Gone()
		}},
		{Row: 31, Name: "sends a list where an event is an object", Stream: broken, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.begin()
			c.Send(c.Says.event(`["canary"]`))
			c.Gone()
		}},
		{Row: 33, Name: "sends a line without end", Stream: broken, Breaker: Counts, Only: sse, Play: func(c *Conn, _ Request) {
			c.begin()
			c.Send("data: {")
			for block := strings.Repeat("a", 64<<10); c.Send(block); {
			}
		}},
		{Row: 33, Name: "sends a frame of 64 MiB", Stream: broken, Breaker: Counts, Only: frames, Play: func(c *Conn, _ Request) {
			c.begin()
			c.Send(frame(64<<20, 0))
			for block := strings.Repeat("a", 64<<10); c.Send(block); {
			}
		}},
		{Row: 34, Name: "floods with empty events", Stream: broken, Breaker: Counts, Only: sse, Play: flood("data:\n\n")},
		{Row: 34, Name: "floods with comments", Stream: broken, Breaker: Counts, Only: sse, Play: flood(": keep-alive\n\n")},
	}
}

func flood(with string) func(*Conn, Request) {
	return func(c *Conn, _ Request) {
		c.begin()
		for block := strings.Repeat(with, 5000); c.Send(block); {
		}
	}
}

// oddities are streams that a strict reader could trip over and a client must not notice.
func oddities() []Fault {
	same := whole
	return []Fault{
		{Row: 29, Name: "forgets the content type", Stream: same, Breaker: Fine, Only: sse, Play: func(c *Conn, _ Request) {
			c.chunked = true
			c.Head(200, "Content-Type: text/plain", "Transfer-Encoding: chunked")
			c.all(c.Says.Events())
		}},
		{Row: 32, Name: "sends events and fields nobody knows", Stream: same, Breaker: Fine, Only: sse, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.Send(": a comment\n\nevent: surprise\nid: 7\nretry: 1000\ndata: {\"new\":true}\n\n")
			c.all(c.Says.Events())
		}},
		{Row: 32, Name: "sends frames nobody knows", Stream: same, Breaker: Fine, Only: frames, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			events := c.Says.Events()
			c.all(slices.Insert(events, 1, bedrockFrame("surprise", `{"new":true}`)))
		}},
		{Row: 38, Name: "reports usage twice, growing", Stream: same, Breaker: Fine, Only: sse, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all(c.Says.twice(counts{"12", "1"}, healthy))
		}},
		{Row: 38, Name: "reports usage twice, falling", Breaker: Fine, Only: func(t *Tongue) bool { return t == &openai || t == &gemini }, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all(c.Says.twice(counts{"12", "9"}, healthy))
		}, Stream: same},
		{Row: 43, Name: "goes on after its end mark", Stream: clean(same), Breaker: Fine, Only: marked, Play: func(c *Conn, _ Request) {
			c.Stream()
			for _, e := range c.Says.Events() {
				c.Send(e)
			}
			c.Send(c.Says.text("canary"))
			c.Gone()
		}},
		{Row: 44, Name: "sends tool calls out of order", Stream: same, Breaker: Fine, Only: func(t *Tongue) bool { return t == &openai }, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all(slices.Insert(c.Says.said(healthy, "Hello there friend"), 1,
				openaiCall(`{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":"{\"a"}}`),
				openaiCall(`{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}},{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}`),
				openaiCall(`{"index":1,"function":{"arguments":"\":1}"}}`)))
		}},
		{Row: 44, Name: "sends tool calls that cannot be", Stream: same, Translated: broken, Breaker: Fine, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all(append(c.Says.begun(), append([]string{c.Says.text(" friend"),
				openaiCall(`{"index":-1,"function":{"arguments":"\ud800"}},{"index":3,"function":{"arguments":"{\"a"}}`)}, c.Says.tail(healthy)...)...))
		}, Only: func(t *Tongue) bool { return t == &openai }},
		{Row: 44, Name: "adds to a tool call that never began", Stream: same, Breaker: Fine, Only: func(t *Tongue) bool { return t.call != "" }, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all(append(append(c.Says.begun(), c.Says.text(" friend"), c.Says.call), c.Says.tail(healthy)...))
		}},
	}
}

// twice is a stream that reports its usage in its first piece of text and at its end.
func (t *Tongue) twice(first, last counts) []string {
	early := t.said(first, "Hello")
	report := early[len(early)-1]
	if t == &openai {
		report = early[len(early)-2]
		report = strings.Replace(report, `"choices":[]`, `"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]`, 1)
	} else if t == &gemini {
		report = strings.NewReplacer(`"text":""`, `"text":"Hello"`, `,"finishReason":"STOP"`, "").Replace(report)
	} else { // the head is the first report
		return append(append(t.head(first), t.text("Hello"), t.text(" there"), t.text(" friend")), t.tail(last)...)
	}
	return append([]string{report, t.text(" there"), t.text(" friend")}, t.tail(last)...)
}

// unicode are streams whose texts are no text.
func unicode() []Fault {
	repaired := &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 16, Text: "Helloa\ufffdb", Never: []string{"\xff", "\x00"}}
	send := func(bad string) func(*Conn, Request) {
		return func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all(c.Says.said(healthy, "Hello", bad))
		}
	}
	return []Fault{
		{Row: 36, Name: "sends bytes that are not UTF-8", Stream: repaired, Breaker: Fine, Only: sse, Play: send("a\xffb")},
		{Row: 36, Name: "sends a NUL inside a text", Stream: repaired, Breaker: Fine, Only: sse, Play: send("a\x00b")},
		{Row: 36, Name: "sends half a pair of surrogates", Breaker: Fine, Play: send(`a\ud800b`),
			Stream: &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 16, Text: "Helloa\ufffdb"}},
	}
}

// framings are the same stream, cut and framed in ways that are allowed.
func framings() []Fault {
	as := func(change func(string) string) func(*Conn, Request) {
		return func(c *Conn, _ Request) {
			c.Stream(leaves)
			for _, e := range c.Says.Events() {
				c.Send(change(e))
			}
			c.End()
		}
	}
	return []Fault{
		{Row: 35, Name: "begins with a byte order mark and ends lines with CR LF", Stream: whole, Breaker: Fine, Only: sse, Play: func(c *Conn, q Request) {
			c.Stream(leaves)
			c.Send("\ufeff")
			for _, e := range c.Says.Events() {
				c.Send(strings.ReplaceAll(strings.ReplaceAll(e, "\r\n", "\n"), "\n", "\r\n"))
			}
			c.End()
		}},
		{Row: 35, Name: "sends one byte at a time", Stream: &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 16, Text: "Hello é there"}, Breaker: Fine, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			for _, e := range c.Says.said(healthy, "Hello é", " there") {
				for _, b := range []byte(e) {
					c.Send(string([]byte{b}))
				}
			}
			c.End()
		}},
		{Row: 35, Name: "sends a whole stream in one piece", Stream: whole, Breaker: Fine, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all([]string{strings.Join(c.Says.Events(), "")})
		}},
		{Row: 35, Name: "leaves out the spaces", Stream: whole, Breaker: Fine, Only: sse, Play: as(func(e string) string {
			return strings.NewReplacer("data: ", "data:", "event: ", "event:").Replace(e)
		})},
		{Row: 35, Name: "leaves out the last blank line", Stream: whole, Breaker: Fine, Only: sse, Play: func(c *Conn, _ Request) {
			c.Stream(leaves)
			c.all([]string{strings.TrimRight(strings.Join(c.Says.Events(), ""), "\r\n") + "\n"})
		}},
		{Row: 14, Name: "sends a frame whose checksum is wrong", Stream: broken, Breaker: Counts, Only: frames, Play: func(c *Conn, _ Request) {
			c.begin()
			bad := []byte(c.Says.text("canary"))
			bad[len(bad)-1] ^= 1
			c.Send(string(bad))
			c.Gone()
		}},
	}
}
