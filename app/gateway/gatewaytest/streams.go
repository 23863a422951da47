package gatewaytest

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// streams are faults inside streams, where the first byte has reached the client.
func streams() []Fault {
	begin := func(c *Conn) {
		c.Stream()
		c.Event(Chunk("Hello", ""))
		c.Event(Chunk(" there", ""))
	}
	same := &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 16, Holds: []string{"Hello", " friend", Done}}
	repaired := &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 16, Holds: []string{"Hello", "a\ufffdb", Done}, Never: []string{"\xff", "\x00"}}
	return []Fault{
		{Name: "stalls after two events", Stream: stalled, Play: func(c *Conn, _ Request) { begin(c); c.Gone() }},
		{Name: "ends without its end mark", Stream: truncated, Play: func(c *Conn, _ Request) { begin(c); c.End() }},
		{Name: "resets in the middle", Stream: truncated, Play: func(c *Conn, _ Request) { begin(c); c.settle(); c.Reset() }},
		{Name: "closes in the middle of an event", Stream: truncated, Play: func(c *Conn, _ Request) { begin(c); c.Send(`data: {"id":"chatc`) }},
		{Name: "breaks the framing", Stream: truncated, Play: func(c *Conn, _ Request) { begin(c); c.Raw("zz\r\nrubbish\r\n") }},
		{Name: "reports an error in the middle", Stream: broken, Play: func(c *Conn, _ Request) {
			begin(c)
			c.Event(problem("The server had an error", "server_error", ""))
			c.End()
		}},
		{Name: "reports an error as the first event", Falls: true, Tries: 3, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.Event(problem("Overloaded, try later", "overloaded_error", ""))
			c.End()
		}, Stream: &Want{Status: 503, Code: "upstream_failed", States: []ledger.State{ledger.Voided, ledger.Ambiguous}, Cost: -1}},
		{Name: "sends malformed JSON in an event", Stream: broken, Play: func(c *Conn, _ Request) {
			begin(c)
			c.Event(`{"choices":[{"delta":{"content":"x"`)
			c.Gone()
		}},
		{Name: "sends a line without end", Stream: broken, Play: func(c *Conn, _ Request) {
			begin(c)
			c.Send("data: {")
			for block := strings.Repeat("a", 64<<10); c.Send(block); {
			}
		}},
		{Name: "floods with empty events", Stream: broken, Play: func(c *Conn, _ Request) {
			begin(c)
			for block := strings.Repeat("data:\n\n", 5000); c.Send(block); {
			}
		}},
		{Name: "floods with comments", Stream: broken, Play: func(c *Conn, _ Request) {
			begin(c)
			for block := strings.Repeat(": keep-alive\n\n", 5000); c.Send(block); {
			}
		}},
		{Name: "sends events and fields nobody knows", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.Send(": a comment\n\nevent: surprise\nid: 7\nretry: 1000\ndata: {\"new\":true}\n\n")
			c.all(Events())
		}},
		{Name: "begins with a byte order mark and ends lines with CR LF", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.Send("\ufeff")
			for _, e := range Events() {
				c.Send("data: " + e + "\r\n\r\n")
			}
			c.End()
		}},
		{Name: "sends one byte at a time", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			for _, e := range Events() {
				for _, b := range []byte("data: " + strings.ReplaceAll(e, "Hello", "Hello é") + "\n\n") {
					c.Send(string([]byte{b}))
				}
			}
			c.End()
		}},
		{Name: "sends a whole stream in one piece", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.Send("data: " + strings.Join(Events(), "\n\ndata: ") + "\n\n")
			c.End()
		}},
		{Name: "leaves out the space and the last blank line", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.Send("data:" + strings.Join(Events(), "\n\ndata:") + "\n")
			c.End()
		}},
		{Name: "forgets the content type", Stream: same, Play: func(c *Conn, _ Request) {
			c.chunked = true
			c.Head(200, "Content-Type: text/plain", "Transfer-Encoding: chunked")
			c.all(Events())
		}},
		{Name: "sends bytes that are not UTF-8", Stream: repaired, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.all(append([]string{Chunk("Hello", ""), strings.Replace(Chunk("BAD", ""), "BAD", "a\xffb", 1)}, Events()[1:]...))
		}},
		{Name: "sends a NUL inside a text", Stream: repaired, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.all(append([]string{Chunk("Hello", ""), strings.Replace(Chunk("BAD", ""), "BAD", "a\x00b", 1)}, Events()[1:]...))
		}},
		{Name: "reports usage twice, growing", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.all([]string{Chunk("Hello", `,"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":13}`), Chunk(" friend", ""), Last, UsageChunk(Usage), Done})
		}},
		{Name: "reports usage in every event", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			c.all([]string{Chunk("Hello", `,"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":13}`), Chunk(" friend", `,"usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16}`), Last, Done})
		}},
		{Name: "goes on after its end mark", Stream: same, Play: func(c *Conn, _ Request) {
			c.Stream()
			for _, e := range Events() {
				c.Event(e)
			}
			c.Event(Chunk("canary", ""))
			c.Gone()
		}},
		{Name: "sends tool calls out of order", Stream: same, Play: func(c *Conn, _ Request) {
			tool := func(rest string) string {
				return strings.Replace(Chunk("", ""), `{"content":""}`, `{"tool_calls":[`+rest+`]}`, 1)
			}
			c.Stream()
			c.all(append([]string{
				tool(`{"index":3,"function":{"arguments":"{\"a"}}`),
				tool(`{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}},{"index":0,"id":"call_1"}`),
				tool(`{"index":-1,"function":{"arguments":"\ud800"}}`),
			}, Events()...))
		}},
	}
}

// settle gives the client time to read what was sent, because a reset overtakes what still lies in the socket. A client
// that reads an open stream says nothing more, so time is the only sign.
func (c *Conn) settle() { <-time.After(50 * time.Millisecond) }
