package nativebatch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/provider"
)

// talk is what is said about one connection.
type talk struct {
	*Client
	c        *provider.Connection
	protocol protocol
	beta     string // Anthropic's features that are asked for
}

func (f *Client) to(c *provider.Connection) (*talk, error) {
	w, ok := protocols[c.Kind]
	if !ok {
		return nil, &provider.Failure{Class: provider.Untold, Message: "this provider takes no requests together"}
	}
	return &talk{Client: f, c: c, protocol: w}, nil
}

// request is to a path beside the provider's list of models, whose request says how the account is addressed.
func (t *talk) request(ctx context.Context, method, path, kind string, body []byte) (*http.Request, error) {
	a, ok := t.Adapters.For(t.c.Kind)
	if !ok {
		return nil, &provider.Failure{Class: provider.Untold, Message: "this gateway cannot speak to " + string(t.c.Kind)}
	}
	r, err := a.ModelList(ctx, t.c)
	if err != nil {
		return nil, fmt.Errorf("native batch: %w", err)
	}
	path, query, _ := strings.Cut(path, "?")
	r.Method, r.URL.Path = method, strings.TrimSuffix(r.URL.Path, "models")+path
	version := r.URL.Query().Get("api-version")
	if r.URL.RawQuery = query; version != "" {
		r.URL.RawQuery = strings.Trim(query+"&api-version="+version, "&")
	}
	if t.beta != "" {
		r.Header["Anthropic-Beta"] = append(r.Header["Anthropic-Beta"], t.beta)
	}
	if body != nil {
		r.Header["Content-Type"] = []string{kind}
		r.ContentLength = int64(len(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	return r, nil
}

// open sends a request and gives a good answer's body, which the caller closes.
func (t *talk) open(ctx context.Context, method, path, kind string, body []byte) (io.ReadCloser, error) {
	r, err := t.request(ctx, method, path, kind, body)
	if err != nil {
		return nil, err
	}
	resp, err := t.Ask(t.c, r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp.Body, nil
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return nil, failure(resp.StatusCode, text)
}

// call sends a request and reads the JSON of its answer.
func (t *talk) call(ctx context.Context, method, path, kind string, body []byte, into any) error {
	b, err := t.open(ctx, method, path, kind, body)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	text, err := io.ReadAll(io.LimitReader(b, maxAnswer))
	if err == nil && into != nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return &provider.Failure{Class: provider.Garbled, Status: http.StatusOK, Message: "the answer about a batch cannot be read", Cause: err}
	}
	return nil
}

func (t *talk) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("native batch: %w", err)
	}
	return t.call(ctx, http.MethodPost, path, "application/json", text, into)
}

func failure(status int, text []byte) *provider.Failure {
	var said struct {
		Error struct {
			Message, Code, Type string
		}
	}
	_ = json.Unmarshal(text, &said) // what says nothing has no message
	f := &provider.Failure{Class: provider.Refused, Status: status, Message: clip(said.Error.Message)}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		f.Class = provider.Credential
	case status == http.StatusPaymentRequired, said.Error.Code == "insufficient_quota", said.Error.Type == "insufficient_quota":
		f.Class = provider.Quota
	case status == http.StatusTooManyRequests:
		f.Class = provider.RateLimited
	case status == http.StatusServiceUnavailable, status == 529:
		f.Class = provider.Overloaded
	case status >= 500:
		f.Class = provider.ServerError
	case status < 400:
		f.Class = provider.Garbled
	}
	return f
}

func clip(s string) string {
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "")
	}
	return s
}
