package egress

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// deaf is a connection that looks open and takes not one byte: its server closed it in the moment between.
type deaf struct{ *net.TCPConn }

func (deaf) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// local is a listener on loopback, and a way to it that no rule bars.
func local(t *testing.T) (address string, d *direct) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				in := bufio.NewReader(c)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					body, err := io.ReadAll(r.Body)
					if err != nil {
						return
					}
					said := string(body)
					if r.Close {
						said = "close"
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: "+strconv.Itoa(len(said))+"\r\n\r\n"+said)
				}
			}()
		}
	}()
	e := New(Config{})
	d = e.plain
	d.dial = new(net.Dialer).DialContext
	t.Cleanup(e.CloseIdle)
	return l.Addr().String(), d
}

// plant puts a connection that has died among the idle ones.
func plant(t *testing.T, d *direct, address string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	d.idle.put(newConn(deaf{c.(*net.TCPConn)}, address, &d.idle))
}

// once is a body that cannot be read a second time.
type once struct{ io.Reader }

func (once) Close() error { return nil }

// A connection that died before it took a byte is no answer: the request goes over a new one, if its body can be read again. It is
// never sent twice, and where it cannot be sent at all, it counts as unsent.
func TestARequestThatNobodyTookIsSentOnANewConnection(t *testing.T) {
	t.Parallel()
	refused := func() (io.ReadCloser, error) { return nil, errors.New("the file is gone") }
	for name, c := range map[string]struct {
		body   io.ReadCloser
		length int64
		again  func() (io.ReadCloser, error)
		want   string
		err    error
	}{
		"without a body":            {nil, 0, nil, "", nil},
		"with no body":              {http.NoBody, 0, nil, "", nil},
		"a body that is there":      {once{strings.NewReader("hello")}, 5, func() (io.ReadCloser, error) { return once{strings.NewReader("hello")}, nil }, "hello", nil},
		"a body that is gone":       {once{strings.NewReader("hello")}, 5, nil, "", syscall.EPIPE},
		"a body that is gone since": {once{strings.NewReader("hello")}, 5, refused, "", syscall.EPIPE},
	} {
		address, d := local(t)
		plant(t, d, address)
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Scheme: "http", Host: address, Path: "/"}, Header: http.Header{}, Body: c.body, ContentLength: c.length, GetBody: c.again}
		resp, sent, err := d.roundTrip(r)
		if !errors.Is(err, c.err) || !sent {
			t.Errorf("%s: sent %v, %v", name, sent, err)
			continue
		}
		if err == nil {
			if got, err := io.ReadAll(resp.Body); string(got) != c.want || err != nil {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	address, d := local(t)
	plant(t, d, address)
	plant(t, d, address)
	d.dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("nobody is there") }
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: address, Path: "/"}, Header: http.Header{}}
	if _, sent, err := d.roundTrip(r); err == nil || sent {
		t.Errorf("sent %v, %v", sent, err)
	}
	plant(t, d, address)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.roundTrip(r.WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever left is sent for again: %v", err)
	}
}

func TestWherePlainRequestsGo(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{"model.test": "model.test:80", "model.test:11434": "model.test:11434", "[fd00::1]": "[fd00::1]:80", "[fd00::1]:8080": "[fd00::1]:8080"} {
		if got := addressOf(&http.Request{URL: &url.URL{Host: host}}); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

// Only so many connections to one address are kept, and none longer than it is said.
func TestTooManyIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	i := idle{keep: time.Hour, perHost: 2, hosts: map[string][]*conn{}}
	closed := make([]bool, 4)
	for n := range closed {
		i.put(&conn{address: "a", nc: &told{closed: &closed[n]}})
	}
	if !closed[2] || !closed[3] || closed[0] || closed[1] || len(i.hosts["a"]) != 2 {
		t.Errorf("closed: %v, kept: %d", closed, len(i.hosts["a"]))
	}
	if i.sweep(); closed[0] || closed[1] {
		t.Error("closed before its time")
	}
	i.put(&conn{address: "b", nc: &told{closed: new(bool)}})
	if i.sweep(); !closed[0] || !closed[1] || len(i.hosts) != 1 || i.timer == nil {
		t.Errorf("closed: %v, addresses: %d", closed, len(i.hosts))
	}
	if i.sweep(); len(i.hosts) != 0 || i.timer != nil {
		t.Errorf("addresses: %d", len(i.hosts))
	}
}

// told is a connection that tells when it is closed.
type told struct {
	net.Conn
	closed *bool
}

func (c *told) Close() error { *c.closed = true; return nil }

func TestABodyOfKnownLengthEndsThere(t *testing.T) {
	t.Parallel()
	s := &sized{bufio.NewReader(bytes.NewReader([]byte("hello, more"))), 5}
	got, err := io.ReadAll(s)
	if string(got) != "hello" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if n, err := s.Read(make([]byte, 9)); n != 0 || err != io.EOF {
		t.Errorf("%d bytes behind its end, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(&sized{bufio.NewReader(strings.NewReader("he")), 5}); string(got) != "he" || err != io.ErrUnexpectedEOF {
		t.Errorf("%q, %v", got, err)
	}
}
