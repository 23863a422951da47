package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
)

func serve(t *testing.T, h http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := client.New(s.URL+"/", "bdt_x", client.WithTries(3, time.Millisecond), client.WithAgent("test/1"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A POST whose answer got lost is sent again under the same key, and its body is whole each time.
func TestALostAnswerIsAskedForAgain(t *testing.T) {
	t.Parallel()
	var keys, bodies []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		keys, bodies = append(keys, r.Header.Get("Idempotency-Key")), append(bodies, string(b))
		switch len(keys) {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = w.Write([]byte(`{"id":"key_1","secret":"s"}`))
		}
	})
	made, err := c.Keys().Create(t.Context(), client.KeyInput{Name: "ci"})
	if err != nil || made.ID != "key_1" || len(keys) != 3 || keys[0] == "" || keys[0] != keys[2] || bodies[2] != `{"name":"ci"}` {
		t.Fatalf("%+v %v, keys %q, bodies %q", made, err, keys, bodies)
	}
	if _, err := c.Keys().Create(t.Context(), client.KeyInput{Name: "ci"}, client.IdempotencyKey("mine")); err != nil || keys[3] != "mine" {
		t.Errorf("%v, keys %q", err, keys)
	}
}

func TestARefusalIsAValueAndIsNotRepeated(t *testing.T) {
	t.Parallel()
	asked := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"code":"invalid_request","detail":"Enter a name.","request_id":"req_1","errors":[{"pointer":"/name","field":"name","detail":"Enter a name."},{"pointer":"/team","field":"team","detail":"Choose a team."}]}`))
	})
	_, err := c.Keys().Create(t.Context(), client.KeyInput{})
	var e *client.Error
	if !errors.As(err, &e) || e.Status != 400 || !client.Is(err, "invalid_request") || len(e.Fields) != 2 || asked != 1 {
		t.Fatalf("%v, asked %d times", err, asked)
	}
	if e.Error() != "Enter a name. team: Choose a team." {
		t.Errorf("%q", e.Error())
	}
}

func TestAProxysAnswerIsAnErrorToo(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<html>blocked</html>"))
	})
	if _, err := c.Whoami().Show(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "403") {
		t.Error(err)
	}
}

func TestAllPagesAreWalkedAndCanBeLeft(t *testing.T) {
	t.Parallel()
	var asked []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		switch r.URL.Query().Get("after") {
		case "":
			_, _ = w.Write([]byte(`{"data":[{"id":"a"},{"id":"b"}],"has_more":true,"next":"n"}`))
		default:
			_, _ = w.Write([]byte(`{"data":[{"id":"c"}],"has_more":false}`))
		}
	})
	var ids []string
	for k, err := range c.Keys().All(t.Context(), url.Values{"limit": {"2"}}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, k.ID)
	}
	if strings.Join(ids, "") != "abc" || len(asked) != 2 || asked[1] != "after=n&limit=2" {
		t.Errorf("%v %v", ids, asked)
	}
	for range c.Keys().All(t.Context(), nil) {
		break
	}
	if len(asked) != 3 {
		t.Errorf("leaving early asked for more: %v", asked)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Whoami().Show(ctx, nil)
	var e *client.Error
	if !errors.As(err, &e) || e.RetryAfter != 30*time.Second {
		t.Errorf("%v", err)
	}
}

func TestNonsenseIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for _, k := range [][2]string{{"", "bdt_x"}, {"gateway", "bdt_x"}, {"ftp://x", "bdt_x"}, {"http://x", ""}} {
		if _, err := client.New(k[0], k[1]); err == nil {
			t.Errorf("%v was taken", k)
		}
	}
}

// way is a way out whose answers a test writes.
type way func(r *http.Request, body *io.PipeWriter) (begun bool)

func (w way) RoundTrip(r *http.Request) (*http.Response, error) {
	body, to := io.Pipe()
	context.AfterFunc(r.Context(), func() { _ = to.CloseWithError(context.Cause(r.Context())) })
	if !w(r, to) {
		<-r.Context().Done()
		return nil, context.Cause(r.Context())
	}
	return &http.Response{StatusCode: http.StatusOK, Body: body, Request: r}, nil
}

// A large file takes longer than anybody waits for an answer: patience is for its beginning, and for each piece of it.
func TestADownloadMayTakeLongerThanAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		each := 20 * time.Second
		begins := true
		c, err := client.New("http://gateway.test", "bdt_x", client.WithTries(1, 0), client.WithHTTP(&http.Client{Timeout: time.Minute, Transport: way(func(r *http.Request, to *io.PipeWriter) bool {
			go func() {
				for range 10 {
					select {
					case <-time.After(each):
						_, _ = io.WriteString(to, "x")
					case <-r.Context().Done():
						return
					}
				}
				_ = to.Close()
			}()
			return begins
		})}))
		if err != nil {
			t.Fatal(err)
		}
		results := func(ctx context.Context, during func()) (string, error) {
			body, err := c.Batches().Results(ctx, "batch_1", nil)
			if err != nil {
				return "", err
			}
			during()
			text, err := io.ReadAll(body)
			return string(text), errors.Join(err, body.Close())
		}
		if text, err := results(t.Context(), func() {}); err != nil || len(text) != 10 {
			t.Errorf("200 seconds of pieces: %q, %v", text, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := results(ctx, cancel); !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
		each = 2 * time.Minute
		if text, err := results(t.Context(), func() {}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("pieces that stay away: %q, %v", text, err)
		}
		begins = false
		if _, err := results(t.Context(), func() {}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no answer: %v", err)
		}
	})
}
