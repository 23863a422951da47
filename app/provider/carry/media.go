package carry

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Pieces gives a request a body in pieces, which are read one after the other and never joined: an upload is in memory once,
// however often it is sent.
func Pieces(r *http.Request, pieces [][]byte, kind string) {
	r.Method = http.MethodPost
	r.ContentLength = 0
	for _, p := range pieces {
		r.ContentLength += int64(len(p))
	}
	r.GetBody = func() (io.ReadCloser, error) { return &parts{slices.Clone(pieces)}, nil }
	r.Body, _ = r.GetBody()
	r.Header["Content-Type"] = []string{kind}
}

// parts are the pieces of a body that were not read yet. Egress writes them together (Parts); everybody else reads.
type parts struct{ left net.Buffers }

// Read implements io.Reader.
func (p *parts) Read(b []byte) (int, error) { return p.left.Read(b) }

// Parts are the pieces, for one write of all.
func (p *parts) Parts() [][]byte { return p.left }

// Close implements io.Closer.
func (*parts) Close() error { return nil }

// Pieced gives a request its JSON in pieces, if it comes in pieces (llm.Sent).
func Pieced(r *http.Request, pieces [][]byte) {
	if pieces != nil {
		Pieces(r, pieces, "application/json")
	}
}

// unpacker is a wire that reads the bytes of speech out of events.
type unpacker interface {
	Unpacked(body io.ReadCloser, call *llm.Call) llm.Stream
}

// unstreamer is a wire that knows models which send a transcript whole though a stream was asked for.
type unstreamer interface {
	Unstreamed(call *llm.Call, body []byte, text bool) (llm.Event, error)
}

// late is a document in the place of a stream: an answer if it is a transcript, which some models never stream. It was paid for.
func late(w llm.Wire, r *http.Response, call *llm.Call) (llm.Stream, error) {
	if _, ok := w.(unstreamer); ok && call.Operation == llm.Transcribe {
		return unstreamed(w, r, call, false)
	}
	_, err := document(w, r, call)
	if err == nil {
		err = garbled(r, "a stream was asked for and a document came", nil)
	}
	return nil, err
}

func unstreamed(w llm.Wire, r *http.Response, call *llm.Call, text bool) (llm.Stream, error) {
	defer func() { _ = r.Body.Close() }()
	body, err := whole(r, mostOf(call))
	if err != nil {
		return nil, err
	}
	e, err := w.(unstreamer).Unstreamed(call, body, text)
	if err != nil {
		return nil, wrong(r, err)
	}
	return llm.NewWhole(e), nil
}

// written reports whether an answer is a transcript as a text or as subtitles, and not events, a document or a page whose type is wrong. The
// body can be read from its beginning afterwards.
func written(w llm.Wire, r *http.Response, call *llm.Call, kind string) bool {
	if _, ok := w.(unstreamer); !ok || call.Operation != llm.Transcribe || !strings.HasPrefix(kind, "text/") || kind == "text/html" {
		return false
	}
	in := bufio.NewReader(r.Body)
	head, err := in.Peek(len("event:"))
	r.Body = struct {
		io.Reader
		io.Closer
	}{in, r.Body}
	start := strings.TrimLeft(string(head), " \t\r\n")
	return (err == nil || errors.Is(err, io.EOF)) && !slices.ContainsFunc([]string{"{", "<", ":", "data:", "event:"}, func(mark string) bool { return strings.HasPrefix(start, mark) })
}

// plain is an answer that passes as bytes: sound, or a file's content. An answer that is an object or a page is none, unless
// a file was asked for, which may be anything.
func plain(w llm.Wire, r *http.Response, call *llm.Call) (llm.Stream, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if call.Operation == llm.ReadFile {
		return stream(w, r, r.Body, call), nil
	}
	switch kind {
	case eventStream:
		if u, ok := w.(unpacker); ok {
			return &classified{u.Unpacked(r.Body, call), r.StatusCode}, nil
		}
	case "application/json", "text/html":
	default:
		return stream(w, r, r.Body, call), nil
	}
	defer func() { _ = r.Body.Close() }()
	if body, err := io.ReadAll(io.LimitReader(r.Body, maxError)); err == nil {
		if p, ok := w.ReadProblem(body); ok {
			return nil, failure(r, p)
		}
	}
	return nil, garbled(r, "sound was asked for and a document came", nil)
}
