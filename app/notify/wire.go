package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Opener opens what is sealed. *secret.Keyring implements it.
type Opener interface {
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Wire posts messages to channels, through the one way out of the process.
type Wire struct {
	Out     http.RoundTripper
	Timeout time.Duration // of one message; 0 means 15 s
	Agent   string        // what we call ourselves
}

func (w *Wire) patience() time.Duration { return cmp.Or(w.Timeout, 15*time.Second) }

// mostWait bounds what a server may ask us to wait.
const mostWait = 24 * time.Hour

// busy is a server's wish for more time.
type busy struct {
	status int
	after  time.Duration
}

// Error implements error.
func (b *busy) Error() string {
	return fmt.Sprintf("it answered %d and wants to be asked later", b.status)
}

// errGone is a webhook's wish to get nothing any more (410).
var errGone = errors.New("it answered 410: it wants no messages any more")

// post sends one message and says in an error what came of it. The answer's body is thrown away: it is a stranger's.
func (w *Wire) post(ctx context.Context, address secret.String, body []byte, header http.Header) error {
	ctx, cancel := context.WithTimeout(ctx, w.patience())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the address cannot be used") // the error would quote it
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", w.Agent)
	resp, err := w.Out.RoundTrip(r)
	if err != nil {
		return trouble(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10)
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return errGone
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return &busy{status, after(resp.Header.Get("Retry-After"))}
	case status >= 300 && status < 400:
		return fmt.Errorf("it answered %d: redirects are not followed, enter the final address", status)
	default:
		return fmt.Errorf("it answered %d", status)
	}
}

// trouble says what went wrong on the way in words that show no address: it is a secret.
func trouble(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New("it did not answer in time")
	case egress.Untrusted(err):
		return errors.New("its certificate is not trusted, or it speaks no TLS")
	case egress.Unsent(err):
		return errors.New("it cannot be reached: no such name, no connection, or an address that may not be called")
	}
	return errors.New("the connection broke before it answered")
}

// after reads how long a server wants us to wait, in seconds; dates are as rare as clocks that agree.
func after(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, mostWait)
}

// keyPrefix marks webhooks' secrets, by the rules of Standard Webhooks.
const keyPrefix = "whsec_"

// sign makes the header of a webhook: one signature for each secret that is good, v1 of Standard Webhooks.
func sign(message string, at time.Time, body []byte, keys ...secret.String) (http.Header, error) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	var all []string
	for _, k := range keys {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(k.Reveal(), keyPrefix))
		if err != nil || len(raw) == 0 {
			return nil, errors.New("the secret cannot be read")
		}
		mac := hmac.New(sha256.New, raw)
		fmt.Fprintf(mac, "%s.%s.%s", message, stamp, body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h := http.Header{}
	h.Set("Webhook-Id", message)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", strings.Join(all, " "))
	return h, nil
}
