package cache

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Layers are two stores: one that answers are read from, and one that keeps the list of them for pages and for clearing.
type Layers struct{ Bodies, Index Store }

// Get implements Store.
func (l Layers) Get(ctx context.Context, o id.Org, k Key) (*Entry, error) {
	return l.Bodies.Get(ctx, o, k)
}

// Put implements Store. What only one of them has is found all the same, or missed. Bodies come first: another node may wait for one.
func (l Layers) Put(ctx context.Context, o id.Org, entries []*Entry) error {
	return errors.Join(l.Bodies.Put(ctx, o, entries), l.Index.Put(ctx, o, entries))
}

// Drop implements Store.
func (l Layers) Drop(ctx context.Context, o id.Org, keys []Key) error {
	return errors.Join(l.Bodies.Drop(ctx, o, keys), l.Index.Drop(ctx, o, keys))
}

// EncodeEntry writes an entry for a store that knows bytes only.
func EncodeEntry(e *Entry) []byte {
	bare := *e
	bare.Sealed, bare.Question = nil, nil
	head, _ := json.Marshal(bare) // ids, numbers and times
	b := binary.AppendUvarint(make([]byte, 0, len(head)+len(e.Sealed)+4), uint64(len(head)))
	return append(append(b, head...), e.Sealed...)
}

// DecodeEntry reads what EncodeEntry wrote. It survives any bytes.
func DecodeEntry(b []byte) (*Entry, error) {
	r := reader{b: b}
	head := r.bytes()
	var e Entry
	if r.bad || json.Unmarshal(head, &e) != nil || len(r.b) == 0 || e.Org.IsZero() {
		return nil, errAnswer
	}
	e.Sealed = r.b
	return &e, nil
}
