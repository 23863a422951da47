package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// AWS's SDKs sign requests with a secret that they never send. We keep no secret to check such a signature with, only a
// keyed hash of each key; so a client gives its whole virtual key as the access key id, which proves who it is as a bearer
// key does, and the same key as the secret, with which the signature is checked: a request that was changed on its way, or
// kept and sent again later, is refused.

// signature is what an Authorization header of AWS says.
type signature struct {
	key             string // the access key id
	region, service string
	headers         []string
	sum             string
}

const sigV4 = "AWS4-HMAC-SHA256"

// maxSkew is how far a client's clock may be off, as AWS has it.
const maxSkew = 15 * time.Minute

// readSignature reads an Authorization header; false if it is no signature.
func readSignature(auth string) (s signature, ok bool) {
	rest, ok := strings.CutPrefix(auth, sigV4)
	if !ok {
		return s, false
	}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			scope := strings.Split(value, "/")
			if len(scope) == 5 && scope[4] == "aws4_request" {
				s.key, s.region, s.service = scope[0], scope[2], scope[3]
			}
		case "SignedHeaders":
			s.headers = strings.Split(value, ";")
		case "Signature":
			s.sum = value
		}
	}
	return s, true
}

// checkSignature signs the request again, as the client should have.
func (g *Gateway) checkSignature(ctx context.Context, r *http.Request, body []byte) error {
	s, ok := readSignature(r.Header.Get("Authorization"))
	if !ok {
		return nil
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if off := g.clock.Now().Sub(at); err != nil || off > maxSkew || off < -maxSkew {
		return fault.New(fault.Unauthenticated, "invalid_signature", "The request was not signed within the last 15 minutes (x-amz-date). Set the client's clock.")
	}
	again, err := http.NewRequestWithContext(ctx, r.Method, "http://"+r.Host, nil)
	if err != nil {
		return unsigned()
	}
	again.URL.Path, again.URL.RawPath, again.URL.RawQuery, again.Host = r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Host
	host := false
	for _, name := range s.headers {
		switch name {
		case "host":
			host = true
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: s.key, SecretAccessKey: s.key}, again, hex.EncodeToString(sum[:]), s.service, s.region, at)
	mine, _ := readSignature(again.Header.Get("Authorization"))
	if err != nil || !host || subtle.ConstantTimeCompare([]byte(mine.sum), []byte(s.sum)) != 1 {
		return unsigned()
	}
	return nil
}

func unsigned() error {
	return fault.New(fault.Unauthenticated, "invalid_signature", "The signature does not fit the request. Give your virtual key both as the access key id and as the secret access key, or send it as a bearer key (AWS_BEARER_TOKEN_BEDROCK).")
}

// headed is a dialect that says something of a provider's refusal in headers.
type headed interface {
	ProblemHeader(p *llm.Problem) http.Header
}
