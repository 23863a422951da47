package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

func TestARefusalIsFoundUnderAnyWrapping(t *testing.T) {
	t.Parallel()
	refusal := fault.New(fault.Exhausted, "budget_exhausted", "The budget is used up.").Because(io.ErrUnexpectedEOF)
	for name, err := range map[string]error{
		"bare":    refusal,
		"wrapped": fmt.Errorf("op: %w", fmt.Errorf("deeper: %w", refusal)),
		"joined":  errors.Join(io.EOF, refusal),
	} {
		if got := fault.From(err); got != refusal {
			t.Errorf("%s: found %v", name, got)
		}
		if !fault.Is(err, fault.Exhausted) || fault.Is(err, fault.Limited) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: kind or cause was lost", name)
		}
	}
}

func TestAnUnclassifiedErrorIsInternalAndSaysNothing(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp 10.1.2.3:5432: password canary refused")
	got := fault.From(fmt.Errorf("post: %w", cause))
	if got.Kind != fault.Internal || got.Code != "internal" || !errors.Is(got, cause) {
		t.Errorf("got %+v", got)
	}
	if strings.Contains(got.Public, "canary") || strings.Contains(got.Public, "10.1") || got.Public == "" {
		t.Errorf("the client is told %q", got.Public)
	}
	if !strings.Contains(got.Error(), "canary") {
		t.Error("operators do not see the cause")
	}
	if fault.From(nil) != nil || fault.Is(nil, fault.Internal) || fault.Is(cause, fault.Internal) {
		t.Error("no error, or no refusal, was taken for one")
	}
}

func TestEveryKindHasAName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if seen[k.String()] || k.String() == "" {
			t.Errorf("kind %d is named %q", k, k)
		}
		seen[k.String()] = true
	}
	if fault.Kind(200).String() != "internal" || new(fault.Error).Kind != fault.Internal {
		t.Error("what nobody classified is not internal")
	}
}

func TestFactsAreAddedWithoutLosingAny(t *testing.T) {
	t.Parallel()
	e := fault.Newf(fault.Limited, "rate_limited", "Wait %d seconds.", 5).With("scope", "team").With("limit_usd", "1").With("scope", "key")
	e.RetryAfter = 5 * time.Second
	if e.Public != "Wait 5 seconds." || e.Detail["scope"] != "key" || e.Detail["limit_usd"] != "1" {
		t.Errorf("got %+v", e)
	}
	if f := fault.Field("email", "Give an address."); f.Kind != fault.Invalid || f.Field != "email" || f.Error() != "invalid_request: Give an address." {
		t.Errorf("got %+v", f)
	}
}
