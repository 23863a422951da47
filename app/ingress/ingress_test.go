package ingress

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// serving is a server under test, and how many of its connections net/http got.
type serving struct {
	addr   string
	server *Server
	others *counted
}

// counted sees the connections that net/http is given.
type counted struct{ states chan http.ConnState }

func serve(t *testing.T, h http.Handler) *serving {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &serving{addr: l.Addr().String(), others: &counted{make(chan http.ConnState, 1000)}}
	rest := plainServer(h)
	rest.ErrorLog = log.New(io.Discard, "", 0)
	rest.ConnState = func(_ net.Conn, st http.ConnState) { s.others.states <- st }
	s.server = New(rest, func(path string) bool { return strings.HasPrefix(path, "/v1/") })
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(l) }()
	t.Cleanup(func() {
		_ = s.server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve ended with %v", err)
		}
	})
	return s
}

func plainServer(h http.Handler) *http.Server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, Protocols: new(http.Protocols)}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	return s
}

// given reports whether net/http was given a connection.
func (s *serving) given() bool { return len(s.others.states) > 0 }

// await waits until the server's only connection is in a state.
func (s *serving) await(t *testing.T, is func(w *watch) bool) {
	t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		s.server.mu.Lock()
		for c := range s.server.conns {
			c.watch.mu.Lock()
			there := is(&c.watch)
			c.watch.mu.Unlock()
			if there {
				s.server.mu.Unlock()
				return
			}
		}
		s.server.mu.Unlock()
		select {
		case <-late.C:
			t.Fatal("the connection never came to that")
		case <-tick.C:
		}
	}
}

func dial(t *testing.T, addr string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(clock.System{}.Now().Add(30 * time.Second))
	return c, bufio.NewReader(c)
}

// told is an answer in words, with what differs between two servers by right left out.
func told(t *testing.T, in *bufio.Reader) string {
	t.Helper()
	r, err := http.ReadResponse(in, &http.Request{Method: http.MethodPost})
	if err != nil {
		return "no answer"
	}
	text, err := io.ReadAll(r.Body)
	h := maps.Clone(r.Header)
	if h.Get("Date") == "" {
		t.Error("an answer without a date")
	}
	delete(h, "Date")
	return fmt.Sprintf("%s\n%v\nlength %d %v close %v\ntrailer %v\n%q %t", r.Status, h, r.ContentLength, r.TransferEncoding, r.Close, r.Trailer, text, err == nil)
}

// post is a request as clients write it.
func post(path, body string, more ...string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: gateway.example:8080\r\nUser-Agent: test\r\nContent-Length: %d\r\n%s\r\n%s", path, len(body), strings.Join(more, ""), body)
}

// manners are handlers that use a ResponseWriter in every way the gateway does, and in some that it does not.
var manners = map[string]http.HandlerFunc{
	"says what it was asked": func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, again := r.Body.Read(make([]byte, 1))
		_, _ = fmt.Fprint(w, r.Method, r.Proto, r.ProtoMajor, r.ProtoMinor, r.Host, r.RequestURI, " ", r.URL, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Header, r.ContentLength, r.TransferEncoding, r.Close,
			r.TLS == nil, r.Trailer, r.RemoteAddr != "", string(body), err, again, r.Context().Err())
	},
	"says its length": func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "7")
		w.Header()["X-Many"] = []string{"a", " b\r\nc ", ""}
		w.Header()["bad name"] = []string{"a"}
		w.WriteHeader(201)
		w.WriteHeader(500)
		_, _ = io.WriteString(w, `{"a":1}`)
		if _, err := io.WriteString(w, `more`); !errors.Is(err, http.ErrContentLength) {
			panic("more than it said")
		}
	},
	"says less than its length": func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "70")
		_, _ = io.WriteString(w, `short`)
	},
	"says nothing":          func(http.ResponseWriter, *http.Request) {},
	"has an odd status":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(599) },
	"has no content":        func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
	"writes after an early": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304); _, _ = io.WriteString(w, "x") },
	"is text":               func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>hello") },
	"is long": func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for range 40 {
			_, _ = io.WriteString(w, strings.Repeat("0123456789", 999))
		}
	},
	"is long and says so": func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "1000000")
		_, _ = io.WriteString(w, strings.Repeat("0123456789", 100_000))
	},
	"streams": func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Trailer", "X-Cost, X-Unsaid")
		c := http.NewResponseController(w)
		_ = c.Flush()
		for i := range 5 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			_ = c.Flush()
			_, _ = io.WriteString(w, "more\n")
		}
		w.Header().Set("X-Cost", "0.1")
	},
	"has a trailer and no body": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Cost")
		w.WriteHeader(200)
		w.Header().Set("X-Cost", "0.1")
	},
	"has a trailer and little to say": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Cost")
		_, _ = io.WriteString(w, "little")
		w.Header().Set("X-Cost", "0.1")
	},
	"closes": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		_, _ = io.WriteString(w, "bye")
	},
	"breaks off": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "so")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	},
	"panics": func(http.ResponseWriter, *http.Request) { panic("a bug") },
}

// Whatever a handler does, a client sees what it would see from net/http: twice on one connection, because what matters most
// is where an answer ends.
func TestAnswersAreNetHTTPs(t *testing.T) {
	t.Parallel()
	for name, h := range manners {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours := serve(t, h)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			theirs := plainServer(h)
			theirs.ErrorLog = log.New(io.Discard, "", 0)
			go func() { _ = theirs.Serve(l) }()
			t.Cleanup(func() { _ = theirs.Close() })
			for _, raw := range []string{
				post("/v1/x", "hello"), post("/v1/x", ""), post("/v1/a%2Fb?beta=true&x=%20", strings.Repeat("long ", 40_000)),
				post("/v1/x", "hello") + "\r\n", // as old clients end a form
				post("/v1/x", "hello", "X-A: 1\r\nx-a:2\r\nConnection: Keep-Alive\r\nX-Empty:\r\naccept-encoding:\tgzip \r\n"),
			} {
				var said [2]string
				for i, addr := range []string{ours.addr, l.Addr().String()} {
					c, in := dial(t, addr)
					go func() { _, _ = io.WriteString(c, raw+raw) }()
					said[i] = told(t, in) + "\n\n" + told(t, in)
				}
				if said[0] != said[1] {
					t.Errorf("%.60q: ours says\n%.600s\nnet/http\n%.600s", raw, said[0], said[1])
				}
			}
		})
	}
}

// What is not in the one form that is read here, net/http reads: the whole of it, with what came before on the connection.
func TestOtherRequestsAreNetHTTPs(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"another path":          post("/login", "a"),
		"another method":        "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n",
		"another version":       "POST /v1/x HTTP/1.0\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
		"chunks":                "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
		"both framings":         "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two lengths":           "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
		"different lengths":     "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"a list of lengths":     "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\na",
		"a signed length":       "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
		"no length":             "POST /v1/x HTTP/1.1\r\nHost: a\r\n\r\n",
		"two hosts":             "POST /v1/x HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 1\r\n\r\na",
		"no host":               "POST /v1/x HTTP/1.1\r\nContent-Length: 1\r\n\r\na",
		"an odd host":           "POST /v1/x HTTP/1.1\r\nHost: a b\r\nContent-Length: 1\r\n\r\na",
		"a whole URL":           "POST http://b/v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
		"space before a colon":  "POST /v1/x HTTP/1.1\r\nHost: a\r\nX : b\r\nContent-Length: 1\r\n\r\na",
		"a folded line":         "POST /v1/x HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\nContent-Length: 1\r\n\r\na",
		"a bare line feed":      "POST /v1/x HTTP/1.1\r\nHost: a\nX: b\r\nContent-Length: 1\r\n\r\na",
		"a control character":   "POST /v1/x HTTP/1.1\r\nHost: a\r\nX: b\x01\r\nContent-Length: 1\r\n\r\na",
		"no colon":              "POST /v1/x HTTP/1.1\r\nHost: a\r\nX\r\nContent-Length: 1\r\n\r\na",
		"an expectation":        "POST /v1/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
		"the connection's last": "POST /v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
		"two spaces":            "POST  /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
		"blank lines before":    "\r\n\r\n\r\nPOST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
		"a long head":           post("/v1/x", "a", "X-Long: "+strings.Repeat("x", 8<<10)+"\r\n"),
		"TLS":                   "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				// Whether the client's end is seen before it is told depends on time.
				manners["says what it was asked"](w, r.WithContext(context.WithoutCancel(r.Context())))
			})
			ours := serve(t, h)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			theirs := plainServer(h)
			theirs.ErrorLog = log.New(io.Discard, "", 0)
			go func() { _ = theirs.Serve(l) }()
			t.Cleanup(func() { _ = theirs.Close() })
			var said [2]string
			for i, addr := range []string{ours.addr, l.Addr().String()} {
				c, in := dial(t, addr)
				_, _ = io.WriteString(c, post("/v1/first", "taken"))
				said[i] = told(t, in)
				_, _ = io.WriteString(c, raw)
				_ = c.(*net.TCPConn).CloseWrite()
				rest, _ := io.ReadAll(in)
				said[i] += dateless(rest)
			}
			if said[0] != said[1] {
				t.Errorf("ours says\n%q\nnet/http\n%q", said[0], said[1])
			}
			if !ours.given() {
				t.Error("net/http was not given the connection")
			}
		})
	}
}

func TestHTTP2IsNetHTTPs(t *testing.T) {
	t.Parallel()
	s := serve(t, manners["says what it was asked"])
	way := &http.Transport{Protocols: new(http.Protocols)}
	way.Protocols.SetUnencryptedHTTP2(true)
	defer way.CloseIdleConnections()
	r, err := (&http.Client{Transport: way}).Post("http://"+s.addr+"/v1/x", "text/plain", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if got, _ := io.ReadAll(r.Body); r.ProtoMajor != 2 || !strings.Contains(string(got), "hello") || !s.given() {
		t.Errorf("%s: %q", r.Proto, got)
	}
}

func dateless(b []byte) string {
	var out []string
	for line := range strings.SplitSeq(string(b), "\r\n") {
		if !strings.HasPrefix(line, "Date: ") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\r\n")
}

// A client that leaves ends its request's context; one that says something too early does not, and what it said is answered
// afterwards.
func TestAClientThatLeavesIsNoticed(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "hello"} {
		left := make(chan error, 1)
		s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-r.Context().Done():
			case <-time.After(30 * time.Second):
			}
			left <- r.Context().Err()
		}))
		c, _ := dial(t, s.addr)
		_, _ = io.WriteString(c, post("/v1/x", body))
		_ = c.Close()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the context of a client that left: %v", err)
		}
	}
}

// A stream's client that leaves is heard from the first piece on.
func TestAFlushedAnswerIsWatchedAtOnce(t *testing.T) {
	t.Parallel()
	watched := make(chan bool, 1)
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		watch := &w.(*answer).c.watch
		watch.timer.Stop()
		_ = http.NewResponseController(w).Flush()
		watch.mu.Lock()
		watched <- watch.reading
		watch.mu.Unlock()
	}))
	c, _ := dial(t, s.addr)
	_, _ = io.WriteString(c, post("/v1/x", "hello"))
	if !<-watched {
		t.Error("a piece of the answer was sent, and nobody listens whether the client leaves")
	}
}

func TestAnEarlyNextRequestIsKept(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if string(b) == "first" {
			<-next
		}
		_, _ = fmt.Fprint(w, string(b), r.Context().Err())
	}))
	c, in := dial(t, s.addr)
	_, _ = io.WriteString(c, post("/v1/x", "first"))
	s.await(t, func(w *watch) bool { return w.reading })
	_, _ = io.WriteString(c, post("/v1/x", "second")+post("/v1/x", "third"))
	s.await(t, func(w *watch) bool { return w.has })
	close(next)
	for _, want := range []string{"first", "second", "third"} {
		if got := told(t, in); !strings.Contains(got, `"`+want+`<nil>"`) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if s.given() {
		t.Error("net/http was given the connection")
	}
}

// A slow body is waited for, a body that ends early is an error, and both leave the connection in a known state.
func TestBodiesThatAreSlowOrShort(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprint(w, len(b), err)
	}))
	c, in := dial(t, s.addr)
	whole := post("/v1/x", strings.Repeat("a", 300))
	_, _ = io.WriteString(c, whole[:len(whole)-200])
	s.await(t, func(w *watch) bool { return w.due }) // so that the watch begins with the body's end
	_, _ = io.WriteString(c, whole[len(whole)-200:])
	if got := told(t, in); !strings.Contains(got, `"300 <nil>"`) {
		t.Errorf("a slow body: %s", got)
	}
	_, _ = io.WriteString(c, whole[:len(whole)-200])
	_ = c.(*net.TCPConn).CloseWrite()
	if got := told(t, in); !strings.Contains(got, `"100 unexpected EOF"`) || !strings.Contains(got, "close true") {
		t.Errorf("a short body: %s", got)
	}
	if s.given() {
		t.Error("net/http was given a connection")
	}
}

// A handler may bound how long a body takes, as with net/http; a body that is there in time, and the request after it, do not
// feel the bound.
func TestABodyMayBeBound(t *testing.T) {
	t.Parallel()
	var bound atomic.Int64
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.SetReadDeadline(clock.System{}.Now().Add(time.Duration(bound.Load()))); err != nil {
			t.Error(err)
		}
		b, err := io.ReadAll(r.Body)
		if err == nil {
			_ = control.SetReadDeadline(time.Time{})
		}
		_, _ = fmt.Fprint(w, len(b), errors.Is(err, os.ErrDeadlineExceeded))
	}))
	bound.Store(int64(time.Hour))
	c, in := dial(t, s.addr)
	whole := post("/v1/x", strings.Repeat("a", 300))
	for range 2 {
		_, _ = io.WriteString(c, whole)
		if got := told(t, in); !strings.Contains(got, `"300 false"`) {
			t.Errorf("a body in time: %s", got)
		}
	}
	bound.Store(int64(30 * time.Millisecond))
	_, _ = io.WriteString(c, whole[:len(whole)-200])
	if got := told(t, in); !strings.Contains(got, `"100 true"`) || !strings.Contains(got, "close true") {
		t.Errorf("a body that never comes: %s", got)
	}
}

// A large request that is refused unread still hears why.
func TestAnUnreadRequestHearsItsRefusal(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	}))
	for _, size := range []int{100 << 10, 20 << 20} {
		c, in := dial(t, s.addr)
		go func() { _, _ = io.WriteString(c, post("/v1/x", strings.Repeat("a", size))) }()
		got := told(t, in)
		if !strings.Contains(got, "413") || !strings.Contains(got, "too large") || strings.Contains(got, "close true") != (size > 256<<10) {
			t.Errorf("%d bytes: %s", size, got)
		}
	}
}

// A server that drains answers what it has, closes what is idle, and says when it is done.
// A client that is still sending the body of a request that was refused is let send, so that it comes to read why. Go's own HTTP
// client never reads an answer that came before it could write all it had.
func TestAClientMaySendWhatNobodyReads(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "too much", http.StatusServiceUnavailable) }))
	c, in := dial(t, s.addr)
	piece := make([]byte, 1<<20)
	_, _ = io.WriteString(c, fmt.Sprintf("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", 12*len(piece)))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := range 12 { // for longer than any buffer between them holds
		<-tick.C
		if _, err := c.Write(piece); err != nil {
			t.Fatalf("piece %d of the body: %v", i, err)
		}
	}
	if got := told(t, in); !strings.Contains(got, "503") || !strings.Contains(got, "too much") {
		t.Errorf("it hears %q", got)
	}
	if _, err := in.ReadByte(); err != io.EOF {
		t.Errorf("the connection afterwards: %v", err)
	}
}

func TestShutdownLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	inside, next := make(chan struct{}), make(chan struct{})
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, _ := io.ReadAll(r.Body); string(b) == "wait" {
			close(inside)
			<-next
		}
	}))
	s.server.lastCall = 30 * time.Millisecond
	still, stillIn := dial(t, s.addr)
	_, _ = io.WriteString(still, post("/v1/x", "go"))
	if got := told(t, stillIn); !strings.Contains(got, "200") {
		t.Fatal(got)
	}
	c, in := dial(t, s.addr)
	_, _ = io.WriteString(c, post("/v1/x", "wait"))
	<-inside
	over := make(chan error, 1)
	go func() { over <- s.server.Shutdown(context.Background()) }()
	if _, err := stillIn.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("an idle connection is not closed: %v", err)
	}
	select {
	case err := <-over:
		t.Errorf("shut down with a request under way: %v", err)
	default:
	}
	close(next)
	if got := told(t, in); !strings.Contains(got, "200 OK") || !strings.Contains(got, "close true") {
		t.Errorf("the last answer: %s", got)
	}
	if err := <-over; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if _, err := net.Dial("tcp", s.addr); err == nil {
		t.Error("a server that is shut down accepts")
	}
}

func TestShutdownEndsWithItsContext(t *testing.T) {
	t.Parallel()
	inside, left := make(chan struct{}), make(chan struct{})
	s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(inside)
		<-r.Context().Done()
		close(left)
	}))
	c, _ := dial(t, s.addr)
	_, _ = io.WriteString(c, post("/v1/x", "wait"))
	<-inside
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := s.server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutdown: %v", err)
	}
	_ = s.server.Close()
	<-left
}
