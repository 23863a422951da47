package gatewaytest

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// multiplexed are faults of HTTP/2. The frames are written one by one, since a server of HTTP/2 would not do such things.
func multiplexed() []Fault {
	over := func(row int, name string, document, stream *Want, m Mark, play func(*session, Request)) Fault {
		return Fault{Row: row, Name: name, Document: document, Stream: stream, Breaker: m, Open: func(t testing.TB, k *Kind, _ Fault) *Upstream {
			return frames2(t, k, window, play)
		}}
	}
	away := over(15, "goes away before it took the request", whole, whole, Fine, func(s *session, q Request) { s.answer(q) })
	away.Open = turnedAway(func(s *session) { _ = s.WriteGoAway(0, http2.ErrCodeNo, nil) })
	refuses := over(15, "refuses the stream before it took the request", whole, whole, Fine, func(s *session, q Request) { s.answer(q) })
	refuses.Open = turnedAway(func(s *session) { _ = s.WriteRSTStream(s.stream, http2.ErrCodeRefusedStream) })
	list := []Fault{away, refuses,
		over(16, "goes away with the request, before it answers", unsure, unsure, Counts, func(s *session, _ Request) { _ = s.WriteGoAway(s.stream, http2.ErrCodeInternal, nil); s.over = true }),
		over(16, "resets the stream before it answers", unsure, unsure, Counts, func(s *session, _ Request) { _ = s.WriteRSTStream(s.stream, http2.ErrCodeInternal) }),
		over(16, "resets the stream in the middle", half, truncated, Counts, func(s *session, q Request) {
			s.begin(q)
			s.c.settle(Request{})
			_ = s.WriteRSTStream(s.stream, http2.ErrCodeInternal)
		}),
		over(16, "goes away in the middle", half, truncated, Counts, func(s *session, q Request) {
			s.begin(q)
			_ = s.WriteGoAway(s.stream, http2.ErrCodeInternal, nil)
			s.over = true
		}),
		over(17, "answers and then stalls", silent, stalled, Counts, func(s *session, q Request) { s.begin(q) }),
		over(17, "never opens its window", silent, late, Counts, nil),
	}
	for i := range list {
		if list[i].Row == 16 {
			list[i].Falls = true
		}
	}
	list[len(list)-1].Open = func(t testing.TB, k *Kind, _ Fault) *Upstream { return frames2(t, k, 0, nil) }
	return list
}

// turnedAway is a provider that does with the first stream of its life as told and answers those that follow.
func turnedAway(do func(*session)) func(testing.TB, *Kind, Fault) *Upstream {
	return func(t testing.TB, k *Kind, _ Fault) *Upstream {
		var first atomic.Bool
		return frames2(t, k, window, func(s *session, q Request) { s.answer(q) }, func(s *session) bool {
			if first.Swap(true) {
				return false
			}
			do(s)
			return true
		})
	}
}

// window is how much a client may send at first, by the protocol's own rules (RFC 9113, 6.9.2).
const window = 65535

// session is one connection of HTTP/2.
type session struct {
	*http2.Framer
	c      *Conn
	stream uint32
	over   bool // the connection is closed after the request
	block  bytes.Buffer
	pack   *hpack.Encoder // into block
}

// frames2 starts an upstream over HTTP/2 with this initial window, which runs play for every request. refuse may turn a
// request away when its headers are there.
func frames2(t testing.TB, k *Kind, first uint32, play func(*session, Request), refuse ...func(*session) bool) *Upstream {
	return secure(t, k, leaf{addresses: []net.IP{net.IPv4(127, 0, 0, 1)}, until: time.Hour}, "h2", func(c *Conn) {
		preface := make([]byte, len(http2.ClientPreface))
		if _, err := io.ReadFull(c.r, preface); err != nil {
			return
		}
		s := &session{Framer: http2.NewFramer(c.Conn, c.r), c: c}
		s.pack = hpack.NewEncoder(&s.block)
		s.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		_ = s.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: first})
		_ = s.WriteWindowUpdate(0, 1<<20)
		s.serve(play, refuse)
	})
}

// serve reads frames until the client leaves or a fault ends the connection.
func (s *session) serve(play func(*session, Request), refuse []func(*session) bool) {
	var q Request
	for !s.over {
		f, err := s.ReadFrame()
		if err != nil {
			return
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = s.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				_ = s.WritePing(true, f.Data)
			}
		case *http2.MetaHeadersFrame:
			s.stream = f.StreamID
			q = Request{Method: f.PseudoValue("method"), Path: f.PseudoValue("path"), Header: http.Header{}}
			if len(refuse) > 0 && refuse[0](s) {
				s.stream = 0 // what still comes of it is dropped
			}
		case *http2.DataFrame:
			if f.StreamID != s.stream {
				continue
			}
			q.Body = append(q.Body, f.Data()...)
			if f.StreamEnded() && play != nil {
				s.c.u.record(q)
				play(s, q)
			}
		}
	}
	s.c.settle(Request{})
}

func (s *session) head(kind string) {
	s.block.Reset()
	for _, h := range [][2]string{{":status", "200"}, {"content-type", kind}, {"date", "Mon, 23 Nov 2026 08:00:00 GMT"}} {
		_ = s.pack.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]})
	}
	_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: s.stream, BlockFragment: s.block.Bytes(), EndHeaders: true})
}

// begin writes the beginning of an answer.
func (s *session) begin(q Request) {
	if !q.Streams() {
		s.head(jsonType)
		_ = s.WriteData(s.stream, false, []byte(s.c.Says.Document()[:60]))
		return
	}
	s.head(s.c.Says.StreamType)
	for _, e := range s.c.Says.begun() {
		_ = s.WriteData(s.stream, false, []byte(e))
	}
}

func (s *session) answer(q Request) {
	if !q.Streams() {
		s.head(jsonType)
		_ = s.WriteData(s.stream, true, []byte(s.c.Says.Document()))
		return
	}
	s.head(s.c.Says.StreamType)
	for _, e := range s.c.Says.Events() {
		_ = s.WriteData(s.stream, false, []byte(e))
	}
	_ = s.WriteData(s.stream, true, nil)
}
