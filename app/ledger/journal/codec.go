package journal

import (
	"encoding/binary"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// codec walks a record's fields in one order for both directions, so writing and reading cannot drift apart.
type codec struct {
	b       []byte
	reading bool
	bad     bool
	known   vocabulary
}

// vocabulary keeps words that come again, as names of models, connections and states do in every record.
type vocabulary map[string]string

const (
	longestWord = 64  // longer ones are sentences, which hold figures
	mostWords   = 512 // then it begins anew, so that words that never come again do not fill it
)

func (v vocabulary) word(b []byte) string {
	if v == nil || len(b) > longestWord {
		return string(b)
	}
	w, ok := v[string(b)]
	if !ok {
		if len(v) >= mostWords {
			clear(v)
		}
		w = string(b)
		v[w] = w
	}
	return w
}

// time keeps microseconds, as PostgreSQL does: what is read back from either is the same moment.
func (c *codec) time(v *time.Time) {
	micros := v.UnixMicro()
	number(c, &micros)
	if c.reading {
		*v = time.UnixMicro(micros).UTC()
	}
}

func (c *codec) flag(v *bool) {
	n := 0
	if *v {
		n = 1
	}
	number(c, &n)
	*v = n == 1
}

func ident[T id.Entity](c *codec, v *id.ID[T]) {
	if !c.reading {
		b := v.Bytes()
		c.b = append(c.b, b[:]...)
		return
	}
	if c.bad || len(c.b) < 16 {
		c.bad = true
		return
	}
	*v = id.FromBytes[T]([16]byte(c.b))
	c.b = c.b[16:]
}

func number[T ~int | ~int64 | ~uint8](c *codec, v *T) {
	if !c.reading {
		c.b = binary.AppendVarint(c.b, int64(*v))
		return
	}
	n, size := binary.Varint(c.b)
	if c.bad || size <= 0 || int64(T(n)) != n {
		c.bad = true
		return
	}
	*v = T(n)
	c.b = c.b[size:]
}

func words[T ~string](c *codec, first *T, rest ...*string) {
	word(c, first)
	for _, v := range rest {
		word(c, v)
	}
}

func word[T ~string](c *codec, v *T) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, uint64(len(*v)))
		c.b = append(c.b, *v...)
		return
	}
	n, size := binary.Uvarint(c.b)
	if c.bad || size <= 0 || n > uint64(len(c.b)-size) {
		c.bad = true
		return
	}
	*v = T(c.known.word(c.b[size : size+int(n)]))
	c.b = c.b[size+int(n):]
}
