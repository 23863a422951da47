package db

import (
	"encoding/binary"
	"time"

	"github.com/bodhi-gateway/bodhi/app/usage"
)

// endsFormat is the first byte of what encode writes.
const endsFormat = 1

// encode writes the counts down: of each sort how many there are, then each with its count. Of none too there is something to
// keep: a day without is one that was made before there were such sheets.
func (e *ends) encode() []byte {
	b := binary.AppendUvarint([]byte{endsFormat}, uint64(len(e.slots)))
	for s, n := range e.slots {
		b = appendText(binary.AppendVarint(b, s.At.Unix()), s.Outcome)
		retried := int64(0)
		if s.Retried {
			retried = 1
		}
		b = appendNumbers(b, retried, int64(s.Bin), n)
	}
	b = binary.AppendUvarint(b, uint64(len(e.failures)))
	for f, n := range e.failures {
		b = appendNumbers(appendText(appendText(b, f.Connection), f.Class), n)
	}
	b = binary.AppendUvarint(b, uint64(len(e.rescues)))
	for r, n := range e.rescues {
		b = appendNumbers(appendText(appendText(b, r.From), r.To), n)
	}
	b = binary.AppendUvarint(b, uint64(len(e.paces)))
	for _, p := range e.paces {
		b = appendNumbers(appendText(appendText(b, p.Connection), p.Model), p.Output, int64(p.Streaming))
		b = appendHist(appendHist(b, &p.Took), &p.First)
	}
	return b
}

func appendNumbers(b []byte, all ...int64) []byte {
	for _, n := range all {
		b = binary.AppendVarint(b, n)
	}
	return b
}

// appendHist writes the classes that there is something in.
func appendHist(b []byte, h *usage.Hist) []byte {
	some := 0
	for _, n := range h {
		if n != 0 {
			some++
		}
	}
	b = binary.AppendUvarint(b, uint64(some))
	for i, n := range h {
		if n != 0 {
			b = appendNumbers(b, int64(i), n)
		}
	}
	return b
}

// merge adds what encode wrote.
func (e *ends) merge(b []byte) error {
	if len(b) == 0 || b[0] != endsFormat {
		return errSheet
	}
	r := reader{b[1:]}
	for range r.number() {
		if r.b == nil {
			return errSheet // of a torn sheet any number may come
		}
		s := usage.Sampled{At: time.Unix(r.signed(), 0).UTC(), Outcome: r.text(), Retried: r.signed() == 1, Bin: r.bin()}
		e.slots[s] += r.signed()
	}
	for range r.number() {
		if r.b == nil {
			return errSheet
		}
		f := usage.Failure{Connection: r.text(), Class: r.text()}
		e.failures[f] += r.signed()
	}
	for range r.number() {
		if r.b == nil {
			return errSheet
		}
		s := usage.Rescue{From: r.text(), To: r.text()}
		e.rescues[s] += r.signed()
	}
	for range r.number() {
		if r.b == nil {
			return errSheet
		}
		p := usage.Pace{Connection: r.text(), Model: r.text(), Output: r.signed(), Streaming: time.Duration(r.signed())}
		r.hist(&p.Took)
		r.hist(&p.First)
		e.pace(&p)
	}
	if r.b == nil || len(r.b) > 0 {
		return errSheet
	}
	return nil
}

func (r *reader) text() string { return string(r.bytes(r.number())) }

// bin is the number of a class.
func (r *reader) bin() int {
	n := r.signed()
	if n < 0 || n >= usage.Bins {
		r.b = nil
		return 0
	}
	return int(n)
}

func (r *reader) hist(h *usage.Hist) {
	for range min(r.number(), usage.Bins) {
		i := r.bin()
		h[i] += r.signed()
	}
}
