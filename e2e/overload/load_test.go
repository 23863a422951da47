package overload

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd asks one gateway with one key over raw connections. One goroutine writes requests at fixed moments, whether
// earlier ones are answered or not (an open loop), and each connection's own reads its answers.
type crowd struct {
	t       testing.TB
	addr    string
	request []byte
	most    int // connections at once

	mu    sync.Mutex
	idle  []*line
	open  int
	began time.Time
	seen  []second
	lines []*line
	group sync.WaitGroup
}

// second is what happened to the requests that were due in one second.
type second struct {
	sent, served, refused, unsent, odd int
	ended                              int             // answers that ended in this second, whenever they were due
	took                               []time.Duration // of served ones
	sentAway                           []time.Duration // of refused ones
	hasty                              int             // refused without retry-after
	other                              int             // refused for something else that passes, such as books that cannot be asked in time
	last                               string          // an answer that was neither
}

// line is one connection.
type line struct {
	c   net.Conn
	due atomic.Int64 // when the request under way was due, since began
}

func newCrowd(t testing.TB, addr, key, model string, stream bool) *crowd {
	c := &crowd{t: t, addr: addr, most: 6000, began: time.Now(), request: request(key, model, stream, 1<<10)}
	t.Cleanup(c.close)
	return c
}

// request is one with a prompt of about size bytes.
func request(key, model string, stream bool, size int) []byte {
	body := fmt.Sprintf(`{"model":%q,"stream":%v,"max_tokens":400,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"`, model, stream)
	body += strings.Repeat("The quick brown fox jumps over the lazy dog. ", size/46) + `"}]}`
	return fmt.Appendf(nil, "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", key, len(body), body)
}

func (c *crowd) close() {
	c.mu.Lock()
	for _, l := range c.lines {
		_ = l.c.Close()
	}
	c.lines, c.most = nil, 0
	c.mu.Unlock()
	c.group.Wait()
}

func (c *crowd) at(due time.Duration) *second {
	i := int(due / time.Second)
	for len(c.seen) <= i {
		c.seen = append(c.seen, second{})
	}
	return &c.seen[i]
}

// take gives a free connection, opening one if need be; nil = there are too many.
func (c *crowd) take() *line {
	c.mu.Lock()
	if n := len(c.idle); n > 0 {
		l := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		return l
	}
	if c.open >= c.most {
		c.mu.Unlock()
		return nil
	}
	c.open++
	c.mu.Unlock()
	conn, err := net.DialTimeout("tcp", c.addr, 10*time.Second)
	if err != nil {
		c.mu.Lock()
		c.open--
		c.mu.Unlock()
		return nil
	}
	l := &line{c: conn}
	c.mu.Lock()
	c.lines = append(c.lines, l)
	c.mu.Unlock()
	c.group.Go(func() { c.read(l, nil) })
	return l
}

func (c *crowd) ask(due time.Duration) {
	l := c.take()
	c.mu.Lock()
	c.at(due).sent++
	if l == nil {
		c.at(due).unsent++
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	l.due.Store(int64(due))
	if _, err := l.c.Write(c.request); err != nil {
		_ = l.c.Close() // its reader counts it
	}
}

// rate asks n times a second for a while.
func (c *crowd) rate(ctx context.Context, n float64, d time.Duration) {
	began := time.Since(c.began)
	for sent := 0; ctx.Err() == nil; time.Sleep(time.Millisecond) {
		now := time.Since(c.began) - began
		for ; float64(sent) < n*min(now, d).Seconds(); sent++ {
			c.ask(began + time.Duration(float64(sent)/n*float64(time.Second)))
		}
		if now >= d {
			return
		}
	}
}

// read takes the answers of one connection. again, if it is there, asks for the next at once (a closed loop).
func (c *crowd) read(l *line, again func() bool) {
	buf := make([]byte, 0, 32<<10)
	for {
		n, err := l.c.Read(buf[len(buf):cap(buf)])
		if err != nil {
			c.lost(l, err)
			return
		}
		buf = buf[:len(buf)+n]
		if !ended(buf) {
			if len(buf) > cap(buf)/2 { // a stream: its head and its end are enough
				tail := buf[len(buf)-1024:]
				buf = append(buf[:1024], tail...)
			}
			continue
		}
		due := time.Duration(l.due.Load())
		c.note(due, time.Since(c.began)-due, buf)
		if bytes.Contains(buf[:min(len(buf), 512)], []byte("\r\nConnection: close")) { // it would not read a large body that it refused
			if l = c.renew(l, again != nil && again()); l == nil {
				return
			}
			buf = buf[:0]
			continue
		}
		buf = buf[:0]
		if again != nil && again() {
			l.due.Store(int64(time.Since(c.began)))
			if _, err := l.c.Write(c.request); err == nil {
				continue
			}
		}
		c.mu.Lock()
		c.idle = append(c.idle, l)
		c.mu.Unlock()
	}
}

// renew replaces a connection that was closed with its answer, and asks on the new one at once if more is wanted.
func (c *crowd) renew(old *line, more bool) *line {
	_ = old.c.Close()
	if more {
		if conn, err := net.DialTimeout("tcp", c.addr, 10*time.Second); err == nil {
			l := &line{c: conn}
			l.due.Store(int64(time.Since(c.began)))
			c.mu.Lock()
			if c.most > 0 {
				c.lines = append(c.lines, l)
				c.mu.Unlock()
				_, _ = conn.Write(c.request)
				return l
			}
			c.mu.Unlock()
			_ = conn.Close()
		}
	}
	c.mu.Lock()
	c.open--
	c.mu.Unlock()
	return nil
}

func (c *crowd) note(due, took time.Duration, answer []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at(due + took) // so that s stays where it is
	s := c.at(due)
	later := bytes.Contains(answer, []byte("\r\nRetry-After: "))
	switch status := string(answer[9:12]); {
	case status == "200" && !bytes.Contains(answer, []byte(`"error"`)):
		s.served++
		s.took = append(s.took, took)
		c.at(due+took).ended++
	case status == "503" && bytes.Contains(answer, []byte(`"overloaded"`)):
		s.refused++
		s.sentAway = append(s.sentAway, took)
		if !later {
			s.hasty++
		}
	case status == "503" && later:
		s.other++
		s.last = string(answer)
	default:
		s.odd++
		s.last = string(answer)
	}
}

func (c *crowd) lost(l *line, err error) {
	_ = l.c.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.most == 0 {
		return // the test is over
	}
	c.open--
	for i, other := range c.idle {
		if other == l {
			c.idle = slices.Delete(c.idle, i, i+1)
			return // between requests
		}
	}
	s := c.at(time.Duration(l.due.Load()))
	s.odd++
	s.last = err.Error()
}

// ended reports whether a whole answer is there.
func ended(b []byte) bool {
	head := bytes.Index(b, []byte("\r\n\r\n"))
	if head < 0 {
		return false
	}
	if i := bytes.Index(b[:head], []byte("\r\nContent-Length: ")); i >= 0 {
		value, _, _ := bytes.Cut(b[i+18:], []byte("\r"))
		n, _ := strconv.Atoi(string(value))
		return len(b) >= head+4+n
	}
	tail := b[max(head, len(b)-256):]
	return bytes.HasSuffix(tail, []byte("\r\n\r\n")) && bytes.Contains(tail, []byte("\r\n0\r\n"))
}

// keepBusy keeps n connections asking, each for the next as soon as it has an answer, until stop.
func (c *crowd) keepBusy(n int) (stop func()) {
	var done atomic.Bool
	var wg sync.WaitGroup
	for range n {
		conn, err := net.DialTimeout("tcp", c.addr, 10*time.Second)
		if err != nil {
			c.t.Fatal(err)
		}
		l := &line{c: conn}
		l.due.Store(int64(time.Since(c.began)))
		c.mu.Lock()
		c.lines, c.open = append(c.lines, l), c.open+1
		c.mu.Unlock()
		wg.Go(func() { c.read(l, func() bool { return !done.Load() }) })
		if _, err := conn.Write(c.request); err != nil {
			c.t.Fatal(err)
		}
	}
	return func() {
		done.Store(true)
		c.close()
		wg.Wait()
	}
}

// sum adds up the seconds [from, to).
func (c *crowd) sum(from, to int) (out second) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := from; i < min(to, len(c.seen)); i++ {
		s := &c.seen[i]
		out.ended, out.other = out.ended+s.ended, out.other+s.other
		out.sent, out.served, out.refused, out.unsent, out.odd, out.hasty = out.sent+s.sent, out.served+s.served, out.refused+s.refused, out.unsent+s.unsent, out.odd+s.odd, out.hasty+s.hasty
		out.took, out.sentAway = append(out.took, s.took...), append(out.sentAway, s.sentAway...)
		if s.last != "" {
			out.last = s.last
		}
	}
	return out
}

// all is everything so far.
func (c *crowd) all() second { return c.sum(0, 1<<30) }

func (s second) answers() int { return s.served + s.refused + s.other + s.odd }

// now is the second that it is.
func (c *crowd) now() int { return int(time.Since(c.began) / time.Second) }

func percentile(d []time.Duration, p float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(p*float64(len(d))))]
}
