package gatewaytest

import (
	"strings"
	"time"
)

// early are faults before an answer, once there is a connection.
func early() []Fault {
	return []Fault{
		{Row: 5, Name: "accepts and never answers", Document: silent, Stream: late, Breaker: Counts, Play: func(c *Conn, _ Request) { c.Gone() }},
		{Row: 6, Name: "sends headers one byte at a time without end", Document: silent, Stream: late, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Raw("HTTP/1.1 200 OK\r\nX-Slow: ")
			c.drip(strings.Repeat("a", 100_000))
		}},
		{Row: 10, Name: "resets before the headers", Document: unsure, Stream: unsure, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) { c.Reset() }},
		{Row: 10, Name: "closes before the headers", Document: unsure, Stream: unsure, Falls: true, Breaker: Counts, Play: func(*Conn, Request) {}},
		{Row: 10, Name: "closes before it read the request", Document: eitherWay, Stream: eitherWay, Falls: true, Breaker: Counts, Tries: 3, Before: func(c *Conn) { c.Reset() }},
		{Row: 10, Name: "speaks no HTTP", Document: unsure, Stream: unsure, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) { c.Raw("SSH-2.0-OpenSSH_9.9\r\n") }},
		{Row: 42, Name: "sends a megabyte of headers", Document: unsure, Stream: unsure, Falls: true, Breaker: Counts, Play: func(c *Conn, _ Request) {
			c.Answer(200, jsonType, c.Says.Document(), "X-Huge: "+strings.Repeat("a", 1<<20))
		}},
		{Row: 42, Name: "sends cookies and its account's name", Document: clean(whole), Stream: clean(whole), Breaker: Fine, Play: func(c *Conn, q Request) {
			private := []string{"Set-Cookie: canary=1", "Openai-Organization: canary", "X-Ratelimit-Remaining-Tokens: canary", "Server: canary", "X-Request-Id: canary",
				"Connection: keep-alive, X-Canary", "X-Canary: canary", "Proxy-Authenticate: canary", "Keep-Alive: canary=1"}
			if !q.Streams() {
				c.Answer(200, jsonType, c.Says.Document(), private...)
				return
			}
			c.Stream(private...)
			c.all(c.Says.Events())
		}},
	}
}

// second are faults of a connection that is used again.
func second() []Fault {
	return []Fault{
		{Row: 11, Name: "closed the connection while it was idle", Second: true, Document: whole, Stream: whole, Breaker: Fine, Tries: 2, Play: func(c *Conn, q Request) { c.answer(q) }},
		{Row: 11, Name: "reset the connection while it was idle", Second: true, Document: whole, Stream: whole, Breaker: Fine, Tries: 2, Play: func(c *Conn, q Request) { c.answer(q); c.settle(q); c.Reset() }},
	}
}

func clean(w *Want) *Want {
	c := *w
	c.Never = append([]string{"canary"}, w.Never...)
	return &c
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

// settle waits until the client has what was sent, because a reset overtakes what still lies in a socket. Of a document that
// is cut a client sees nothing, so there time has to do.
func (c *Conn) settle(q Request) {
	wait := time.After(50 * time.Millisecond)
	if q.Streams() {
		wait = time.After(20 * time.Second)
	}
	select {
	case <-c.u.saw:
	case <-wait:
	}
}
