package egress

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// seen is a connection that keeps what is written to it, write by write.
type seen struct {
	net.Conn
	writes []string
}

func (s *seen) Write(p []byte) (int, error) {
	s.writes = append(s.writes, string(p))
	return len(p), nil
}

// more is a body that writes itself and was not measured: it may have more than was said.
type more struct{ *bytes.Reader }

func (more) Close() error { return nil }

// A short body leaves with its head, in one piece; and no body is longer on the wire than was said, whatever it has.
func TestWhatLeavesIsAsLongAsItWasSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ said, pieces int }{{1, 1}, {along, 1}, {along + 1, 2}, {1 << 20, 2}} {
		to := &seen{}
		body := more{bytes.NewReader(bytes.Repeat([]byte("a"), c.said+10))}
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Host: "model.test", Path: "/"}, Header: http.Header{}, Body: body, ContentLength: int64(c.said)}
		h, err := newHead(r)
		if err != nil {
			t.Fatal(err)
		}
		head := len(h.b)
		if err := h.send(&conn{nc: to}, r); err != nil {
			t.Errorf("%d bytes: %v", c.said, err)
		}
		if sent := strings.Join(to.writes, ""); len(sent) != head+c.said || (len(to.writes) == 1) != (c.pieces == 1) {
			t.Errorf("%d bytes: %d behind the head, in %d pieces", c.said, len(sent)-head, len(to.writes))
		}
	}
}

// A request says how long it is, where its method has a body at all.
func TestARequestSaysHowLongItIs(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]bool{"GET": false, "HEAD": false, "POST": true, "DELETE": true} {
		h, err := newHead(&http.Request{Method: method, URL: &url.URL{Host: "model.test", Path: "/"}})
		if err != nil || strings.Contains(string(h.b), "Content-Length: 0\r\n") != want {
			t.Errorf("%s: %q, %v", method, h.b, err)
		}
	}
	for name, want := range map[string]bool{"a": true, "z": true, "A": true, "Z": true, "0": true, "9": true, "X-A_1": true, "`": true, "": false, "/": false, ":": false,
		"@": false, "[": false, "{": false, "a b": false, "a\r": false, "\x00": false, "é": false} {
		if isToken(name) != want {
			t.Errorf("%q is a header's name: %v", name, !want)
		}
	}
	for value, want := range map[string]bool{"": true, "a b": true, "a\tb": true, "~": true, "é": true, "a\nb": false, "a\x1fb": false, "a\x7fb": false} {
		if isValue(value) != want {
			t.Errorf("%q is a header's value: %v", value, !want)
		}
	}
}

// What is taken here is of known length, to a host that can be read in one way; the rest is net/http's.
func TestWhatIsTakenHasALengthAndAHost(t *testing.T) {
	t.Parallel()
	body := io.NopCloser(strings.NewReader("hello"))
	for name, c := range map[string]struct {
		change func(r *http.Request)
		want   bool
	}{
		"with a length":                {func(*http.Request) {}, true},
		"without a body":               {func(r *http.Request) { r.Body, r.ContentLength = nil, 0 }, true},
		"with no body":                 {func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }, true},
		"of unknown length":            {func(r *http.Request) { r.ContentLength = 0 }, false},
		"in chunks":                    {func(r *http.Request) { r.ContentLength = -1 }, false},
		"with trailers":                {func(r *http.Request) { r.Trailer = http.Header{} }, false},
		"with an encoding":             {func(r *http.Request) { r.TransferEncoding = []string{"chunked"} }, false},
		"that waits to be let":         {func(r *http.Request) { r.Header["Expect"] = []string{"100-continue"} }, false},
		"for another protocol":         {func(r *http.Request) { r.Header["Upgrade"] = []string{"h2c"} }, false},
		"for a tunnel":                 {func(r *http.Request) { r.Method = http.MethodConnect }, false},
		"to no host":                   {func(r *http.Request) { r.URL.Host = "" }, false},
		"to a port of no host":         {func(r *http.Request) { r.URL.Host = ":80" }, false},
		"to an escaped host":           {func(r *http.Request) { r.URL.Host = "%6dodel.test" }, false},
		"to a host with a zone":        {func(r *http.Request) { r.URL.Host = "[fe80::1%eth0]" }, false},
		"to a host with a space":       {func(r *http.Request) { r.URL.Host = "model test" }, false},
		"by a method with a space":     {func(r *http.Request) { r.Method = "PO ST" }, false},
		"by a method with a delete":    {func(r *http.Request) { r.Method = "PO\x7fST" }, false},
		"by the last printable method": {func(r *http.Request) { r.Method = "!~" }, true},
		"to the same host":             {func(r *http.Request) { r.Host = "model.test" }, true},
		"to a host of another name":    {func(r *http.Request) { r.Host = "other.test" }, false},
	} {
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Scheme: "http", Host: "model.test", Path: "/"}, Header: http.Header{}, Body: body, ContentLength: 5}
		c.change(r)
		if got := (*direct)(nil).takes(r); got != c.want {
			t.Errorf("a request %s: %v", name, got)
		}
	}
}

// An answer of the usual form is read in one go; every other one is left to net/http, which knows them all.
func TestTheUsualAnswerIsReadInOneGo(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}":                         true,
		"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}":                           true,
		"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n":            true,
		"HTTP/1.1 999 Odd\r\nA: b\r\nContent-Length: 2\r\nC: d\r\n\r\n{}":        true,
		"HTTP/1.1 199 Early\r\nContent-Length: 2\r\n\r\n{}":                      false,
		"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}":                 false,
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n{}":               false,
		"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}":                            false,
		"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}":                         false,
		"HTTP/1.1 +20 OK\r\nContent-Length: 2\r\n\r\n{}":                         false,
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 2\r\n\r\n{}":    false,
		"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}":                        false,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}":    false,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}":            false,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: x\r\n\r\n{}": false,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n":                               false, // not all of it is there
		"": false,
	} {
		if got := plain(bufio.NewReader(strings.NewReader(raw)), &http.Request{Method: http.MethodPost}) != nil; got != want {
			t.Errorf("%q: %v", raw, got)
		}
	}
	if plain(bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")), &http.Request{Method: http.MethodHead}) != nil {
		t.Error("the length of an answer to HEAD is taken for a body's")
	}
}

// A head is read as far as it may be long, and not a byte further.
func TestAHeadThatIsTooLongEnds(t *testing.T) {
	t.Parallel()
	from, to := net.Pipe()
	defer func() { _ = from.Close() }()
	go func() { _, _ = to.Write([]byte("0123456789")) }()
	c := &conn{nc: from, left: 5}
	got, err := io.ReadAll(c)
	if string(got) != "01234" || !errors.Is(err, errLongHead) {
		t.Errorf("%q, %v", got, err)
	}
}

// A connection is kept when its request went out whole and its answer came whole.
func TestAConnectionIsKeptWhenBothWaysAreThrough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		whole, last, touched bool
		writing              []error // nil: it was not written beside
		behind               string
		kept                 bool
	}{
		"all went well":                    {whole: true, kept: true},
		"the answer was given up":          {},
		"it was to be the last":            {whole: true, last: true},
		"whoever asked is gone":            {whole: true, touched: true},
		"more came than was asked for":     {whole: true, behind: "HTTP/1.1 200 OK"},
		"a long request that is through":   {whole: true, writing: []error{nil}, kept: true},
		"a long request that failed":       {whole: true, writing: []error{io.ErrUnexpectedEOF}},
		"a long request on its way":        {whole: true, writing: []error{}},
		"a long one whose answer is not":   {writing: []error{nil}},
		"a long one that was to be a last": {whole: true, last: true, writing: []error{nil}},
	} {
		closed := false
		home := &idle{keep: time.Hour, perHost: 1, hosts: map[string][]*conn{}}
		in := bufio.NewReader(strings.NewReader(c.behind))
		_, _ = in.Peek(1)
		a := &answer{c: &conn{nc: &told{closed: &closed}, in: in, home: home, address: "a"}, stop: func() bool { return !c.touched }, last: c.last}
		if c.writing != nil {
			a.writing = make(chan error, 1)
			for _, err := range c.writing {
				a.writing <- err
			}
		}
		a.end(c.whole)
		a.end(true) // only the first end counts
		if kept := len(home.hosts["a"]) == 1; kept != c.kept || closed == c.kept {
			t.Errorf("%s: kept %v, closed %v", name, kept, closed)
		}
	}
}

// An unused connection stays for half of its time, and no longer than the whole of it.
func TestAnIdleConnectionHasItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &idle{keep: time.Minute, perHost: 2, hosts: map[string][]*conn{}}
		first, second := false, false
		i.put(&conn{address: "a", nc: &told{closed: &first}})
		time.Sleep(40 * time.Second)
		i.put(&conn{address: "a", nc: &told{closed: &second}})
		time.Sleep(20*time.Second - 1)
		if synctest.Wait(); first {
			t.Error("closed before its time")
		}
		time.Sleep(10 * time.Second)
		if synctest.Wait(); !first || second {
			t.Errorf("after a minute: closed %v; one of half a minute: %v", first, second)
		}
		time.Sleep(30 * time.Second)
		if synctest.Wait(); !second || i.timer != nil {
			t.Errorf("one of a minute: closed %v", second)
		}
	})
}

// What is not said is as the documentation has it.
func TestBoundsThatAreNotSet(t *testing.T) {
	t.Parallel()
	e := New(Config{})
	if e.secure.TLSHandshakeTimeout != 5*time.Second || e.secure.IdleConnTimeout != 90*time.Second || e.plain.idle.keep != 90*time.Second {
		t.Errorf("handshake %s, idle %s", e.secure.TLSHandshakeTimeout, e.secure.IdleConnTimeout)
	}
	if e = New(Config{TLSTimeout: time.Second, IdleTimeout: time.Minute}); e.secure.TLSHandshakeTimeout != time.Second || e.plain.idle.keep != time.Minute {
		t.Errorf("handshake %s, idle %s", e.secure.TLSHandshakeTimeout, e.plain.idle.keep)
	}
}

// A header passes up to its bound, and so do all of them together.
func TestHeadersPassUpToTheirBounds(t *testing.T) {
	t.Parallel()
	for extra, want := range map[int]bool{0: true, 1: false} {
		dst := http.Header{}
		ForwardRequest(dst, http.Header{"X-A": {strings.Repeat("a", 8<<10-3+extra)}})
		if (dst["X-A"] != nil) != want {
			t.Errorf("%d bytes above the bound of one: passes %v", extra, dst["X-A"] != nil)
		}
		src := http.Header{}
		for _, name := range []string{"X-A", "X-B", "X-C", "X-D"} {
			src[name] = []string{strings.Repeat("a", 8<<10-3)}
		}
		if extra > 0 {
			src["X-E"] = []string{""}
		}
		dst = http.Header{}
		if ForwardRequest(dst, src); len(dst) != 4 {
			t.Errorf("%d bytes above the bound of all: %d of %d pass", extra*3, len(dst), len(src))
		}
	}
}

// Names and addresses are taken up to the lengths and letters that they may have.
func TestAddressesAreTakenUpToTheirBounds(t *testing.T) {
	t.Parallel()
	e := New(Config{})
	label := strings.Repeat("a", 63)
	name := strings.Join([]string{label, label, label, strings.Repeat("b", 61)}, ".") // 253
	path := strings.Repeat("p", 2048-len("https://model.test/"))
	for raw, want := range map[string]bool{
		"https://" + name: true, "https://" + name + "b": false, "https://" + label + ".test": true, "https://" + label + "a.test": false,
		"https://model.test/" + path: true, "https://model.test/" + path + "p": false,
		"https://0az9.test": true, "https://a/b.test": true, "https://a:.test": false, "https://a`.test": false, "https://a{.test": false,
	} {
		if _, err := e.CheckURL(raw); (err == nil) != want {
			t.Errorf("%d bytes, %.40s: %v", len(raw), raw, err)
		}
	}
	if isName("a/b") || isName("a:b") || isName("a`b") || isName("a{b") || !isName("0.9a") || !isName("a-_z") {
		t.Error("a name has other letters than it may have")
	}
	if _, err := e.CheckURL("https://model.test/a b"); err == nil || !strings.Contains(err.Error(), "spaces") {
		t.Errorf("a space is refused with %v", err)
	}
}
