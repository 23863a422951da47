package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// target is one thing under load.
type target struct {
	name string
	url  string
	key  string
	pid  int // 0: not measured
}

// markField stands before the mark by which the mock reports how long it held a request.
const markField = `"user":"`

// prompt builds a chat request of about size bytes. The short fields come first, so that the mock finds them at once.
func prompt(size int, stream bool, mark string) []byte { return chatPrompt(alias, size, stream, mark) }

func chatPrompt(model string, size int, stream bool, mark string) []byte {
	return filled(fmt.Sprintf(`{"model":"%s","stream":%t,%s%s","max_tokens":400,"temperature":0.2,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"`, model, stream, markField, mark), size)
}

// messagesPrompt is the same in Anthropic's dialect, without a mark.
func messagesPrompt(model string, size int) []byte {
	return filled(fmt.Sprintf(`{"model":"%s","stream":false,"max_tokens":400,"temperature":0.2,"system":"Be brief.","messages":[{"role":"user","content":"`, model), size)
}

func filled(head string, size int) []byte {
	tail := `"}]}`
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", size/45+1)
	return []byte(head + text[:max(0, size-len(head)-len(tail))] + tail)
}

func client(connections int) *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxIdleConns: connections, DisableCompression: true},
		Timeout:   2 * time.Minute,
	}
}

func (t target) request(ctx context.Context, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+t.key)
	return r, nil
}

// ask sends one request and reads the whole answer.
func (t target) ask(ctx context.Context, c *http.Client, body []byte) error {
	r, err := t.request(ctx, body)
	if err != nil {
		return err
	}
	answer, err := c.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
		return fmt.Errorf("%s answered %d: %s", t.name, answer.StatusCode, text)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// flatOut keeps all connections busy for a while and counts good answers.
func flatOut(ctx context.Context, t target, connections int, d time.Duration, body []byte) (answers int64, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var (
		c     = client(connections)
		n     atomic.Int64
		group sync.WaitGroup
		fail  firstError
	)
	defer c.CloseIdleConnections()
	began := time.Now()
	for range connections {
		group.Go(func() {
			for ctx.Err() == nil {
				if err := t.ask(context.WithoutCancel(ctx), c, body); err != nil {
					fail.set(err)
					cancel()
					return
				}
				n.Add(1)
			}
		})
	}
	group.Wait()
	return n.Load(), time.Since(began), fail.get()
}

// atRate sends requests at fixed moments, whether earlier ones are answered or not, and gives for each how long it took
// from its moment on, less what the provider held it: what the proxy added, waiting for a turn included. Without a mock no provider
// holds it.
func atRate(ctx context.Context, t target, m *mock, rate int, d time.Duration, bodies func(mark string) []byte) ([]time.Duration, error) {
	var (
		c     = client(2 * rate)
		total = int(d.Seconds() * float64(rate))
		out   = make([]time.Duration, total)
		group sync.WaitGroup
		fail  firstError
	)
	defer c.CloseIdleConnections()
	began := time.Now()
	for i := range total {
		moment := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		select {
		case <-time.After(time.Until(moment)):
		case <-ctx.Done():
			group.Wait()
			return nil, errInterrupted
		}
		group.Go(func() {
			mark := t.name + strconv.Itoa(i)
			if err := t.ask(ctx, c, bodies(mark)); err != nil {
				fail.set(err)
				return
			}
			took := time.Since(moment)
			if m == nil {
				out[i] = took
			} else if held, ok := m.held.Load(mark); ok {
				out[i] = took - held.(time.Duration)
			} else {
				fail.set(fmt.Errorf("%s: the provider never saw request %s", t.name, mark))
			}
		})
	}
	group.Wait()
	return out, fail.get()
}

// delays is what a set of streams saw: when the first chunk came after asking, and how late each chunk was.
type delays struct{ first, chunk []time.Duration }

// streams opens n streams at once, spread over one pause so that they do not all tick together, and reads them out.
func streams(ctx context.Context, t target, m *mock, n, chunks int, pause time.Duration) (delays, error) {
	var (
		c     = client(n)
		mu    sync.Mutex
		out   delays
		group sync.WaitGroup
		fail  firstError
	)
	defer c.CloseIdleConnections()
	for range n {
		group.Go(func() {
			began, late, err := readStream(ctx, t, c, m)
			if err == nil && len(late) != chunks {
				err = fmt.Errorf("%s: a stream of %d chunks ended after %d", t.name, chunks, len(late))
			}
			if err != nil {
				fail.set(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			out.first = append(out.first, began)
			out.chunk = append(out.chunk, late...)
		})
		time.Sleep(pause / time.Duration(n))
	}
	group.Wait()
	return out, fail.get()
}

func readStream(ctx context.Context, t target, c *http.Client, m *mock) (first time.Duration, late []time.Duration, err error) {
	r, err := t.request(ctx, prompt(1<<10, true, t.name))
	if err != nil {
		return 0, nil, err
	}
	asked := time.Now()
	answer, err := c.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
		return 0, nil, fmt.Errorf("%s answered %d: %s", t.name, answer.StatusCode, text)
	}
	lines := bufio.NewReaderSize(answer.Body, 4<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF {
			return first, late, nil
		}
		if err != nil {
			return 0, nil, fmt.Errorf("%s broke a stream: %w", t.name, err)
		}
		at := bytes.Index(line, []byte(sentField))
		if at < 0 {
			continue
		}
		if len(late) == 0 {
			first = time.Since(asked)
		}
		sent, _, _ := bytes.Cut(line[at+len(sentField):], []byte(" "))
		ns, err := strconv.ParseInt(string(sent), 10, 64)
		if err != nil {
			return 0, nil, err
		}
		late = append(late, time.Since(m.start)-time.Duration(ns))
	}
}

// firstError keeps the first of many.
type firstError struct {
	mu  sync.Mutex
	err error
}

func (f *firstError) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func (f *firstError) get() error { f.mu.Lock(); defer f.mu.Unlock(); return f.err }

func percentile(d []time.Duration, p float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(p*float64(len(d))))]
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
