package app

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// refusals are what a request hears that comes on a connection above the bound. *gateway.Gateway implements it.
type refusals interface {
	Full(r *http.Request) (status int, header http.Header, body []byte)
}

// A client above the bound is listened to for a moment, because what it asks for tells which words it understands. So are few at a
// time, out of the spare descriptors; the others hear the same in OpenAI's words at once.
const (
	mostHeard = 32
	hearing   = 500 * time.Millisecond
)

// hear reads what a client above the bound asks for, refuses it, and lets it read that: closing while something of it lies unread
// would take the answer back.
func (b *bounded) hear(t *net.TCPConn) {
	defer func() {
		_ = t.Close()
		b.heard.Add(-1)
	}()
	_ = t.SetDeadline(clock.System{}.Now().Add(hearing))
	said := []byte(tooMany)
	if r, err := http.ReadRequest(bufio.NewReader(io.LimitReader(t, 64<<10))); err == nil && b.words != nil {
		said = response(b.words.Full(r))
	}
	_ = t.SetDeadline(clock.System{}.Now().Add(hearing))
	if _, err := t.Write(said); err != nil || t.CloseWrite() != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(t, 1<<20))
}

func response(status int, header http.Header, body []byte) []byte {
	var out bytes.Buffer
	r := http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: header, Close: true, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body))}
	_ = r.Write(&out) // into memory
	return out.Bytes()
}
