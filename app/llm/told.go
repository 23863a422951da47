package llm

import (
	"bytes"
	"io"
)

// Told reads a whole answer, in w's dialect, into what it says: one document, or the body and the end mark of a stream. c is what
// was asked. An answer that broke off is an error. The deltas are the caller's.
func Told(w Wire, c *Call, stream bool, body, end []byte) ([]Delta, error) {
	conversation, err := c.Conversation()
	if err != nil {
		return nil, err
	}
	as := *c
	as.Stream = stream
	r := w.Reader(&as, conversation)
	if !stream {
		e, err := w.Document(&as, body)
		if err != nil {
			return nil, err
		}
		return r.Read(nil, e)
	}
	s := w.Stream(io.NopCloser(io.MultiReader(bytes.NewReader(body), bytes.NewReader(end))), &as)
	defer func() { _ = s.Close() }()
	var out []Delta
	for {
		e, err := s.Next()
		if err != nil {
			return nil, err // an end without an end mark too
		}
		if e.Kind == Failed {
			return nil, e.Err
		}
		n := len(out)
		if out, err = r.Read(out, e); err != nil {
			return nil, err
		}
		for i := range out[n:] { // they are valid until the next event only
			out[n+i].Raw = bytes.Clone(out[n+i].Raw)
		}
		if e.Kind == Terminal {
			return out, nil
		}
	}
}
