package memo_test

import (
	"context"
	"errors"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/memo"
)

type (
	zoneOf string
	sizeOf string
)

func TestAPageAsksOnce(t *testing.T) {
	asked := 0
	ask := func(ctx context.Context, key any) string {
		got, err := memo.Once(ctx, key, func() (string, error) { asked++; return "Rome", nil })
		if err != nil || got != "Rome" {
			t.Errorf("answer %q, %v", got, err)
		}
		return got
	}
	page := memo.With(t.Context())
	ask(page, zoneOf("acme"))
	ask(page, zoneOf("acme"))
	if asked != 1 {
		t.Errorf("asked %d times within a page, want once", asked)
	}
	ask(page, zoneOf("other"))
	ask(page, sizeOf("acme")) // another question
	ask(memo.With(t.Context()), zoneOf("acme"))
	ask(t.Context(), zoneOf("acme"))
	ask(t.Context(), zoneOf("acme"))
	if asked != 6 {
		t.Errorf("asked %d times, want 6: other questions, other pages and no page are asked again", asked)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	page := memo.With(t.Context())
	down := errors.New("down")
	if _, err := memo.Once(page, zoneOf("acme"), func() (int, error) { return 0, down }); !errors.Is(err, down) {
		t.Errorf("error %v, want %v", err, down)
	}
	if n, err := memo.Once(page, zoneOf("acme"), func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("asked again: %d, %v; want 7", n, err)
	}
}
