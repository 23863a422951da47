// Package client is the management API for Go programs: one method per operation, typed like the API's own description,
// from which it is generated (the _gen.go files).
//
//	c, err := client.New("https://gateway.example.com", os.Getenv("BODHI_TOKEN"))
//	for key, err := range c.Keys().All(ctx, nil) { … }
//
// Refusals are *client.Error values with the API's code. What may be repeated is repeated: reads, and changes under an
// Idempotency-Key that the client makes, so a lost answer never makes two keys.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls one installation with one token. Safe for concurrent use.
type Client struct {
	base   string
	token  string
	agent  string
	http   *http.Client
	tries  int
	pause  time.Duration // before the second try; doubles
	random func([]byte) (int, error)
}

// Option changes how a Client works.
type Option func(*Client)

// WithHTTP replaces the way out; by default requests end after a minute. Downloads may take longer: the client's Timeout is then how
// long each piece may stay away.
func WithHTTP(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithAgent is how the program calls itself, for the audit log: "terraform/1.9".
func WithAgent(agent string) Option { return func(c *Client) { c.agent = agent } }

// WithTries is how often a request is sent at most, 4 by default, and how long to wait before the second time; the wait
// doubles. An answer that says how long to wait is believed, up to 30 s.
func WithTries(n int, pause time.Duration) Option {
	return func(c *Client) { c.tries, c.pause = max(n, 1), pause }
}

// New makes a client. baseURL is the installation's address, without /api/v1.
func New(baseURL, token string, options ...Option) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(baseURL, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("client: %q is not an http or https URL", baseURL)
	}
	if token == "" {
		return nil, errors.New("client: the token is empty")
	}
	c := &Client{base: u.String() + "/api/v1", token: token, agent: "bodhi-go", http: &http.Client{Timeout: time.Minute}, tries: 4, pause: 250 * time.Millisecond,
		random: rand.Read}
	for _, o := range options {
		o(c)
	}
	return c, nil
}

// Call says something about one call.
type Call func(*call)

type call struct {
	header http.Header
	etag   *string
}

// IfMatch makes a change only on the revision that was read; otherwise the error's code is "changed_since".
func IfMatch(etag string) Call { return func(c *call) { c.header.Set("If-Match", etag) } }

// IdempotencyKey makes a POST once however often it is sent within 24 hours, across processes too. Without it the client
// takes a random one for each call.
func IdempotencyKey(key string) Call { return func(c *call) { c.header.Set("Idempotency-Key", key) } }

// ETag keeps the answer's revision, to be passed to IfMatch.
func ETag(to *string) Call { return func(c *call) { c.etag = to } }

// do sends a request until it is answered for good. in and out may be nil; an *io.ReadCloser as out takes the body as it comes.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, in, out any, calls []Call) error {
	x := &call{header: http.Header{}}
	if method == http.MethodPost {
		x.header.Set("Idempotency-Key", c.newKey())
	}
	for _, f := range calls {
		f(x)
	}
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("client: %s %s: %w", method, path, err)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	pause := c.pause
	for try := 1; ; try++ {
		err, again := c.send(ctx, method, path, body, in != nil, out, x)
		if err == nil || !again || try >= c.tries {
			return err
		}
		wait := pause
		var e *Error
		if errors.As(err, &e) && e.RetryAfter > 0 {
			wait = min(e.RetryAfter, 30*time.Second)
		}
		pause *= 2
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// send sends once. again says that it may be sent another time.
func (c *Client) send(ctx context.Context, method, path string, body []byte, has bool, out any, x *call) (err error, again bool) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("client: %w", err), false
	}
	r.Header = x.header.Clone()
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("User-Agent", c.agent)
	r.Header.Set("Accept", "application/json")
	if has {
		r.Header.Set("Content-Type", "application/json")
	}
	stream, streams := out.(*io.ReadCloser)
	ask := c.http.Do
	if streams {
		ask = c.download
	}
	answer, err := ask(r)
	if err != nil {
		return fmt.Errorf("client: %s %s: %w", method, strings.SplitN(path, "?", 2)[0], withoutURL(err)), ctx.Err() == nil
	}
	if streams && answer.StatusCode < 300 {
		*stream = answer.Body
		return nil, false
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("client: read answer: %w", err), true
	}
	if answer.StatusCode >= 300 {
		e := problem(answer, text)
		return e, e.temporary()
	}
	if x.etag != nil {
		*x.etag = answer.Header.Get("ETag")
	}
	if out == nil || len(text) == 0 {
		return nil, false
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("client: the answer is not what this client knows: %w", err), false
	}
	return nil, false
}

// withoutURL keeps what is wrong and leaves the address out: the caller knows it.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (c *Client) newKey() string {
	var b [16]byte
	_, _ = c.random(b[:]) // crypto/rand does not fail
	return fmt.Sprintf("go-%x", b)
}
