package gatewaytest

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// refused are answers with another status than 200.
func refused() []Fault {
	list := make([]Fault, 0, 32)
	for name, header := range map[string]string{"for seconds": "Retry-After: 2", "until a date": "Retry-After: Mon, 23 Nov 2026 08:00:05 GMT", "for milliseconds": "Retry-After-Ms: 1500", "for a year": "Retry-After: 31536000"} {
		f := says(18, rate, busy, Pauses, header)
		f.Name += " " + name
		list = append(list, f)
	}
	less := says(18, rate, busy, Pauses, "Retry-After: -5")
	less.Name, less.Tries = less.Name+" for less than no time", 3
	list = append(list, less,
		Fault{Row: 18, Name: "limits the rate with a page", Document: busy, Stream: busy, Falls: true, Tries: 3, Breaker: Pauses, Play: pageOf(429, "Retry-After: soon")},
		says(19, spent, rejected, Locks), says(19, unpaid, rejected, Locks),
		Fault{Row: 20, Name: string(internal), Document: unsure, Stream: unsure, Free: rejected, Falls: true, Tries: 2, Breaker: Counts, Play: no(internal)},
		Fault{Row: 21, Name: "is a bad gateway with a page", Document: rejected, Stream: rejected, Falls: true, Tries: 3, Breaker: Counts, Play: pageOf(502)},
		Fault{Row: 21, Name: "is unavailable with a page", Document: busy, Stream: busy, Falls: true, Tries: 3, Breaker: Counts, Play: pageOf(503)},
		Fault{Row: 21, Name: "is a gateway that timed out with a page", Document: rejected, Stream: rejected, Falls: true, Tries: 3, Breaker: Counts, Play: pageOf(504)},
	)
	again := says(22, overloaded, busy, Counts)
	again.Tries = 3
	wrong := says(23, unknownKey, rejected, Locks)
	// Azure says 401 for a deployment that the key's resource has not, and AWS 403 for what the key may not use.
	wrong.Softly = []string{"azure", "bedrock"}
	list = append(list, again,
		wrong, says(23, forbidden, rejected, Counts),
		own(24, tooLong, 400), own(24, content, 400), own(24, tooLarge, 413),
		Fault{Row: 25, Name: "has no such path", Document: rejected, Stream: rejected, Falls: true, Breaker: Counts, Play: pageOf(404)})
	for status, place := range map[int]string{301: "http://127.0.0.1:1/canary", 302: "//127.0.0.1:1/", 303: "/v1/elsewhere", 307: "http://169.254.169.254/", 308: "https://example.com/"} {
		list = append(list, Fault{Row: 25, Name: fmt.Sprintf("redirects with %d", status), Document: rejected, Stream: rejected, Falls: true, Breaker: Counts,
			Play: pageOf(status, "Location: "+place)})
	}
	return list
}

// says is a refusal in the provider's own words.
func says(row int, t trouble, w *Want, m Mark, headers ...string) Fault {
	return Fault{Row: row, Name: string(t), Document: w, Stream: w, Falls: true, Breaker: m, Only: can(t), Play: no(t, headers...)}
}

// own is a refusal of the request itself, which the client gets.
func own(row int, t trouble, status int) Fault {
	w := &Want{Status: status, States: []ledger.State{ledger.Voided}, Never: []string{"canary"}}
	return Fault{Row: row, Name: string(t), Document: w, Stream: w, Breaker: Fine, Only: can(t), Play: no(t)}
}

func can(t trouble) func(*Tongue) bool {
	return func(g *Tongue) bool { _, ok := g.refusals[t]; return ok }
}

func no(t trouble, headers ...string) func(*Conn, Request) {
	return func(c *Conn, _ Request) {
		r := c.Says.refusals[t]
		c.Answer(r.status, jsonType, r.body, append(headers, r.headers...)...)
	}
}

func pageOf(status int, headers ...string) func(*Conn, Request) {
	return func(c *Conn, _ Request) { c.Answer(status, "text/html", page, headers...) }
}
