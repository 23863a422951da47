package egress_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/egress"
)

// echo answers each request with how it came: its method, how long it is, and whether the connection ends.
func echo(t *testing.T) (url string, connects func() int64) {
	t.Helper()
	url, n := scripted(t, func(_ int64, c net.Conn, in *bufio.Reader) {
		for {
			r, body, err := heard(in)
			if err != nil {
				return
			}
			said := r.Method + " " + r.Host + " " + http.CanonicalHeaderKey(strings.Join(r.TransferEncoding, ",")) + " " + string(body[:min(len(body), 5)])
			w := http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Close: r.Close, ContentLength: int64(len(said)), Body: io.NopCloser(strings.NewReader(said))}
			if w.Write(c) != nil || r.Close {
				return
			}
		}
	})
	return url, n.Load
}

// lazy is a body that can be read only as it comes.
type lazy struct{ io.Reader }

// A body is as long as it was said to be, or the request fails: the provider would wait for the rest, or read it as the next one.
func TestABodyIsAsLongAsItWasSaidToBe(t *testing.T) {
	t.Parallel()
	url, _ := echo(t)
	for _, said := range []int{1 << 10, 32 << 10, 32<<10 + 1, 128 << 10, 128<<10 + 1, 1 << 20} {
		for _, have := range []int{said, said - 1, said / 2, 0} {
			r, _ := http.NewRequestWithContext(t.Context(), "POST", url, lazy{bytes.NewReader(bytes.Repeat([]byte("a"), have))})
			r.ContentLength = int64(said)
			resp, err := out().Transport().RoundTrip(r)
			if (err == nil) != (have == said) {
				t.Errorf("%d bytes of %d: %v", have, said, err)
			}
			if err == nil {
				_ = resp.Body.Close()
			} else if !errors.Is(err, io.ErrUnexpectedEOF) && !(have == 0 && errors.Is(err, io.EOF)) || egress.Unsent(err) {
				t.Errorf("%d bytes of %d: %v", have, said, err)
			}
		}
	}
}

func TestAConnectionThatIsToEndIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	url, connects := echo(t)
	e := out()
	for range 2 {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		r.Close = true
		resp, err := e.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	if connects() != 2 {
		t.Errorf("%d connections for two requests that said they would end them", connects())
	}
}

// A request may have a bound of its own for being connected, and one that has none keeps the usual one.
func TestARequestHasItsOwnTimeToConnect(t *testing.T) {
	t.Parallel()
	url, _ := echo(t)
	for wait, ok := range map[time.Duration]bool{time.Nanosecond: false, time.Minute: true} {
		r, _ := http.NewRequestWithContext(egress.WithConnect(t.Context(), wait), "POST", url, strings.NewReader("hello"))
		resp, err := out().Transport().RoundTrip(r)
		if (err == nil) != ok || !ok && !egress.Unsent(err) {
			t.Errorf("%s: %v", wait, err)
		}
		if err == nil {
			_ = resp.Body.Close()
		}
	}
	if egress.Unsent(nil) {
		t.Error("no error means that nothing was sent")
	}
}

// What direct does not take goes the way of net/http, and arrives: a body of unknown length, another name of the host.
func TestOtherRequestsGoTheLongWay(t *testing.T) {
	t.Parallel()
	url, _ := echo(t)
	e := out()
	for want, change := range map[string]func(r *http.Request){
		"POST HOST Chunked hello": func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(lazy{strings.NewReader("hello")}), -1 },
		"POST other.test  hello":  func(r *http.Request) { r.Host = "other.test" },
		"POST HOST  hello":        func(*http.Request) {},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader("hello"))
		change(r)
		resp, err := e.Transport().RoundTrip(r)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if want = strings.Replace(want, "HOST", strings.TrimPrefix(url, "http://"), 1); string(got) != want || err != nil {
			t.Errorf("%q, want %q: %v", got, want, err)
		}
	}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	r.URL.RawQuery = "a b\r\nX: y"
	if _, err := e.Transport().RoundTrip(r); !egress.Unsent(err) {
		t.Errorf("a path that breaks the message: %v", err)
	}
}
