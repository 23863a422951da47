package journal

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

func TestWhatIsForgottenGoesWithTheBooksAndNotBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := open(t, dir, Options{})
	write(t, j, attempt(), attempt())
	at := clock.System{}.Now()
	if err := j.Forget(at); err != nil {
		t.Fatal(err)
	}
	write(t, j, attempt())
	first := segmentPath(dir, 1)
	if !j.Forgotten().IsZero() {
		t.Error("it is forgotten before anything is in the books")
	}
	if err := j.Trim(Position{Segment: 1, Offset: 10}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(first); err != nil {
		t.Fatalf("it went before it was in the books: %v", err)
	}
	if !j.Forgotten().IsZero() {
		t.Error("it is forgotten before it is in the books")
	}
	if err := j.Trim(Position{Segment: 2}); err != nil {
		t.Fatal(err)
	}
	if !j.Forgotten().Equal(at) {
		t.Errorf("forgotten is what was before %s", j.Forgotten())
	}
	if _, err := os.Stat(first); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it stays although it is in the books: %v", err)
	}
	if err := j.Forget(at); err != nil || j.End().Segment != 2 {
		t.Errorf("the same moment again begins segment %d, %v", j.End().Segment, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, Options{}) // a node that was away meanwhile
	if err := j.Forget(clock.System{}.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := j.Trim(Position{Segment: 3}); err != nil {
		t.Fatal(err)
	}
	if left, err := list(dir); err != nil || len(left) != 1 || left[0] != 3 {
		t.Errorf("left are %v, %v", left, err)
	}
}
