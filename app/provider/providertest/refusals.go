package providertest

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// refusals reads every recorded error; the file's name begins with its status.
func (s *Suite) refusals(t *testing.T) {
	var out strings.Builder
	for name, text := range ordered(s.folder(t, "errors")) {
		digits, _, _ := strings.Cut(name, "-")
		status, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatalf("errors/%s does not begin with a status", name)
		}
		kind := asJSON
		if strings.HasSuffix(name, ".html") {
			kind = "Content-Type: text/html"
		}
		f := s.failure(t, reply(status, kind, strings.NewReader(text)), s.call(t, llm.Chat, s.Bodies.Asking))
		fmt.Fprintf(&out, "--- %s\n%s %d %q\n%s\n", name, f.Class, f.Status, f.Message, s.told(f))
	}
	golden(t, filepath.Join(s.Dir, "errors.golden"), out.String())
}

func (s *Suite) failure(t *testing.T, a answer, call *llm.Call) *provider.Failure {
	t.Helper()
	stream, err := s.Adapter.Response(a.Response, call)
	var f *provider.Failure
	if !errors.As(err, &f) || stream != nil {
		t.Fatalf("no failure: %v, %v", stream, err)
	}
	if !a.body.closed {
		t.Error("the body was left open")
	}
	if len(f.Message) > 300 || strings.Contains(f.Message+string(s.told(f)), key) {
		t.Errorf("message %q, body %q", f.Message, s.told(f))
	}
	if (f.Problem != nil) != (f.Class == provider.Refused) {
		t.Errorf("class %s with body %q", f.Class, s.told(f))
	}
	return f
}

// told is what the client reads of a refusal.
func (s *Suite) told(f *provider.Failure) []byte {
	if f.Problem == nil {
		return nil
	}
	return s.Dialect.Problem(f.Problem, "")
}

// garbled are answers that no adapter may take for one, whatever its wire.
func (s *Suite) garbled(t *testing.T) {
	const page = "<!doctype html><title>Welcome to nginx!</title>"
	for _, x := range []struct {
		name, headers, body string
		status              int
		unread              bool // it may be one, and was paid for
	}{
		{"a redirect", "Location: https://example.com/", "", 302, false},
		{"a permanent redirect", "Location: https://example.com/", "", 308, false},
		{"nothing new", "", "", 304, false},
		{"a page", "Content-Type: text/html", page, 200, false},
		{"a page that says it is JSON", asJSON, page, 200, false},
		{"nothing", asJSON, "", 200, false},
		{"half an answer", asJSON, `{"choices":[`, 200, false},
		{"another object", asJSON, `{"hello":"world"}`, 200, false},
		{"a page in place of a refusal", "Content-Type: text/html", page, 404, false},
		{"another encoding", asJSON + "\nContent-Encoding: br", "\x0b\x02\x80{}\x03", 200, true},
		{"gzip that is none", asJSON + "\nContent-Encoding: gzip", "{}", 200, true},
		{"too much", asJSON, `{"x":"` + strings.Repeat("x", 33<<20) + `"}`, 200, true},
	} {
		for _, ask := range []string{s.Bodies.Asking, s.Bodies.Streaming} {
			if ask == s.Bodies.Streaming && x.name == "too much" {
				continue
			}
			f := s.failure(t, reply(x.status, x.headers, strings.NewReader(x.body)), s.call(t, llm.Chat, ask))
			want := provider.Garbled
			if x.unread {
				want = provider.Ambiguous
			}
			if f.Class != want || f.Status != x.status || strings.Contains(f.Message, "nginx") {
				t.Errorf("%s: %s %d %s", x.name, f.Class, f.Status, f.Message)
			}
			if x.name == "too much" && !strings.Contains(f.Message, "32 MiB") {
				t.Errorf("too much is %q", f.Message)
			}
		}
	}
}

// truncated answers are no provider.Failure of a class: the provider may have billed them.
func (s *Suite) truncated(t *testing.T) {
	reset := errors.New("connection reset by peer")
	broken := func() io.Reader { return io.MultiReader(strings.NewReader(`{"choices":[{`), iotest.ErrReader(reset)) }
	_, err := s.Adapter.Response(reply(200, asJSON, broken()).Response, s.call(t, llm.Chat, s.Bodies.Asking))
	if !errors.Is(err, llm.ErrTruncated) || !errors.Is(err, reset) {
		t.Errorf("half a document: %v", err)
	}
	stream, err := s.Adapter.Response(reply(200, s.streams(), iotest.ErrReader(reset)).Response, s.call(t, llm.Chat, s.Bodies.Streaming))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Next(); !errors.Is(err, llm.ErrTruncated) || !errors.Is(err, reset) {
		t.Errorf("no stream: %v", err)
	}
}

// waits reads every way to name one.
func (s *Suite) waits(t *testing.T) {
	const now = "Date: Fri, 21 Aug 2026 12:00:00 GMT\n"
	for headers, want := range map[string]time.Duration{
		"":                                     0,
		"Retry-After: 7":                       7 * time.Second,
		"Retry-After: 0.5":                     500 * time.Millisecond,
		"Retry-After: -7":                      0,
		"Retry-After: 31536000":                24 * time.Hour,
		"Retry-After: 1e300":                   24 * time.Hour,
		"Retry-After: NaN":                     0,
		"Retry-After: soon":                    0,
		"Retry-After-Ms: 1500\nRetry-After: 7": 1500 * time.Millisecond,
		now + "Retry-After: Fri, 21 Aug 2026 12:00:20 GMT": 20 * time.Second,
		now + "Retry-After: Fri, 21 Aug 2026 11:00:00 GMT": 0,
		now + "Retry-After: Fri, 21 Aug 2099 11:00:00 GMT": 24 * time.Hour,
		"Retry-After: Fri, 21 Aug 2026 12:00:20 GMT":       0, // by whose clock?
	} {
		f := s.failure(t, reply(429, headers, strings.NewReader(`{"error":{"message":"slower"}}`)), s.call(t, llm.Chat, s.Bodies.Asking))
		if f.Class != provider.RateLimited || f.RetryAfter != want {
			t.Errorf("%q: %s after %s, want %s", headers, f.Class, f.RetryAfter, want)
		}
	}
}
