package cache

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// layout is the first byte of an encoded answer; other layouts get other numbers.
const layout = 1

var errAnswer = errors.New("cache: what was kept is no answer")

// encode writes an answer as what is sealed.
func (a *Answer) encode() []byte {
	usage, _ := json.Marshal(a.Usage) // numbers
	b := make([]byte, 0, 64+len(usage)+len(a.Prompt)+len(a.Body)+len(a.End)+8*len(a.Beats))
	b = append(b, layout, 0)
	if a.Stream {
		b[1] = 1
	}
	for _, s := range [...]string{string(a.Family), a.Type, a.Prompt, string(usage)} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	b = binary.AppendUvarint(b, uint64(len(a.Beats)))
	for _, beat := range a.Beats {
		b = binary.AppendUvarint(b, uint64(beat.Size))
		b = binary.AppendUvarint(b, uint64(max(beat.After, 0).Milliseconds()))
	}
	b = append(binary.AppendUvarint(b, uint64(len(a.End))), a.End...)
	return append(b, a.Body...)
}

// decodeAnswer reads what encode wrote. It survives any bytes: another version of this program may have written them.
func decodeAnswer(b []byte) (*Answer, error) {
	if len(b) < 2 || b[0] != layout || b[1] > 1 {
		return nil, errAnswer
	}
	r := reader{b: b[2:]}
	a := &Answer{Stream: b[1] == 1, Family: llm.Family(r.bytes()), Type: string(r.bytes()), Prompt: string(r.bytes())}
	if json.Unmarshal(r.bytes(), &a.Usage) != nil {
		return nil, errAnswer
	}
	n, whole := r.number(), 0
	if n > uint64(len(r.b)) { // each takes two bytes at least
		return nil, errAnswer
	}
	for range n {
		beat := Beat{Size: int(r.number() & (1<<31 - 1)), After: time.Duration(r.number()&(1<<31-1)) * time.Millisecond}
		whole += beat.Size
		a.Beats = append(a.Beats, beat)
	}
	a.End, a.Body = r.bytes(), r.b
	if r.bad || whole > len(a.Body) || len(a.Body) == 0 || a.Stream == (len(a.End) == 0) {
		return nil, errAnswer
	}
	return a, nil
}

// reader takes an encoded answer apart.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes() []byte {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}
