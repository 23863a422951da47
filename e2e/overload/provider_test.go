package overload

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// provider is one made of raw HTTP/1.1, so that it costs next to nothing beside the gateway. It thinks for a while, then
// answers in one piece or in chunks with pauses.
type provider struct {
	listener    net.Listener
	wait, pause atomic.Int64 // nanoseconds
	chunks      atomic.Int64
	served      atomic.Int64
}

func startProvider(t testing.TB) *provider {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &provider{listener: l}
	p.chunks.Store(1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

func (p *provider) url() string { return "http://" + p.listener.Addr().String() + "/v1" }

func (p *provider) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 8<<10)
	body := make([]byte, 0, 4<<10)
	for {
		length := 0
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) <= 2 {
				break
			}
			if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
		}
		if cap(body) < length {
			body = make([]byte, length)
		}
		body = body[:length]
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		if d := p.wait.Load(); d > 0 {
			time.Sleep(time.Duration(d))
		}
		p.served.Add(1)
		if err := p.answer(c, bytes.Contains(body, []byte(`"stream":true`))); err != nil {
			return
		}
	}
}

func (p *provider) answer(c net.Conn, stream bool) error {
	if !stream {
		_, err := c.Write(whole)
		return err
	}
	n := p.chunks.Load()
	for i := range n/2 + rand.Int64N(n+1) { // answers are of any length
		piece := chunk
		if i == 0 {
			piece = first
		} else {
			time.Sleep(time.Duration(p.pause.Load()))
		}
		if _, err := c.Write(piece); err != nil {
			return err
		}
	}
	_, err := c.Write(last)
	return err
}

const usage = `"usage":{"prompt_tokens":210,"completion_tokens":60,"total_tokens":270}`

func piece(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

var (
	whole = func() []byte {
		s := `{"id":"chatcmpl-1","object":"chat.completion","created":1766000000,"model":"gpt-5.5","choices":[{"index":0,"message":{"role":"assistant","content":"` +
			strings.Repeat("Lorem ipsum dolor sit amet. ", 42) + `"},"finish_reason":"stop"}],` + usage + `}`
		return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(s), s)
	}()
	chunkText = `data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1766000000,"model":"gpt-5.5","choices":[{"index":0,"delta":{"content":" lorem ipsum"},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	chunk     = []byte(piece(chunkText))
	first     = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + piece(chunkText))
	last      = []byte(piece(`data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1766000000,"model":"gpt-5.5","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\n"+
		`data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1766000000,"model":"gpt-5.5","choices":[],`+usage+`}`+"\n\ndata: [DONE]\n\n") + "0\r\n\r\n")
)
