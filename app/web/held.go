package web

import (
	"bytes"
	"net/http"
)

// held is an answer that has not left yet, because its ETag or its copy for Idempotency-Key is still to be made. Answers of
// the API are pages of a list at most; what is larger streams.
type held struct {
	under  http.ResponseWriter
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (h *held) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter.
func (h *held) WriteHeader(status int) { h.status = status }

// Write implements http.ResponseWriter.
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// hold runs a handler and keeps what it answers. An error, or a panic, leaves the real answer unwritten.
func (c *Context) hold(handle func(*Context) error) (*held, error) {
	r := c.Response()
	h := &held{under: r.Writer, header: r.Writer.Header(), status: http.StatusOK}
	r.Writer = h
	defer func() { r.Writer, r.Committed = h.under, false }()
	if err := handle(c); err != nil {
		return nil, err
	}
	return h, nil
}

// send lets a held answer go.
func (c *Context) send(h *held) error {
	r := c.Response()
	r.Committed, r.Status, r.Size = true, h.status, int64(h.body.Len())
	r.Writer.WriteHeader(h.status)
	if h.body.Len() == 0 || h.status == http.StatusNotModified {
		return nil
	}
	_, err := r.Writer.Write(h.body.Bytes())
	return err
}
