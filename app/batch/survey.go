package batch

import "math/bits"

// survey is what a file of requests holds, as far as that says what it asks and costs: few of its requests are kept.
type survey struct {
	lines    int
	endpoint string
	first    []asked
	sizes    [33]struct { // by the power of two that a request is shorter than
		lines   int
		longest asked
	}
}

// take looks at one more request.
func (s *survey) take(a asked) error {
	s.lines++
	if len(s.first) < firstShown {
		s.first = append(s.first, a)
	}
	like := &s.sizes[bits.Len32(uint32(len(a.Body)))] // a line is bounded
	if like.lines++; len(a.Body) > len(like.longest.Body) {
		like.longest = a
	}
	return nil
}
