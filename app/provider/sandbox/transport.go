package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Transport reaches the sandbox without a socket: the answer flows through a pipe, so a piece that was flushed is a
// piece that was read, and closing the answer's body ends the sandbox's work on it at once.
func (s *Sandbox) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct{ h http.Handler }

// errGone is what the sandbox sees once the caller closed the answer.
var errGone = errors.New("sandbox: the client went away")

// RoundTrip implements http.RoundTripper.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	reader, writer := io.Pipe()
	w := &pipeWriter{header: http.Header{}, ready: make(chan struct{}), body: writer}
	in := r.Clone(ctx)
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "in-process"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	go func() {
		defer cancel()
		defer in.Body.Close()
		w.end(t.run(w, in))
	}()
	// A caller whose context ends must not be held up by a sandbox that waits, nor the sandbox by a caller that
	// stopped reading.
	stop := context.AfterFunc(ctx, func() { _ = writer.CloseWithError(context.Cause(ctx)) })
	select {
	case <-w.ready:
	case <-r.Context().Done():
		cancel()
		return nil, r.Context().Err()
	}
	if w.failed != nil {
		cancel()
		return nil, w.failed
	}
	body := &pipeBody{PipeReader: reader, cancel: cancel, stop: stop}
	return &http.Response{Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: body, ContentLength: -1, Request: r}, nil
}

// run serves the request; a handler that aborts, as http.Server allows, breaks the connection.
func (t inProcess) run(w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
			err = io.ErrUnexpectedEOF
		} else if p != nil {
			panic(p)
		}
	}()
	t.h.ServeHTTP(w, r)
	return nil
}

// pipeWriter is the handler's side of the pipe.
type pipeWriter struct {
	header http.Header
	once   sync.Once
	ready  chan struct{} // closed when status and sent, or failed, are set
	status int
	sent   http.Header
	failed error
	body   *io.PipeWriter
}

// Header implements http.ResponseWriter.
func (w *pipeWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *pipeWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.ready)
	})
}

// Write implements http.ResponseWriter. It returns when the reader has taken everything.
func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// Flush implements http.Flusher; what was written was read already.
func (w *pipeWriter) Flush() { w.WriteHeader(http.StatusOK) }

func (w *pipeWriter) end(err error) {
	if err == nil {
		w.WriteHeader(http.StatusOK)
		_ = w.body.Close()
		return
	}
	w.once.Do(func() { w.failed = err; close(w.ready) })
	_ = w.body.CloseWithError(err)
}

// pipeBody is the reader's side; closing it is what a closed connection is.
type pipeBody struct {
	*io.PipeReader
	cancel context.CancelFunc
	stop   func() bool
}

// Close implements io.Closer.
func (b *pipeBody) Close() error {
	b.stop()
	_ = b.PipeReader.CloseWithError(errGone)
	b.cancel()
	return nil
}

// Serve runs the sandbox as a server of its own on l until ctx ends (bodhi sandbox). Open connections get five seconds.
func Serve(ctx context.Context, l net.Listener, s *Sandbox) error {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, Protocols: &protocols}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if srv.Shutdown(grace) != nil {
		_ = srv.Close()
	}
	return nil
}
