package provider_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// lister is an Adapter that only lists models: one a line.
type lister struct{ url string }

func (lister) Operations() []llm.Operation { return nil }

func (lister) Request(context.Context, *provider.Connection, *llm.Call, llm.Edit, http.Header) (*http.Request, error) {
	return nil, errors.New("not here")
}

func (lister) Response(*http.Response, *llm.Call) (llm.Stream, error) {
	return nil, errors.New("not here")
}

func (l lister) ModelList(ctx context.Context, _ *provider.Connection) (*http.Request, error) {
	return http.NewRequestWithContext(ctx, http.MethodGet, l.url, nil)
}

func (lister) Models(r *http.Response) ([]string, error) {
	switch b, err := io.ReadAll(r.Body); {
	case err != nil:
		return nil, err
	case r.StatusCode == http.StatusUnauthorized:
		return nil, &provider.Failure{Class: provider.Credential, Status: r.StatusCode}
	case !strings.HasPrefix(string(b), "models"):
		return nil, errors.New("not a list")
	default:
		return strings.Fields(string(b))[1:], nil
	}
}

func wire(l lister, send func(*provider.Connection, *http.Request) (*http.Response, error)) provider.Wire {
	return provider.Wire{Adapters: func(k provider.Kind) (provider.Adapter, bool) { return l, k == provider.OpenAI }, Send: send}
}

func TestTheProbeReadsAListOrSaysWhoFailed(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			_, _ = io.WriteString(w, "models a b")
		case "/key":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			_, _ = io.WriteString(w, "<html>")
		}
	}))
	t.Cleanup(srv.Close)
	send := func(_ *provider.Connection, r *http.Request) (*http.Response, error) {
		return http.DefaultTransport.RoundTrip(r)
	}
	conn := &provider.Connection{Kind: provider.OpenAI}
	models, err := wire(lister{srv.URL + "/good"}, send).Probe(t.Context(), conn)
	if err != nil || len(models) != 2 || models[1] != "b" {
		t.Errorf("models = %q, %v", models, err)
	}
	for path, want := range map[string]provider.Class{"/key": provider.Credential, "/page": provider.Garbled} {
		var f *provider.Failure
		if _, err := wire(lister{srv.URL + path}, send).Probe(t.Context(), conn); !errors.As(err, &f) || f.Class != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	var f *provider.Failure
	if _, err := wire(lister{srv.URL}, send).Probe(t.Context(), &provider.Connection{Kind: provider.Bedrock}); !errors.As(err, &f) || f.Class != provider.Unreachable {
		t.Errorf("a kind without an adapter: %v", err)
	}
}

func TestWhatCannotBeReachedIsToldWithoutItsAddress(t *testing.T) {
	t.Parallel()
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.IPv4(10, 9, 8, 7)}, Err: err}
	}
	for name, tt := range map[string]struct {
		err   error
		class provider.Class
		says  string
	}{
		"an unknown name":       {dial(&net.DNSError{Name: "x.test", IsNotFound: true}), provider.Unreachable, "does not exist"},
		"a broken resolver":     {dial(&net.DNSError{Name: "x.test", IsTemporary: true}), provider.Unreachable, "could not be looked up"},
		"a closed port":         {dial(syscall.ECONNREFUSED), provider.Unreachable, "nothing listens"},
		"a foreign certificate": {&tls.CertificateVerificationError{Err: errors.New("x509")}, provider.Unreachable, "certificate is not valid"},
		"http behind https":     {tls.RecordHeaderError{Msg: "first record"}, provider.Unreachable, "does not answer in TLS"},
		"silence":               {context.DeadlineExceeded, provider.Slow, ""},
		"something else":        {io.ErrUnexpectedEOF, provider.Unreachable, ""},
	} {
		send := func(*provider.Connection, *http.Request) (*http.Response, error) { return nil, tt.err }
		_, err := wire(lister{"https://x.test"}, send).Probe(t.Context(), &provider.Connection{Kind: provider.OpenAI})
		var f *provider.Failure
		if !errors.As(err, &f) || f.Class != tt.class || !strings.Contains(f.Message, tt.says) || strings.Contains(f.Message, "10.9") {
			t.Errorf("%s: %+v, want %s %q", name, f, tt.class, tt.says)
		}
	}
	refusal := fault.Field("base_url", "Not public.")
	send := func(*provider.Connection, *http.Request) (*http.Response, error) { return nil, dial(refusal) }
	if _, err := wire(lister{"https://x.test"}, send).Probe(t.Context(), &provider.Connection{Kind: provider.OpenAI}); !errors.Is(err, refusal) {
		t.Errorf("our own rule: %v", err)
	}
}
