package gateway

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

const conversing = `{"messages":[{"role":"user","content":[{"text":"hi"}]}]}`

// signedAs sends a request that AWS's own signer signed.
func (h *house) signedAs(t *testing.T, id, secret, path, body string, at time.Time, change func(*http.Request)) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, r, hex.EncodeToString(sum[:]), "bedrock", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func TestSignaturesOfAWSsClientsAreVerified(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat")
	now := clock.System{}.Now()
	for _, x := range []struct {
		name, id, secret, path string
		at                     time.Time
		change                 func(*http.Request)
		status                 int
	}{
		{"a virtual key as both", "good", "good", "/model/smart/converse", now, nil, 200},
		{"below the organization's root", "good", "good", "/t/acme/model/smart/converse", now, nil, 200},
		{"an escaped name", "good", "good", "/model/sm%61rt/converse", now, nil, 200},
		{"another secret", "good", "other", "/model/smart/converse", now, nil, 401},
		{"another key", "bad", "bad", "/model/smart/converse", now, nil, 401},
		{"another body", "good", "good", "/model/smart/converse", now, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Replace(conversing, "hi", "ho", 1))), int64(len(conversing))
		}, 401},
		{"another path", "good", "good", "/model/smart/converse", now, func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/model/smart/invoke", "" }, 401},
		{"a signed header that was changed", "good", "good", "/model/smart/converse", now, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 401},
		{"long ago", "good", "good", "/model/smart/converse", now.Add(-16 * time.Minute), nil, 401},
		{"in the future", "good", "good", "/model/smart/converse", now.Add(16 * time.Minute), nil, 401},
		{"no date", "good", "good", "/model/smart/converse", now, func(r *http.Request) { r.Header.Del("X-Amz-Date") }, 401},
		{"no host", "good", "good", "/model/smart/converse", now, func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), ";host;", ";", 1))
		}, 401},
		{"half a header", "good", "good", "/model/smart/converse", now, func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=good/x") }, 401},
	} {
		resp, text := h.signedAs(t, x.id, x.secret, x.path, conversing, x.at, x.change)
		if resp.StatusCode != x.status || x.status == 401 && resp.Header.Get("X-Amzn-Errortype") != "UnrecognizedClientException" {
			t.Errorf("%s: %d %v %s", x.name, resp.StatusCode, resp.Header, text)
		}
	}
}

// What is fetched anew for the cache has the body that a stored prompt or an experiment made, which its client did not sign.
func TestWhatIsFetchedAnewWasChecked(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat")
	for _, renew := range []bool{false, true} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://gateway/model/smart/converse", strings.NewReader(conversing))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte("what was signed"))
		if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: "good", SecretAccessKey: "good"}, r, hex.EncodeToString(sum[:]), "bedrock", "eu-west-1", clock.System{}.Now()); err != nil {
			t.Fatal(err)
		}
		m, refusal := match(r)
		if refusal != nil {
			t.Fatal(refusal)
		}
		x := &Exchange{W: discarded{http.Header{}}, R: r, Endpoint: m.endpoint, Named: m.name, Dialect: h.gateway.dialect(m.family), Started: clock.System{}.Now(), renew: renew}
		if err := h.gateway.decoded(t.Context(), x); (err == nil) != renew {
			t.Errorf("fetched anew %v: %v", renew, err)
		}
	}
}

func TestBedrocksErrorsHaveItsNames(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, path, body, model string
		status                  int
		exception, says         string
	}{
		{"an unknown model", "/model/other/converse", conversing, "sandbox-chat", 404, "ResourceNotFoundException", "model_not_found"},
		{"an unknown path", "/model/smart/count-tokens", conversing, "sandbox-chat", 404, "ResourceNotFoundException", "unknown_path"},
		{"no JSON", "/model/smart/converse", `{`, "sandbox-chat", 400, "ValidationException", "invalid_request"},
		{"what the provider refuses", "/model/smart/converse", conversing, "sandbox-chat+status=400+code=context_length_exceeded", 400, "ValidationException", "too long"},
		{"a provider that is down", "/model/smart/converse-stream", conversing, "sandbox-chat+status=503", 503, "ServiceUnavailableException", "upstream_failed"},
		{"an invoke without its version", "/model/smart/invoke", `{"max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`, "sandbox-chat", 400, "ValidationException", "bedrock-2023-05-31"},
		{"an invoke with a model", "/model/smart/invoke", `{"model":"x","anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`, "sandbox-chat", 400, "ValidationException", "The path names the model"},
		{"another maker's body", "/model/smart/invoke", `{"inputText":"hi"}`, "sandbox-chat", 400, "ValidationException", "/converse"},
	} {
		for _, at := range []host{asAnthropic, {"bedrock", "", false}} {
			h, _ := serve(t, at, x.model)
			resp, text := h.post(t, x.path, x.body)
			if resp.StatusCode != x.status || resp.Header.Get("X-Amzn-Errortype") != x.exception || !strings.Contains(text, x.says) || !strings.Contains(text, `"message":`) {
				t.Errorf("%s from %s: %d %v %s", x.name, at.kind, resp.StatusCode, resp.Header, text)
			}
		}
	}
}

func TestInvokeIsAnthropicsDialectInBedrocksFraming(t *testing.T) {
	t.Parallel()
	const body = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":500,"messages":[{"role":"user","content":"hi"}]}`
	for _, at := range hosts() {
		h, box := serve(t, at, "sandbox-chat")
		resp, text := h.post(t, "/model/smart/invoke", body)
		got := anthropicHear(t, text, false)
		if resp.StatusCode != 200 || !got.complete || !strings.HasPrefix(got.text, "This is the sandbox.") || resp.Header.Get("X-Bodhi-Warning") != "" {
			t.Errorf("%s: %d %v %s", at.kind, resp.StatusCode, resp.Header, text)
		}
		resp, frames := h.post(t, "/model/smart/invoke-with-response-stream", body)
		if got := resp.Header.Get("Content-Type"); got != "application/vnd.amazon.eventstream" {
			t.Errorf("%s: %s", at.kind, got)
		}
		var events strings.Builder
		d := eventstream.NewDecoder()
		for in := strings.NewReader(frames); in.Len() > 0; {
			m, err := d.Decode(in, nil)
			if err != nil || m.Headers.Get(":event-type").String() != "chunk" {
				t.Fatalf("%s: %v %v", at.kind, m, err)
			}
			raw, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(string(m.Payload), `{"bytes":"`), `"}`))
			if err != nil {
				t.Fatal(err)
			}
			kind, _, _ := strings.Cut(strings.TrimPrefix(string(raw), `{"type":"`), `"`)
			events.WriteString("event: " + kind + "\ndata: " + string(raw) + "\n\n")
		}
		if streamed := anthropicHear(t, events.String(), true); !streamed.complete || streamed.text != got.text || streamed.output != got.output {
			t.Errorf("%s: %+v, whole it is %+v", at.kind, streamed, got)
		}
		if bill := box.Bill(); bill.Calls != 2 {
			t.Errorf("%s: %d calls", at.kind, bill.Calls)
		}
	}
}
