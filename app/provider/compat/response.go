package compat

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// What is read of an answer at most, decoded.
const (
	maxAnswer = 32 << 20
	maxError  = 64 << 10
	maxModels = 10_000
)

// Response implements provider.Adapter. It reads a JSON answer to its end, so that a bad one is still a failure and not
// half an answer; of a stream it reads nothing, unless its type leaves doubt that it is one. On an error it closes the
// body.
func (a *Adapter) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	if err := decoded(r); err != nil {
		_ = r.Body.Close()
		return nil, garbled(r, "the answer is encoded in a way that was not asked for", err)
	}
	if r.StatusCode < 200 || r.StatusCode > 299 {
		defer func() { _ = r.Body.Close() }()
		return nil, refused(r)
	}
	if !call.Stream {
		return document(r, call)
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "text/event-stream" {
		return &stream{openai.NewStream(r.Body, call), r.StatusCode}, nil
	}
	return doubtful(r, call)
}

// decoded undoes gzip that was not asked for; what comes out is capped like everything else that is read.
func decoded(r *http.Response) error {
	switch e := strings.ToLower(r.Header.Get("Content-Encoding")); e {
	case "", "identity":
		return nil
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return fmt.Errorf("compat: gzip: %w", err)
		}
		r.Body = struct {
			io.Reader
			io.Closer
		}{z, r.Body}
		return nil
	default:
		return fmt.Errorf("compat: content encoding %q", e)
	}
}

func document(r *http.Response, call *llm.Call) (llm.Stream, error) {
	defer func() { _ = r.Body.Close() }()
	body, err := whole(r)
	if err != nil {
		return nil, err
	}
	e, err := openai.Document(call, body)
	if err != nil {
		return nil, wrong(r, err)
	}
	return openai.NewWhole(e), nil
}

// whole reads a body up to the cap. An answer that breaks off is not garbled: the provider may have billed it.
func whole(r *http.Response) ([]byte, error) {
	var b bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= maxAnswer {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(r.Body, maxAnswer+1))
	switch {
	case n > maxAnswer:
		return nil, garbled(r, "the answer is larger than 32 MiB", nil)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", llm.ErrTruncated, err)
	}
	return b.Bytes(), nil
}

// doubtful reads the first bytes of what should be a stream. Some servers forget the content type; others send a page or
// an error object instead.
func doubtful(r *http.Response, call *llm.Call) (llm.Stream, error) {
	head := make([]byte, 1)
	n, err := io.ReadFull(r.Body, head)
	for n == 1 && strings.ContainsRune(" \t\r\n", rune(head[0])) {
		n, err = io.ReadFull(r.Body, head)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		_ = r.Body.Close()
		return nil, fmt.Errorf("%w: %w", llm.ErrTruncated, err)
	}
	whole := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head[:n]), r.Body), r.Body}
	if n == 1 && head[0] != '{' && head[0] != '<' {
		return &stream{openai.NewStream(whole, call), r.StatusCode}, nil
	}
	r.Body = whole
	_, err = document(r, call)
	if err == nil {
		err = garbled(r, "a stream was asked for and a document came", nil)
	}
	return nil, err
}

// wrong turns a document that is no answer into a failure.
func wrong(r *http.Response, err error) error {
	var p *openai.Problem
	if errors.As(err, &p) {
		return failure(r, p)
	}
	return garbled(r, strings.TrimPrefix(err.Error(), "openai: "), err)
}

// stream classifies an error that the provider reports inside its answer: one that comes first may be tried elsewhere.
type stream struct {
	*openai.Stream
	status int
}

// Next implements llm.Stream.
func (s *stream) Next() (llm.Event, error) {
	e, err := s.Stream.Next()
	if e.Kind == llm.Failed {
		f := &provider.Failure{Class: provider.Garbled, Status: s.status, Message: e.Err.Public, Cause: e.Err.Unwrap()}
		var p *openai.Problem
		if errors.As(e.Err, &p) {
			f.Class, f.Message = classOf(p), p.Sentence()
		}
		e.Err = e.Err.Because(f)
	}
	return e, err
}

// Models implements provider.Adapter.
func (a *Adapter) Models(r *http.Response) ([]string, error) {
	defer func() { _ = r.Body.Close() }()
	if err := decoded(r); err != nil {
		return nil, garbled(r, "the answer is encoded in a way that was not asked for", err)
	}
	if r.StatusCode < 200 || r.StatusCode > 299 {
		return nil, refused(r)
	}
	body, err := whole(r)
	if err != nil {
		return nil, err
	}
	c := scan.New(body)
	names, listed := []string(nil), false
	if c.Kind() == scan.Object {
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			if string(c.Value(key, nil)) == "data" && c.Kind() == scan.Array {
				names, listed = modelIDs(&c), true
			} else {
				c.Skip()
			}
		}
	}
	if !listed || !c.End() {
		return nil, garbled(r, "the answer is no list of models", nil)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func modelIDs(c *scan.Cursor) (names []string) {
	c.Array()
	for c.More() {
		if c.Kind() != scan.Object {
			c.Skip()
			continue
		}
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			if string(c.Value(key, nil)) != "id" || c.Kind() != scan.String {
				c.Skip()
				continue
			}
			if t, _ := c.String(); t.To > 0 && len(names) < maxModels {
				names = append(names, string(c.Value(t, nil)))
			}
		}
	}
	return names
}
