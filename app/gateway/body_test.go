package gateway

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// A client that stops in the middle of its body is told so, and its connection is given up; one that is quick may take as
// long as it likes over the answer.
func TestABodyThatDoesNotComeIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) { c.Waits = Waits{Body: 200 * time.Millisecond} })
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(400 * time.Millisecond): // longer than the body may take
			says(answer)(w, r)
		case <-r.Context().Done():
		}
	})
	for key, want := range map[string]int{"good": http.StatusRequestTimeout, "bad": http.StatusUnauthorized} {
		if status, text := h.stop(key); status != want {
			t.Errorf("%s key: %d %s", key, status, text)
		}
	}
	if resp, text := h.ask(question); resp.StatusCode != 200 || text != answer {
		t.Errorf("whoever is quick: %d %s", resp.StatusCode, text)
	}
}

// stop sends half a request, and gives the answer; the connection must be closed after it.
func (h *house) stop(key string) (int, string) {
	c, err := net.Dial("tcp", strings.TrimPrefix(h.server.URL, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(clock.System{}.Now().Add(20 * time.Second))
	_, _ = io.WriteString(c, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+key+"\r\nContent-Length: 500\r\n\r\n{\"model\":")
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	if _, err := in.ReadByte(); err != io.EOF {
		h.t.Errorf("the connection is still there: %v", err)
	}
	return resp.StatusCode, string(text)
}
