package gatewaytest

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"
)

// unreached are faults before there is a connection, and those of HTTP/2. Nothing of a request can have been read where
// there was none.
func unreached() []Fault {
	gone := func(row int, name string, open func(testing.TB, *Kind, Fault) *Upstream) Fault {
		return Fault{Row: row, Name: name, Document: rejected, Stream: rejected, Falls: true, Breaker: Counts, Open: open}
	}
	list := []Fault{gone(1, "refuses connections", refusing), gone(2, "answers no connect", hole)}
	list[0].Tries, list[1].Tries = 3, 3
	for name, code := range map[string]byte{"has a name that does not exist": 3, "has a name whose server fails": 2, "has a name whose server says nothing": mute} {
		f := gone(3, name, func(t testing.TB, k *Kind, _ Fault) *Upstream { return lost(t, k, code) })
		f.Tries = 3
		list = append(list, f)
	}
	for name, change := range map[string]func(*leaf){
		"shows a certificate that has expired":     func(l *leaf) { l.until = -time.Hour },
		"shows a certificate of another name":      func(l *leaf) { l.names = []string{"elsewhere.test"}; l.addresses = nil },
		"shows a certificate of an unknown issuer": func(l *leaf) { l.stranger = true },
		"speaks only TLS 1.1":                      func(l *leaf) { l.newest = tls.VersionTLS11 },
	} {
		list = append(list, gone(4, name, func(t testing.TB, k *Kind, _ Fault) *Upstream {
			l := leaf{addresses: []net.IP{net.IPv4(127, 0, 0, 1)}, until: time.Hour}
			change(&l)
			return secure(t, k, l, "http/1.1", Healthy)
		}))
	}
	list = append(list, gone(4, "speaks no TLS where TLS was asked for", func(t testing.TB, k *Kind, _ Fault) *Upstream {
		u := Listen(t, k, func(c *Conn) { c.Raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"); c.Gone() })
		u.URL = strings.Replace(u.URL, "http:", "https:", 1)
		return u
	}))
	return append(list, multiplexed()...)
}

// refusing is a port where nobody listens.
func refusing(t testing.TB, k *Kind, _ Fault) *Upstream {
	u := Listen(t, k, func(*Conn) {})
	_ = u.listener.Close()
	return u
}

// mute is the code of a name server that does not answer.
const mute = 0xff

// lost is a provider whose name leads nowhere. Its name server answers every question with the code (RFC 1035, 4.1.1).
func lost(t testing.TB, k *Kind, code byte) *Upstream {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := refusing(t, k, Fault{})
	u.URL = "http://provider.test:" + portOf(u.listener.Addr()) + k.Path
	u.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
	t.Cleanup(func() { _ = pc.Close() })
	u.wg.Go(func() {
		for buf := make([]byte, 1500); ; {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			if code == mute || n < 12 {
				continue
			}
			answer := append([]byte(nil), buf[:n]...)
			answer[2], answer[3] = 0x81, 0x80|code
			binary.BigEndian.PutUint16(answer[10:], 0) // the question's own extras are not repeated
			end := 12
			for end < n && answer[end] != 0 {
				end += 1 + int(answer[end])
			}
			_, _ = pc.WriteTo(answer[:min(end+5, n)], from)
		}
	})
	u.stops = append(u.stops, func() { _ = pc.Close() })
	return u
}

func portOf(a net.Addr) string {
	_, port, _ := net.SplitHostPort(a.String())
	return port
}
