package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// mock is a provider made of raw HTTP/1.1, so that it costs next to nothing beside what is measured. It lives in this
// process: its clock is the load generator's, and a phase changes its manners without a request.
type mock struct {
	listener net.Listener
	wait     atomic.Int64 // nanoseconds before an answer
	pause    atomic.Int64 // nanoseconds between two chunks of a stream
	chunks   atomic.Int64 // chunks of a stream
	served   atomic.Int64 // requests answered
	held     sync.Map     // request's mark → how long it was really held
	start    time.Time
}

// startMock listens at an address, or on any free port if it is empty.
func startMock(at string) (*mock, error) {
	l, err := net.Listen("tcp", cmp.Or(at, "127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	m := &mock{listener: l, start: time.Now()}
	go m.accept()
	return m, nil
}

func (m *mock) url() string { return "http://" + m.listener.Addr().String() }
func (m *mock) close()      { _ = m.listener.Close() }

// behave sets the manners of the next phase.
func (m *mock) behave(wait, pause time.Duration, chunks int) {
	m.wait.Store(int64(wait))
	m.pause.Store(int64(pause))
	m.chunks.Store(int64(chunks))
	m.held.Clear()
}

func (m *mock) accept() {
	for {
		c, err := m.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = c.Close() }()
			r := bufio.NewReaderSize(c, 32<<10)
			var body []byte
			for {
				var messages bool
				if messages, body, err = readRequest(r, body[:0]); err != nil {
					return
				}
				if err = m.answer(c, messages, body); err != nil {
					return
				}
			}
		}()
	}
}

// readRequest reads one request with a length, and gives its body. messages says that it speaks Anthropic's dialect.
func readRequest(r *bufio.Reader, body []byte) (messages bool, _ []byte, _ error) {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return false, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if first {
			messages = bytes.Contains(line, []byte("/messages "))
		}
		if len(line) == 0 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && !first && bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return false, nil, err
			}
		}
	}
	if length < 0 {
		return false, nil, errors.New("mock: a request without a length")
	}
	if cap(body) < length {
		body = make([]byte, length)
	}
	body = body[:length]
	_, err := io.ReadFull(r, body)
	return messages, body, err
}

func (m *mock) answer(c net.Conn, messages bool, body []byte) error {
	began := time.Now()
	if d := time.Duration(m.wait.Load()); d > 0 {
		time.Sleep(d)
	}
	m.served.Add(1)
	if bytes.Contains(body, []byte(`"stream":true`)) {
		return m.stream(c, bytes.Contains(body, []byte(`"include_usage":true`)))
	}
	if i := bytes.Index(body, []byte(markField)); i >= 0 {
		mark := body[i+len(markField):]
		m.held.Store(string(mark[:bytes.IndexByte(mark, '"')]), time.Since(began))
	}
	whole := plainAnswer
	if messages {
		whole = messagesAnswer
	}
	_, err := c.Write(whole)
	return err
}

// stream sends chunks that carry their own sending time, so a client in this process can tell how late each came.
func (m *mock) stream(c net.Conn, usage bool) error {
	if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"); err != nil {
		return err
	}
	pause, n := time.Duration(m.pause.Load()), m.chunks.Load()
	for i := range n {
		if i > 0 {
			time.Sleep(pause)
		}
		event := fmt.Sprintf(chunkFormat, time.Since(m.start))
		if err := writeChunk(c, event); err != nil {
			return err
		}
	}
	last := fmt.Sprintf(lastFormat, "null")
	if usage {
		last += `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1766000000,"model":"` + model + `","choices":[],"usage":` + usageJSON + "}\n\n"
	}
	if err := writeChunk(c, last+"data: [DONE]\n\n"); err != nil {
		return err
	}
	_, err := io.WriteString(c, "0\r\n\r\n")
	return err
}

func writeChunk(c net.Conn, s string) error {
	_, err := fmt.Fprintf(c, "%x\r\n%s\r\n", len(s), s)
	return err
}

// What the mock says. The answer is about 1.5 KB, a chunk about 330 bytes, as real ones are.
const (
	model         = "gpt-5.5" // ones that the catalogue has a price for
	messagesModel = "claude-sonnet-4-5"
	usageJSON     = `{"prompt_tokens":210,"completion_tokens":60,"total_tokens":270,"prompt_tokens_details":{"cached_tokens":0}}`
	sentField     = `"sent `
	chunkFormat   = `data: {"id":"chatcmpl-bench0123456789abcdef","object":"chat.completion.chunk","created":1766000000,"model":"` + model +
		`","service_tier":"default","system_fingerprint":"fp_0123456789","choices":[{"index":0,"delta":{"content":"sent %d lorem ipsum"},"logprobs":null,"finish_reason":null}],"obfuscation":"abcdefghijklmnop"}` + "\n\n"
	lastFormat = `data: {"id":"chatcmpl-bench0123456789abcdef","object":"chat.completion.chunk","created":1766000000,"model":"` + model +
		`","choices":[{"index":0,"delta":{},"logprobs":%s,"finish_reason":"stop"}]}` + "\n\n"
)

var plainAnswer = document(`{"id":"chatcmpl-bench","object":"chat.completion","created":1766000000,"model":"` + model +
	`","choices":[{"index":0,"message":{"role":"assistant","content":"` + strings.Repeat("Lorem ipsum dolor sit amet. ", 42) +
	`","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":` + usageJSON + `}`)

// messagesAnswer says the same in Anthropic's words.
var messagesAnswer = document(`{"id":"msg_bench","type":"message","role":"assistant","model":"` + messagesModel +
	`","content":[{"type":"text","text":"` + strings.Repeat("Lorem ipsum dolor sit amet. ", 42) +
	`"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":210,"cache_creation_input_tokens":0,` +
	`"cache_read_input_tokens":0,"output_tokens":60,"service_tier":"standard"}}`)

func document(body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}
