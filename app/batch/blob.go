package batch

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// scroll writes a file, a part at a time: whatever its size, one part of it is in memory.
type scroll struct {
	ctx   context.Context
	store Store
	vault vault
	file  File
	buf   []byte
	parts int
	size  int64
	room  int64 // what is left of the organization's space
}

// Write implements io.Writer.
func (s *scroll) Write(p []byte) (int, error) {
	n := len(p)
	switch s.size += int64(n); {
	case s.size > MaxMade:
		return 0, fault.Newf(fault.TooLarge, "body_too_large", "The requests come to more than %d GiB, the most a batch may have. Split the file.", MaxMade>>30)
	case s.size > s.room:
		return 0, fault.Newf(fault.TooLarge, "storage_full", "Your organization's files of batches would come to more than %d GiB. Delete some that nobody needs.", MaxStored>>30)
	}
	for len(p) > 0 {
		if s.buf == nil {
			s.buf = make([]byte, 0, partSize)
		}
		m := min(len(p), partSize-len(s.buf))
		s.buf, p = append(s.buf, p[:m]...), p[m:]
		if len(s.buf) == partSize {
			if err := s.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (s *scroll) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	sealed, err := s.vault.sealPart(s.ctx, s.file.Org, s.file.ID, s.parts, s.buf)
	if err == nil {
		err = s.store.InsertPart(s.ctx, s.file.Org, s.file.ID, s.parts, sealed)
	}
	if err != nil {
		return away(err)
	}
	s.parts++
	s.buf = s.buf[:0]
	return nil
}

// reader reads a file that has parts. It keeps a few of them: lines that are asked at the same time lie next to each other.
type reader struct {
	store Store
	vault vault
	org   id.Org
	file  id.File
	size  int64

	mu   sync.Mutex
	kept [4]struct {
		text   string
		number int
	}
	next int
}

func newReader(s Store, v vault, f File) *reader {
	r := &reader{store: s, vault: v, org: f.Org, file: f.ID, size: f.Size}
	for i := range r.kept {
		r.kept[i].number = -1
	}
	return r
}

func (r *reader) part(ctx context.Context, number int) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.kept {
		if k.number == number {
			return k.text, nil
		}
	}
	sealed, err := r.store.Part(ctx, r.org, r.file, number)
	if err != nil {
		return "", fmt.Errorf("batch: part %d of a file: %w", number, err)
	}
	text, err := r.vault.openPart(ctx, r.org, r.file, number, sealed)
	if err != nil {
		return "", err
	}
	k := &r.kept[r.next]
	r.next = (r.next + 1) % len(r.kept)
	k.text, k.number = text, number
	return text, nil
}

// slice is a piece of the file.
func (r *reader) slice(ctx context.Context, at int64, length int) ([]byte, error) {
	out := make([]byte, 0, length)
	for len(out) < length {
		text, err := r.part(ctx, int(at/partSize))
		if err != nil {
			return nil, err
		}
		from := int(at % partSize)
		if from >= len(text) {
			return nil, io.ErrUnexpectedEOF
		}
		n := min(length-len(out), len(text)-from)
		out = append(out, text[from:from+n]...)
		at += int64(n)
	}
	return out, nil
}

// stream is the whole file.
func (r *reader) stream(ctx context.Context) io.Reader { return &stream{ctx: ctx, r: r} }

type stream struct {
	ctx context.Context
	r   *reader
	at  int64
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	if s.at >= s.r.size {
		return 0, io.EOF
	}
	text, err := s.r.part(s.ctx, int(s.at/partSize))
	if err != nil {
		return 0, err
	}
	from := int(s.at % partSize)
	if from >= len(text) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, text[from:])
	s.at += int64(n)
	return n, nil
}
