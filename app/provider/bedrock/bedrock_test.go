package bedrock_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	dialect "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/bedrock"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// framed makes frames of lines "event NAME JSON".
func framed(lines string) string {
	var out []byte
	for line := range strings.Lines(lines) {
		parts := strings.SplitN(strings.TrimSpace(line), " ", 3)
		out = dialect.AppendFrame(out, parts[0], parts[1], []byte(parts[2]))
	}
	return string(out)
}

func TestConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Suite{Adapter: bedrock.New(clock.System{}), Dialect: dialect.Dialect{}, Dir: "testdata",
		Connection: provider.Connection{Kind: provider.Bedrock, BaseURL: "https://bedrock-runtime.eu-central-1.amazonaws.com"},
		Events:     "application/vnd.amazon.eventstream", Encode: framed})
}

func call(t *testing.T, stream bool) *llm.Call {
	t.Helper()
	c, err := dialect.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Model: "alias", Stream: stream, Body: []byte(`{"messages":[{"role":"user","content":[{"text":"hi"}]}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheModelIsOneSegmentOfThePath(t *testing.T) {
	t.Parallel()
	const host = "https://bedrock-runtime.us-east-1.amazonaws.com"
	for _, x := range []struct{ name, base, model, want string }{
		{"an id", "", "amazon.nova-pro-v1:0", host + "/model/amazon.nova-pro-v1%3A0/converse"},
		{"an ARN", "", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", host + "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fx/converse"},
		{"a proxy in front, with a region", "https://proxy.example.com/aws/region/eu-west-1", "m", "https://proxy.example.com/aws/model/m/converse"},
		{"another region", "https://bedrock-runtime.eu-west-1.amazonaws.com", "m", "https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse"},
		{"a name that leads elsewhere", "", "../x", ""},
		{"a name with a query", "", "x?y", ""},
	} {
		r, err := bedrock.New(clock.System{}).Request(t.Context(), &provider.Connection{BaseURL: x.base, Credential: secret.New("ABSKkey")}, call(t, false), llm.Edit{Model: x.model}, nil)
		var refusal *fault.Error
		switch {
		case x.want == "" && !errors.As(err, &refusal):
			t.Errorf("%s: %v", x.name, err)
		case x.want != "" && (err != nil || r.URL.String() != x.want || r.Header.Get("Authorization") != "Bearer ABSKkey"):
			t.Errorf("%s: %v, %v", x.name, r, err)
		}
	}
	r, err := bedrock.New(clock.System{}).ModelList(t.Context(), &provider.Connection{BaseURL: "https://bedrock-runtime.eu-west-1.amazonaws.com"})
	if err != nil || r.URL.String() != "https://bedrock.eu-west-1.amazonaws.com/foundation-models" {
		t.Errorf("%v, %v", r, err)
	}
}

// TestSignaturesAreAWSsOwn signs what would be received once more, with AWS's own signer.
func TestSignaturesAreAWSsOwn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	c := &provider.Connection{BaseURL: "http://127.0.0.1:9/region/eu-west-1", Credential: secret.New("AKIDEXAMPLE:s3cr3t/with+signs:token")}
	r, err := bedrock.New(clock.NewFake(at)).Request(t.Context(), c, call(t, true), llm.Edit{Model: "anthropic.claude-x:0"}, http.Header{"X-App": {"cli"}})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(r.Body)
	got := r.Header.Get("Authorization")
	if !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260901/eu-west-1/bedrock/aws4_request, SignedHeaders=") || r.Header.Get("X-Amz-Security-Token") != "token" {
		t.Errorf("%v", r.Header)
	}
	again, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://127.0.0.1:9"+r.URL.EscapedPath(), strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	again.Header = r.Header.Clone()
	again.Header.Del("Authorization")
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "s3cr3t/with+signs", SessionToken: "token"}, again,
		hex.EncodeToString(sum[:]), "bedrock", "eu-west-1", at); err != nil || again.Header.Get("Authorization") != got {
		t.Errorf("%v\n%s\n%s", err, got, again.Header.Get("Authorization"))
	}
	if strings.Contains(got, "s3cr3t") {
		t.Error("the secret is sent")
	}
}

func TestARegionIsAPartOfTheAddress(t *testing.T) {
	t.Parallel()
	for base, want := range map[string][2]string{
		"https://bedrock-runtime.eu-west-1.amazonaws.com":      {"", "eu-west-1"},
		"http://127.0.0.1:9/region/eu-west-1":                  {"http://127.0.0.1:9", "eu-west-1"},
		"https://bedrock-runtime-fips.us-east-1.amazonaws.com": {"https://bedrock-runtime-fips.us-east-1.amazonaws.com", "us-east-1"},
		"https://proxy.example.com":                            {"https://proxy.example.com", ""},
	} {
		if root, s := provider.SettingsOf(provider.Bedrock, base); root != want[0] || s["region"] != want[1] {
			t.Errorf("%s: %q %v", base, root, s)
		}
	}
	for _, wrong := range []string{":", "a:", "a b:c", ":secret", "AKID:s:"} {
		if _, err := provider.ParseAccessKey(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}
