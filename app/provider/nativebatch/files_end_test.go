package nativebatch

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// endless is one letter, again and again.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A result that is longer than any may be costs its own line, and none of those behind it. The vectors of 2,048 texts are not too long.
func TestALineThatIsTooLongIsPassedOver(t *testing.T) {
	t.Parallel()
	const vectors = 48 << 20
	var got []int
	err := lines(io.MultiReader(strings.NewReader("a\n"), io.LimitReader(endless{}, vectors), strings.NewReader("\n\nbb\r\n"), io.LimitReader(endless{}, 1<<27), strings.NewReader("\nccc")),
		func(text []byte) error { got = append(got, len(text)); return nil })
	if err != nil || !slices.Equal(got, []int{1, vectors, 2, 3}) {
		t.Errorf("%v %v", got, err)
	}
}

// A body that breaks off is no end of it, and half a line is none.
func TestLinesThatBreakOff(t *testing.T) {
	t.Parallel()
	broke := errors.New("it broke off")
	var got []string
	err := lines(io.MultiReader(strings.NewReader("a\nb"), failing{broke}), func(text []byte) error { got = append(got, string(text)); return nil })
	if !errors.Is(err, broke) || !slices.Equal(got, []string{"a"}) {
		t.Errorf("%q %v", got, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
