package gateway

import (
	"bufio"
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// gone is how soon a client's leaving must be noticed. On a machine with other work the tests only ask for the behaviour; the
// proof asks for the design's 100 ms.
var gone = flag.Duration("gone", 10*time.Second, "the longest time, in 99 of 100 cases, until a provider notices that a client left")

// A client that leaves is noticed at the provider at once: in the middle of a stream, and while the provider has not even
// sent headers. It runs beside no other test of this package, and in the proof a round that a busy machine spoiled is repeated.
// That a pause between two tries ends as well is tested in fake time (TestAClientThatLeavesEndsThePause).
func TestAClientThatLeavesIsNoticedAtTheProviderAtOnce(t *testing.T) {
	const n, rounds = 100, 5
	for name, answers := range map[string]bool{"mid-stream": true, "waiting for headers": false} {
		t.Run(name, func(t *testing.T) {
			h := build(t, nil)
			arrived, left := make(chan struct{}, 1), make(chan time.Time, 1)
			h.provide("up", func(w http.ResponseWriter, r *http.Request) {
				if answers {
					streams(chunk1)(w, r)
				}
				arrived <- struct{}{}
				<-r.Context().Done()
				left <- clock.System{}.Now()
			})
			round := func() time.Duration {
				var took []time.Duration
				for range n {
					ctx, cancel := context.WithCancel(t.Context())
					r, _ := http.NewRequestWithContext(ctx, http.MethodPost, h.server.URL+"/v1/chat/completions", strings.NewReader(streamed))
					r.Header.Set("Authorization", "Bearer good")
					done := make(chan struct{})
					go func() {
						defer close(done)
						if resp, err := http.DefaultClient.Do(r); err == nil {
							_, _ = bufio.NewReader(resp.Body).ReadString('\n')
							<-ctx.Done()
							_ = resp.Body.Close()
						}
					}()
					<-arrived
					began := clock.System{}.Now()
					cancel()
					took = append(took, (<-left).Sub(began))
					<-done
				}
				slices.Sort(took)
				t.Logf("median %s, p99 %s, longest %s", took[n/2], took[n*99/100-1], took[n-1])
				return took[n*99/100-1]
			}
			played := 1
			for p99 := round(); p99 > *gone; p99 = round() {
				if played++; played > rounds {
					t.Fatalf("p99 is %s, and was no better in %d rounds", p99, rounds)
				}
			}
			h.books.only(t, n*played)
		})
	}
}

// A client that does not read holds up its provider, and no more than 64 KiB of its stream is kept for it by the gateway
// itself: what was taken from the provider is at most that above what the sockets' own buffers took.
func TestASlowReaderHoldsNoMoreThanItsBuffers(t *testing.T) {
	t.Parallel()
	const most, sockets = 64 << 10, 16 << 10
	h := build(t, func(c *Config) { c.Waits = Waits{Ping: 300 * time.Millisecond, Write: 3 * time.Second} })
	var taken atomic.Int64 // of what the provider wrote, by the gateway
	block := `data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"` + strings.Repeat("x", 1000) + `"}}]}` + "\n\n"
	h.gateway.Upstreams = &dripping{block: block, taken: &taken}
	h.provide("up", func(http.ResponseWriter, *http.Request) {})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h.gateway, ReadHeaderTimeout: time.Second, ConnContext: func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(sockets)
		return ctx
	}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	raw, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.(*net.TCPConn).SetReadBuffer(sockets)
	_, err = io.WriteString(raw, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(streamed))+"\r\n\r\n"+streamed)
	if err != nil {
		t.Fatal(err)
	}
	// It has stopped taking once a second passes without another byte.
	last, still := int64(-1), 0
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for still < 10 {
		<-tick.C
		if now := taken.Load(); now == last && now > 0 {
			still++
		} else {
			last, still = now, 0
		}
	}
	// What a TCP connection over the loopback takes before its writer blocks, without a gateway.
	floor := absorbed(t, sockets)
	t.Logf("taken from the provider: %d bytes; two sockets alone take %d", last, floor)
	if last > floor+most {
		t.Errorf("%d bytes are held for a client that does not read, %d more than its sockets take", last, last-floor)
	}
	// And it is given up, although it neither reads nor leaves.
	if fact := h.books.only(t, 1)[0]; fact.Code != "client_closed" {
		t.Errorf("recorded %+v", fact)
	}
	_ = raw.Close()
}

// A client that does not read its document is given up as well, and one that reads slowly, but reads, gets all of it.
func TestADocumentIsNotKeptForAClientThatDoesNotReadIt(t *testing.T) {
	t.Parallel()
	const size = 8 << 20
	h := build(t, func(c *Config) { c.Waits = Waits{Write: time.Second} })
	h.provide("up", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"`+strings.Repeat("x", size)+`"},"finish_reason":"stop"}]}`)
	})
	send := func() net.Conn {
		raw, err := net.Dial("tcp", h.server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = raw.Close() })
		_ = raw.(*net.TCPConn).SetReadBuffer(16 << 10)
		if _, err = io.WriteString(raw, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "+strconv.Itoa(len(question))+"\r\n\r\n"+question); err != nil {
			t.Fatal(err)
		}
		return raw
	}
	send() // and never reads
	if fact := h.books.only(t, 1)[0]; fact.Status != http.StatusOK || fact.Cost == 0 {
		t.Errorf("recorded %+v", fact)
	}
	if n, err := io.Copy(io.Discard, send()); err != nil || n < size {
		t.Errorf("a client that reads got %d bytes, %v", n, err)
	}
	h.books.only(t, 2)
}

// absorbed is how much a connection takes that nobody reads.
func absorbed(t *testing.T, buffers int) int64 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	reader, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	_ = reader.(*net.TCPConn).SetReadBuffer(buffers)
	writer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = writer.Close() }()
	_ = writer.(*net.TCPConn).SetWriteBuffer(buffers)
	n := int64(0)
	for block := make([]byte, 1024); ; {
		_ = writer.SetWriteDeadline(clock.System{}.Now().Add(500 * time.Millisecond))
		m, err := writer.Write(block)
		if n += int64(m); err != nil {
			return n
		}
	}
}
