package carry

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// What is read of an answer at most, decoded.
const (
	maxAnswer = 32 << 20
	maxError  = 64 << 10
	maxModels = 10_000
)

// mostOf is what is read of a whole answer: vectors of 2,048 texts and ten large pictures are more than maxAnswer, and are paid for.
func mostOf(call *llm.Call) int64 {
	switch call.Operation {
	case llm.Embeddings:
		return 64 << 20
	case llm.MakeImages, llm.EditImages:
		return 128 << 20
	}
	return maxAnswer
}

// Response is provider.Adapter's Response for a wire: the stream in the client's dialect. It reads a JSON answer to its end, so that a bad one is still a failure and not
// half an answer; of a stream it reads nothing, unless its type leaves doubt that it is one. On an error it closes the
// body.
func Response(w llm.Wire, r *http.Response, call *llm.Call) (llm.Stream, error) {
	if err := decoded(r); err != nil {
		_ = r.Body.Close()
		return nil, unread(r, "the answer is encoded in a way that was not asked for", err)
	}
	if r.StatusCode < 200 || r.StatusCode > 299 {
		defer func() { _ = r.Body.Close() }()
		return nil, Refused(w, r)
	}
	own, err := answer(w, r, call)
	if err != nil {
		return nil, err
	}
	out, err := llm.Answer(w, call, own)
	if err != nil {
		_ = own.Close()
	}
	return out, err
}

// Path is where an answer was asked for; "" where nobody knows.
func Path(r *http.Response) string {
	if r.Request == nil {
		return ""
	}
	return r.Request.URL.Path
}

// answer is the stream in the provider's dialect.
func answer(w llm.Wire, r *http.Response, call *llm.Call) (llm.Stream, error) {
	if !call.Stream || call.Whole(w) {
		return document(w, r, call)
	}
	if call.Plain != "" {
		return plain(w, r, call)
	}
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); {
	case kind == w.StreamType():
		return stream(w, r, r.Body, call), nil
	case written(w, r, call, kind):
		return unstreamed(w, r, call, true)
	case w.StreamType() == eventStream:
		return doubtful(w, r, call)
	}
	return late(w, r, call)
}

const eventStream = "text/event-stream"

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

func document(w llm.Wire, r *http.Response, call *llm.Call) (llm.Stream, error) {
	defer func() { _ = r.Body.Close() }()
	body, err := whole(r, mostOf(call))
	if err != nil {
		return nil, err
	}
	e, err := w.Document(call, body)
	if err != nil {
		return nil, wrong(r, err)
	}
	return llm.NewWhole(e), nil
}

// whole reads a body up to the cap. An answer that breaks off is not garbled: the provider may have billed it.
func whole(r *http.Response, most int64) ([]byte, error) {
	var b bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= most {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(r.Body, most+1))
	switch {
	case n > most:
		return nil, unread(r, fmt.Sprintf("the answer is larger than %d MiB", most>>20), nil)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", llm.ErrTruncated, err)
	}
	return b.Bytes(), nil
}

// doubtful reads the first bytes of what should be a stream. Some servers forget the content type; others send a page or
// an error object instead.
func doubtful(w llm.Wire, r *http.Response, call *llm.Call) (llm.Stream, error) {
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
		return stream(w, r, whole, call), nil
	}
	r.Body = whole
	return late(w, r, call)
}

// wrong turns a document that is no answer into a failure.
func wrong(r *http.Response, err error) error {
	var p *llm.Problem
	switch {
	case errors.As(err, &p):
		return failure(r, p)
	case errors.Is(err, llm.ErrTruncated): // whole as a document, and still half an answer
		return err
	}
	return garbled(r, reason(err), err)
}

// reason is an error's text without the name of the dialect that gave it.
func reason(err error) string {
	if head, rest, ok := strings.Cut(err.Error(), ": "); ok && !strings.Contains(head, " ") {
		return rest
	}
	return err.Error()
}

// stream reads a body in the provider's dialect.
func stream(w llm.Wire, r *http.Response, body io.ReadCloser, call *llm.Call) llm.Stream {
	return &classified{w.Stream(body, call), r.StatusCode}
}

// classified gives an error that the provider reports inside its answer a class: one that comes first may be tried
// elsewhere.
type classified struct {
	llm.Stream
	status int
}

// Ready reports whether the next event is here already.
func (s *classified) Ready() bool {
	r, ok := s.Stream.(interface{ Ready() bool })
	return ok && r.Ready()
}

// Next implements llm.Stream.
func (s *classified) Next() (llm.Event, error) {
	e, err := s.Stream.Next()
	if e.Kind == llm.Failed {
		f := &provider.Failure{Class: provider.Garbled, Status: s.status, Message: e.Err.Public, Cause: e.Err.Unwrap()}
		var p *llm.Problem
		if errors.As(e.Err, &p) {
			f.Class, f.Message = classOf(p), p.Sentence()
		}
		e.Err = e.Err.Because(f)
	}
	return e, err
}
