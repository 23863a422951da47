package llm

import "io"

// Whole is an answer in one piece as a stream of its one event.
type Whole struct {
	event Event
	over  bool
}

var _ Stream = (*Whole)(nil)

// NewWhole makes a stream of one event.
func NewWhole(e Event) *Whole { return &Whole{event: e} }

// Next implements Stream.
func (w *Whole) Next() (Event, error) {
	if w.over {
		return Event{}, io.EOF
	}
	w.over = true
	return w.event, nil
}

// Close implements Stream.
func (w *Whole) Close() error { return nil }
