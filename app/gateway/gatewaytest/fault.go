package gatewaytest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Fault is one way in which a provider goes wrong, and what the gateway must make of it.
type Fault struct {
	Name string
	// Play answers one request. The connection is closed when it returns.
	Play func(c *Conn, q Request)
	// Before runs instead of reading a request, for what goes wrong earlier; nil otherwise.
	Before func(c *Conn)

	// Document and Stream are what must come of a request of either mode; nil if the fault does not apply to it.
	Document, Stream *Want
	// Falls says that the next target must be asked, since nothing of an answer arrived.
	Falls bool
	// Tries is how often the target is asked at most that has no other behind it, and a policy of three tries without a pause worth
	// the name; 0 means once.
	Tries int
}

// Want is an outcome.
type Want struct {
	// Status and Code are what the client gets: 200 and "" for a whole answer. A stream that broke after its first
	// byte has status 200, and the code in its last event.
	Status int
	Code   string
	// States are the settlements that are right; where there are several, the later ones err further to our side.
	States []ledger.State
	// Cost is the exact cost in tokens where the provider reported one, at one nano-dollar a token; -1 otherwise.
	Cost int64
	// Holds are texts that the client's bytes must hold, and Never those that they must not.
	Holds, Never []string
}

// Outcomes that many faults share.
var (
	whole     = &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 16, Holds: []string{"Hello"}}
	counted   = &Want{Status: 200, States: []ledger.State{ledger.Counted}, Cost: -1, Holds: []string{"Hello"}}
	rejected  = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Voided}}
	busy      = &Want{Status: 503, Code: "upstream_failed", States: []ledger.State{ledger.Voided}}
	silent    = &Want{Status: 504, Code: "upstream_timeout", States: []ledger.State{ledger.Ambiguous}, Cost: -1}
	unsure    = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Ambiguous}, Cost: -1}
	eitherWay = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Ambiguous, ledger.Voided}, Cost: -1} // the reset may be seen before or after the request was written
	junk      = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Counted, ledger.Ambiguous}, Cost: -1, Never: []string{"canary-html"}}
	truncated = &Want{Status: 200, Code: "upstream_truncated", States: []ledger.State{ledger.Cut}, Cost: -1, Holds: []string{"Hello"}, Never: []string{Done}}
	broken    = &Want{Status: 200, Code: "upstream_failed", States: []ledger.State{ledger.Cut}, Cost: -1, Holds: []string{"Hello"}, Never: []string{Done}}
	stalled   = &Want{Status: 200, Code: "upstream_timeout", States: []ledger.State{ledger.Cut}, Cost: -1, Holds: []string{"Hello"}, Never: []string{Done}}
	late      = &Want{Status: 200, Code: "upstream_timeout", States: []ledger.State{ledger.Ambiguous}, Cost: -1, Never: []string{Done}}
	half      = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Cut, ledger.Counted, ledger.Ambiguous}, Cost: -1}
)

// Faults are the ways, in the order of the design's list of provider faults. What needs TLS, HTTP/2 or name servers is
// tested in package egress.
func Faults() []Fault {
	return append(append(early(), answers()...), streams()...)
}

// early are faults before an answer.
func early() []Fault {
	return []Fault{
		{Name: "accepts and never answers", Document: silent, Stream: late, Play: func(c *Conn, _ Request) { c.Gone() }},
		{Name: "sends headers one byte at a time without end", Document: silent, Stream: late, Play: func(c *Conn, _ Request) {
			c.Raw("HTTP/1.1 200 OK\r\nX-Slow: ")
			c.drip(strings.Repeat("a", 100_000))
		}},
		{Name: "resets before the headers", Document: unsure, Stream: unsure, Falls: true, Play: func(c *Conn, _ Request) { c.Reset() }},
		{Name: "closes before the headers", Document: unsure, Stream: unsure, Falls: true, Play: func(*Conn, Request) {}},
		{Name: "closes before it read the request", Document: eitherWay, Stream: eitherWay, Falls: true, Before: func(c *Conn) { c.Reset() }},
		{Name: "speaks no HTTP", Document: unsure, Stream: unsure, Falls: true, Play: func(c *Conn, _ Request) { c.Raw("SSH-2.0-OpenSSH_9.9\r\n") }},
		{Name: "sends a megabyte of headers", Document: unsure, Stream: unsure, Falls: true, Play: func(c *Conn, _ Request) {
			c.Answer(200, "application/json", Document, "X-Huge: "+strings.Repeat("a", 1<<20))
		}},
	}
}

// answers are faults of whole answers and refusals.
func answers() []Fault {
	list := []Fault{
		{Name: "drips the body of a document", Document: &Want{Status: 504, Code: "upstream_timeout", States: []ledger.State{ledger.Cut, ledger.Ambiguous}, Cost: -1},
			Play: func(c *Conn, _ Request) {
				c.Head(200, "Content-Type: application/json", "Content-Length: 100000")
				c.drip(strings.Repeat(" ", 100_000))
			}},
		{Name: "promises more than it sends", Document: half, Falls: true, Tries: 2, Play: func(c *Conn, _ Request) {
			c.Head(200, "Content-Type: application/json", "Content-Length: 9999")
			c.Raw(Document)
		}},
		{Name: "sends more than it promised", Document: whole, Play: func(c *Conn, _ Request) {
			c.Answer(200, "application/json", Document)
			c.Raw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncanary")
		}},
		{Name: "answers 200 with nothing", Document: junk, Stream: junk, Falls: true, Tries: 2, Play: func(c *Conn, _ Request) { c.Answer(200, "application/json", "") }},
		{Name: "answers 200 with a page", Document: junk, Stream: junk, Falls: true, Tries: 2, Play: func(c *Conn, _ Request) { c.Answer(200, "text/html", page) }},
		{Name: "answers 200 with another JSON", Document: junk, Stream: junk, Falls: true, Tries: 2, Play: func(c *Conn, _ Request) { c.Answer(200, "application/json", `{"hello":"canary-html"}`) }},
		{Name: "answers 200 with broken JSON", Document: junk, Stream: junk, Falls: true, Tries: 2, Play: func(c *Conn, _ Request) { c.Answer(200, "application/json", Document[:80]) }},
		{Name: "sends a compressed answer that nobody asked for", Document: whole, Play: func(c *Conn, _ Request) {
			c.Answer(200, "application/json", squeeze(Document), "Content-Encoding: gzip")
		}},
		{Name: "sends a compressed bomb", Document: half, Falls: true, Tries: 2, Play: func(c *Conn, _ Request) {
			c.Answer(200, "application/json", bomb(), "Content-Encoding: gzip")
		}},
		{Name: "sends cookies and its account's name", Document: clean(whole), Stream: clean(whole), Play: func(c *Conn, q Request) {
			private := []string{"Set-Cookie: canary=1", "Openai-Organization: canary", "X-Ratelimit-Remaining-Tokens: canary", "Server: canary", "X-Request-Id: canary"}
			if !q.Streams() {
				c.Answer(200, "application/json", Document, private...)
				return
			}
			c.Stream(private...)
			c.all(Events())
		}},
		{Name: "reports no usage", Document: counted, Stream: counted, Play: func(c *Conn, q Request) {
			if !q.Streams() {
				c.Answer(200, "application/json", strings.Replace(Document, `,"usage":`+Usage, "", 1))
				return
			}
			c.Stream()
			c.all([]string{Chunk("Hello", ""), Last, Done})
		}},
		usageFault("reports a usage of zero", `{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}`, &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 0}),
		usageFault("reports more output than was allowed", `{"prompt_tokens":12,"completion_tokens":5000,"total_tokens":5012}`, &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 5012}),
		usageFault("reports negative usage", `{"prompt_tokens":12,"completion_tokens":-4,"total_tokens":8}`, odd),
		usageFault("reports usage beyond counting", `{"prompt_tokens":12,"completion_tokens":9223372036854775808,"total_tokens":9223372036854775808}`, odd),
		usageFault("reports half a token", `{"prompt_tokens":12,"completion_tokens":4.5,"total_tokens":16.5}`, odd),
		usageFault("reports usage in words", `{"prompt_tokens":"twelve","completion_tokens":"four"}`, odd),
	}
	for status, place := range map[int]string{301: "http://127.0.0.1:1/canary", 302: "//127.0.0.1:1/", 303: "/v1/elsewhere", 307: "http://169.254.169.254/", 308: "https://example.com/"} {
		list = append(list, Fault{Name: fmt.Sprintf("redirects with %d", status), Document: rejected, Stream: rejected, Falls: true,
			Play: func(c *Conn, _ Request) { c.Answer(status, "text/html", page, "Location: "+place) }})
	}
	for _, r := range refusals {
		list = append(list, Fault{Name: r.name, Document: r.want, Stream: r.want, Falls: r.falls, Tries: r.tries,
			Play: func(c *Conn, _ Request) { c.Answer(r.status, r.kind, r.body, r.headers...) }})
	}
	return list
}

// odd usage is not believed: our own count is booked instead, and the attempt is flagged.
var odd = &Want{Status: 200, States: []ledger.State{ledger.Counted, ledger.Cut, ledger.Ambiguous}, Cost: -1}

func usageFault(name, usage string, want *Want) Fault {
	return Fault{Name: name, Document: want, Stream: want, Play: func(c *Conn, q Request) {
		if !q.Streams() {
			c.Answer(200, "application/json", strings.Replace(Document, Usage, usage, 1))
			return
		}
		c.Stream()
		c.all([]string{Chunk("Hello", ""), Last, UsageChunk(usage), Done})
	}}
}

type refusal struct {
	name       string
	status     int
	kind, body string
	headers    []string
	want       *Want
	falls      bool
	tries      int
}

const plain, jsonType = "text/html", "application/json"

var refusals = []refusal{
	{"limits the rate for seconds", 429, jsonType, problem("slow down", "requests", "rate_limit_exceeded"), []string{"Retry-After: 2"}, busy, true, 0},
	{"limits the rate until a date", 429, jsonType, problem("slow down", "requests", "rate_limit_exceeded"), []string{"Retry-After: Mon, 23 Nov 2026 08:00:05 GMT"}, busy, true, 0},
	{"limits the rate for milliseconds", 429, jsonType, problem("slow down", "requests", "rate_limit_exceeded"), []string{"Retry-After-Ms: 1500"}, busy, true, 0},
	{"limits the rate for a year", 429, jsonType, problem("slow down", "requests", "rate_limit_exceeded"), []string{"Retry-After: 31536000"}, busy, true, 0},
	{"limits the rate for less than no time", 429, jsonType, problem("slow down", "requests", "rate_limit_exceeded"), []string{"Retry-After: -5"}, busy, true, 3},
	{"limits the rate with a page", 429, plain, page, []string{"Retry-After: soon"}, busy, true, 3},
	{"has an empty account", 429, jsonType, problem("You exceeded your current quota", "insufficient_quota", "insufficient_quota"), nil, rejected, true, 0},
	{"wants to be paid", 402, jsonType, problem("Insufficient Balance", "unknown_error", ""), nil, rejected, true, 0},
	{"has an error of its own", 500, jsonType, problem("The server had an error", "server_error", ""), nil, unsure, true, 2},
	{"is a bad gateway with a page", 502, plain, page, nil, noPage(rejected), true, 3},
	{"is unavailable with a page", 503, plain, page, nil, noPage(busy), true, 3},
	{"is a gateway that timed out with a page", 504, plain, page, nil, noPage(rejected), true, 3},
	{"is overloaded", 529, jsonType, problem("Overloaded", "overloaded_error", ""), nil, busy, true, 3},
	{"does not know our key", 401, jsonType, problem("Incorrect API key provided: sk-canary", "invalid_request_error", "invalid_api_key"), nil, noKey, true, 0},
	{"forbids our key", 403, jsonType, problem("You are not allowed, sk-canary", "permission_error", ""), nil, noKey, true, 0},
	{"finds the context too long", 400, jsonType, problem("maximum context length is 8192 tokens", "invalid_request_error", "context_length_exceeded"), nil,
		&Want{Status: 400, Code: "context_length_exceeded", States: []ledger.State{ledger.Voided}, Holds: []string{"maximum context length is 8192 tokens"}}, false, 0},
	{"refuses the content", 400, jsonType, problem("flagged by our content filter", "invalid_request_error", "content_policy_violation"), nil,
		&Want{Status: 400, Code: "content_policy_violation", States: []ledger.State{ledger.Voided}}, false, 0},
	{"finds the body too large", 413, jsonType, problem("too large", "invalid_request_error", ""), nil,
		&Want{Status: 413, Code: "", States: []ledger.State{ledger.Voided}}, false, 0},
	{"has no such path", 404, plain, page, nil, noPage(rejected), true, 0},
	{"answers 200 with an error object", 200, jsonType, problem("The server had an error", "server_error", ""), nil,
		&Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Ambiguous, ledger.Counted, ledger.Voided}, Cost: -1}, true, 2},
}

var noKey = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Voided}, Never: []string{"sk-canary"}}

func noPage(w *Want) *Want {
	c := *w
	c.Never = append([]string{"canary-html"}, w.Never...)
	return &c
}

func clean(w *Want) *Want {
	c := *w
	c.Never = append([]string{"canary"}, w.Never...)
	return &c
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

// all sends a stream's events and ends the body.
func (c *Conn) all(events []string) {
	for _, e := range events {
		c.Event(e)
	}
	c.End()
}

// drip writes one byte at a time, slowly, until the client leaves.
func (c *Conn) drip(s string) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for i := range len(s) {
		<-tick.C
		if !c.Raw(s[i : i+1]) {
			return
		}
	}
}
