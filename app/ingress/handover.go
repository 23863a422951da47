package ingress

import (
	"net"
	"sync"
	"sync/atomic"
)

// handover is a listener for connections that net/http is to serve.
type handover struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	addr   net.Addr
	open   atomic.Int64 // connections that net/http has
}

// Accept implements net.Listener.
func (h *handover) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *handover) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

// Addr implements net.Listener.
func (h *handover) Addr() net.Addr { return h.addr }

// give hands a connection over, of which first was read; false when nobody takes it any more.
func (h *handover) give(c net.Conn, first []byte) bool {
	h.open.Add(1)
	select {
	case h.conns <- &replayed{Conn: c, first: first, from: h}:
		return true
	case <-h.closed:
		h.open.Add(-1)
		return false
	}
}

// replayed is a connection of which some bytes were read already. It is counted out when it closes.
type replayed struct {
	net.Conn
	first []byte
	from  *handover
	once  sync.Once
}

// Close implements net.Conn.
func (r *replayed) Close() error {
	r.once.Do(func() { r.from.open.Add(-1) })
	return r.Conn.Close()
}

// Read implements io.Reader.
func (r *replayed) Read(p []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(p, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(p)
}
