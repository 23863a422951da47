package egress_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/egress"
)

// scripted is a server that speaks as a test says: one call for each connection that it is sent.
func scripted(t *testing.T, speak func(n int64, c net.Conn, in *bufio.Reader)) (url string, connects *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", provider+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	connects = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := connects.Add(1)
			go func() { defer func() { _ = c.Close() }(); speak(n, c, bufio.NewReader(c)) }()
		}
	}()
	return "http://" + l.Addr().String(), connects
}

// heard reads one request whole.
func heard(in *bufio.Reader) (*http.Request, []byte, error) {
	r, err := http.ReadRequest(in)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(r.Body)
	return r, body, err
}

func out() *egress.Egress { return egress.New(egress.Config{AllowPrivate: allow}) }

func ask(ctx context.Context, e *egress.Egress, method, url string, body []byte) (*http.Response, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	resp, err := e.Transport().RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), errors.Join(err, resp.Body.Close())
}

func TestAConnectionServesAsLongAsItsAnswersEndCleanly(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, method, answer, body string
		again                      bool
	}{
		{"a length", "POST", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", true},
		{"chunks", "POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "hi", true},
		{"no content", "POST", "HTTP/1.1 204 No Content\r\n\r\n", "", true},
		{"an empty answer", "POST", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true},
		{"a head alone", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "", true},
		{"interim answers first", "POST", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", true},
		{"an announced end", "POST", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", "hi", false},
		{"the old protocol", "POST", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", false},
		{"bytes behind the answer", "POST", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n", "hi", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			url, connects := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
				for {
					if _, _, err := heard(in); err != nil {
						return
					}
					_, _ = io.WriteString(c, x.answer)
				}
			})
			e := out()
			for range 3 {
				if _, text, err := ask(t.Context(), e, x.method, url, nil); text != x.body || err != nil {
					t.Fatalf("%q, %v", text, err)
				}
			}
			if want := map[bool]int64{true: 1, false: 3}[x.again]; connects.Load() != want {
				t.Errorf("%d connections for three requests, want %d", connects.Load(), want)
			}
		})
	}
}

func TestTheServerReadsWhatWasAsked(t *testing.T) {
	t.Parallel()
	got := make(chan *http.Request, 1)
	sizes := make(chan int, 1)
	url, _ := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
		for {
			r, body, err := heard(in)
			if err != nil {
				return
			}
			got <- r
			sizes <- len(body)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	e := out()
	for _, size := range []int{0, 1, 32 << 10, 32<<10 + 1, 100 << 10, 5 << 20} {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", url+"/v1/a%2fb?q=%20", bytes.NewReader(make([]byte, size)))
		r.Header = http.Header{"X-Two": {"a", "b"}, "Accept": {"*/*"}, "Content-Length": {"7"}, "Connection": {"close"}, "Transfer-Encoding": {"chunked"}}
		resp, err := e.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		in := <-got
		if n := <-sizes; n != size || in.ContentLength != int64(size) {
			t.Errorf("%d bytes arrived of %d, announced as %d", n, size, in.ContentLength)
		}
		if in.RequestURI != "/v1/a%2fb?q=%20" || in.Host != strings.TrimPrefix(url, "http://") || strings.Join(in.Header["X-Two"], ",") != "a,b" ||
			in.Close || len(in.TransferEncoding) > 0 || len(in.Header["User-Agent"]) > 0 {
			t.Errorf("arrived as %+v", in)
		}
	}
}

func TestNothingIsSentThatWouldBreakTheMessage(t *testing.T) {
	t.Parallel()
	url, connects := scripted(t, func(int64, net.Conn, *bufio.Reader) {})
	for name, value := range map[string]string{"X-A": "a\r\nX-B: b", "X-C": "a\x00", "X\r\nD": "d", "X E": "e", "": "f"} {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader("{}"))
		r.Header = http.Header{name: {value}}
		if _, err := out().Transport().RoundTrip(r); !egress.Unsent(err) {
			t.Errorf("%q: %q: %v", name, value, err)
		}
	}
	if connects.Load() > 0 {
		t.Error("the server was reached")
	}
}

// A connection that the server closed while it was idle is not written to, and nothing is asked twice.
func TestAConnectionThatEndedWhileIdleIsNotUsed(t *testing.T) {
	t.Parallel()
	asked := new(atomic.Int64)
	gone := make(chan struct{}, 1)
	url, _ := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
		if _, _, err := heard(in); err == nil {
			asked.Add(1)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
			_ = c.Close()
			gone <- struct{}{}
		}
	})
	e := out()
	for range 20 {
		if _, text, err := ask(t.Context(), e, "POST", url, []byte("{}")); text != "hi" || err != nil {
			t.Fatalf("%q, %v", text, err)
		}
		<-gone
	}
	if asked.Load() != 20 {
		t.Errorf("the server was asked %d times, not 20", asked.Load())
	}
}

func TestBrokenAnswersAreErrors(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"none":                   "",
		"half a head":            "HTTP/1.1 200 OK\r\nContent-Le",
		"no HTTP":                "hello\r\n\r\n",
		"an endless head":        "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 200) + "\r\n",
		"another protocol":       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
		"hints without an end":   strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 9),
		"half a body":            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
		"half a chunk":           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhi",
		"two different lengths":  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
		"a length that is words": "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nhi",
	} {
		url, _ := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
			if _, _, err := heard(in); err == nil {
				_, _ = io.WriteString(c, answer)
			}
		})
		if _, text, err := ask(t.Context(), out(), "POST", url, []byte("{}")); err == nil || egress.Unsent(err) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

// A server may refuse a large request before it has read it, and not read the rest.
func TestAnEarlyAnswerIsHeard(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	defer close(stop)
	url, connects := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
			<-stop
		}
	})
	e := out()
	const body = 32 << 20 // more than the kernel takes for a server that does not read: a request that is through may be followed by another
	for range 2 {
		if resp, text, err := ask(t.Context(), e, "POST", url, make([]byte, body)); err != nil || resp.StatusCode != 413 || text != "no" {
			t.Fatalf("%v %q %v", resp, text, err)
		}
	}
	if connects.Load() != 2 {
		t.Errorf("%d connections: one whose request is not through was used again", connects.Load())
	}
}

func TestWhoeverIsGoneWaitsForNothing(t *testing.T) {
	t.Parallel()
	begun, over := make(chan struct{}, 1), make(chan error, 1)
	serveUntilClosed := func(answer string) string {
		url, _ := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			_, _ = io.WriteString(c, answer)
			begun <- struct{}{}
			_, err := io.Copy(io.Discard, in) // ends when the other side closes
			over <- err
		})
		return url
	}
	const stream = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"
	for name, x := range map[string]struct {
		answer string
		size   int
	}{"before the answer": {"", 2}, "with a request under way": {"", 4 << 20}, "within the answer": {stream, 2}} {
		url := serveUntilClosed(x.answer)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-begun; cancel() }()
		if _, _, err := ask(ctx, out(), "POST", url, make([]byte, x.size)); !errors.Is(err, context.Canceled) || egress.Unsent(err) {
			t.Errorf("%s: %v", name, err)
		}
		<-over
	}
	// Whoever leaves while the answer is being read is told that, not that a connection broke.
	ctx, cancel := context.WithCancel(t.Context())
	left, _ := http.NewRequestWithContext(ctx, "POST", serveUntilClosed(stream), strings.NewReader("{}"))
	half, err := out().Transport().RoundTrip(left)
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	cancel()
	if _, err := io.ReadAll(half.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("who left within the answer: %v", err)
	}
	<-over
	// Close, from another goroutine, ends a Read.
	url := serveUntilClosed(stream)
	r, _ := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader("{}"))
	resp, err := out().Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	go func() { <-begun; _ = resp.Body.Close() }()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("a body that was closed ended well")
	}
	<-over
}

func TestAContextThatEndedSendsNothing(t *testing.T) {
	t.Parallel()
	url, connects := scripted(t, func(int64, net.Conn, *bufio.Reader) {})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := ask(ctx, out(), "POST", url, []byte("{}")); !egress.Unsent(err) || connects.Load() != 0 {
		t.Errorf("%v, %d connections", err, connects.Load())
	}
}

func TestIdleConnectionsEnd(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 2)
	url, _ := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
		for {
			if _, _, err := heard(in); err != nil {
				closed <- struct{}{}
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	e := egress.New(egress.Config{AllowPrivate: allow, IdleTimeout: 20 * time.Millisecond})
	if _, _, err := ask(t.Context(), e, "POST", url, nil); err != nil {
		t.Fatal(err)
	}
	<-closed
	e = out()
	if _, _, err := ask(t.Context(), e, "POST", url, nil); err != nil {
		t.Fatal(err)
	}
	e.CloseIdle()
	<-closed
}

// Many at once over few connections, some given up: nobody reads another's answer.
func TestAnswersGoToWhoAsked(t *testing.T) {
	t.Parallel()
	s := serve(t, provider+":0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body)%3 == 0 {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		for part := range bytes.Lines(body) {
			_, _ = w.Write(part)
			_ = http.NewResponseController(w).Flush()
		}
	}))
	s.Start()
	e := out()
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for j := range 60 {
				body := []byte(strings.Repeat(fmt.Sprintf("%d of %d\n", j, i), 1+(i*j)%7*200))
				ctx, cancel := context.WithCancel(t.Context())
				r, _ := http.NewRequestWithContext(ctx, "POST", s.URL, bytes.NewReader(body))
				resp, err := e.Transport().RoundTrip(r)
				if err != nil {
					t.Error(err)
					cancel()
					return
				}
				switch j % 5 {
				case 3:
					cancel()
				case 4:
					_ = resp.Body.Close()
				default:
					if got, err := io.ReadAll(resp.Body); !bytes.Equal(got, body) {
						t.Errorf("%d bytes came back of %d: %v", len(got), len(body), err)
					}
				}
				_ = resp.Body.Close()
				cancel()
			}
		})
	}
	group.Wait()
}

// parts is a body that lies in pieces, as adapters make them of large ones.
type parts struct {
	io.Reader
	pieces [][]byte
}

func (p parts) Parts() [][]byte { return p.pieces }
func (parts) Close() error      { return nil }

func TestABodyInPiecesArrivesWhole(t *testing.T) {
	t.Parallel()
	got := make(chan []byte, 1)
	url, _ := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
		for {
			_, body, err := heard(in)
			if err != nil {
				return
			}
			got <- body
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	e := out()
	for _, size := range []int{1 << 10, 40 << 10, 200 << 10, 5 << 20} { // with its head, in one write, and beside the reading of the answer
		pieces := [][]byte{bytes.Repeat([]byte("a"), size), []byte("bc"), bytes.Repeat([]byte("d"), size/2)}
		want := bytes.Join(pieces, nil)
		r, _ := http.NewRequestWithContext(t.Context(), "POST", url, parts{bytes.NewReader(want), pieces})
		r.ContentLength = int64(len(want))
		resp, err := e.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if body := <-got; !bytes.Equal(body, want) {
			t.Errorf("%d bytes arrived of %d, or others", len(body), len(want))
		}
		r, _ = http.NewRequestWithContext(t.Context(), "POST", url, parts{bytes.NewReader(want[1:]), pieces})
		r.ContentLength = int64(len(want)) - 1
		if _, err := e.Transport().RoundTrip(r); size > 32<<10 && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("pieces of another length than was said: %v", err)
		} else if size <= 32<<10 {
			<-got
		}
	}
}
