package client

import (
	"context"
	"io"
	"net/http"
	"time"
)

// download asks for a body of any length: what http.Client's Timeout bounds is how long its beginning and each piece may stay away,
// because a large file takes longer than anybody waits for an answer.
func (c *Client) download(r *http.Request) (*http.Response, error) {
	if c.http.Timeout <= 0 {
		return c.http.Do(r)
	}
	unbound := *c.http
	unbound.Timeout = 0
	ctx, end := context.WithCancelCause(r.Context())
	p := &pieces{patience: c.http.Timeout, end: end, late: time.AfterFunc(c.http.Timeout, func() { end(context.DeadlineExceeded) })}
	answer, err := unbound.Do(r.WithContext(ctx))
	p.late.Stop()
	if err != nil {
		end(nil)
		return nil, err
	}
	p.ReadCloser, answer.Body = answer.Body, p
	return answer, nil
}

// pieces is a body that ends when none of it comes for too long.
type pieces struct {
	io.ReadCloser
	patience time.Duration
	late     *time.Timer
	end      context.CancelCauseFunc
}

func (p *pieces) Read(b []byte) (int, error) {
	p.late.Reset(p.patience)
	defer p.late.Stop()
	return p.ReadCloser.Read(b)
}

func (p *pieces) Close() error {
	err := p.ReadCloser.Close()
	p.end(nil)
	return err
}
