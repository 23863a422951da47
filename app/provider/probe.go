package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Wire is the Prober over the real adapters. It sends nothing that costs money, so it needs no hold.
type Wire struct {
	// Adapters finds the adapter of a kind.
	Adapters func(Kind) (Adapter, bool)
	// Send is the way out: egress for addresses, the sandbox in process for its own kind.
	Send func(c *Connection, r *http.Request) (*http.Response, error)
}

var _ Prober = Wire{}

// maxList bounds a list of models; the longest public one is under 1 MiB.
const maxList = 8 << 20

// Probe implements Prober.
func (w Wire) Probe(ctx context.Context, c *Connection) ([]string, error) {
	a, ok := w.Adapters(c.Kind)
	if !ok {
		return nil, &Failure{Class: Unreachable, Message: "this version cannot speak to " + string(c.Kind)}
	}
	req, err := a.ModelList(ctx, c)
	if err != nil {
		return nil, err
	}
	resp, err := w.Send(c, req)
	if err != nil {
		return nil, unreached(err)
	}
	defer func() { _ = resp.Body.Close() }()
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxList), resp.Body}
	models, err := a.Models(resp)
	var f *Failure
	if err != nil && !errors.As(err, &f) && ctx.Err() == nil {
		return nil, &Failure{Class: Garbled, Status: resp.StatusCode, Cause: err}
	}
	return models, err
}

// unreached says why nothing answered, without the address that a name led to: what lies inside our network is not the
// asker's business.
func unreached(err error) error {
	var (
		refusal *fault.Error
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
		plain   tls.RecordHeaderError
		slow    net.Error
	)
	f := &Failure{Class: Unreachable, Cause: err}
	switch {
	case errors.As(err, &refusal):
		return err
	case errors.As(err, &dns) && dns.IsNotFound:
		f.Message = "the host name does not exist"
	case errors.As(err, &dns):
		f.Message = "the host name could not be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Message = "nothing listens at that host and port"
	case errors.As(err, &cert):
		f.Message = "its TLS certificate is not valid for that host"
	case errors.As(err, &plain):
		f.Message = "it does not answer in TLS; is it http:// instead of https://?"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		f.Class, f.Message = Slow, ""
	}
	return f
}
