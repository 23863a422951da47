package backup

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// chunkBytes is how much of a table is held in memory before it is written: tar wants sizes ahead.
const chunkBytes = 1 << 20

// Writer makes a backup: its Manifest first, then journal and rows in any order, then Close.
type Writer struct {
	zip  *gzip.Writer
	tar  *tar.Writer
	at   time.Time
	sum  Sum
	part map[string]int // chunks by table
}

// NewWriter begins a backup. Speed before size: it runs beside a serving process.
func NewWriter(to io.Writer, m Manifest) (*Writer, error) {
	zip, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := &Writer{zip: zip, tar: tar.NewWriter(zip), at: m.MadeAt, sum: Sum{Rows: map[string]int64{}, Journal: []string{}}, part: map[string]int{}}
	return w, w.json("manifest.json", m)
}

// Journal takes the files of a journal as they are now: a segment that grows meanwhile ends where it ended when it was opened,
// as after a crash. No directory is no journal.
func (w *Writer) Journal(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !journalName.MatchString(e.Name()) {
			continue
		}
		if err := w.file(filepath.Join(dir, e.Name()), e.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err // one that is gone was in the books long before
		}
	}
	return nil
}

func (w *Writer) file(path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := w.head("journal/"+name, info.Size()); err != nil {
		return err
	}
	if _, err := io.CopyN(w.tar, f, info.Size()); err != nil {
		return err
	}
	w.sum.Journal = append(w.sum.Journal, name)
	return nil
}

// Rows adds rows of a table, in chunks. It keeps nothing of what it is given.
func (w *Writer) Rows(table string, columns []string, next func() ([]any, error)) error {
	head, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	buf := append(head, '\n')
	rows := 0
	flush := func() error {
		w.part[table]++
		w.sum.Rows[table] += int64(rows)
		err := w.entry(fmt.Sprintf("rows/%s/%06d.jsonl", table, w.part[table]), buf)
		buf, rows = append(buf[:0], append(head, '\n')...), 0
		return err
	}
	for {
		row, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if buf, err = encodeRow(buf, row); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
		if rows++; len(buf) >= chunkBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if rows > 0 || w.part[table] == 0 {
		return flush()
	}
	return nil
}

func encodeRow(b []byte, row []any) (_ []byte, err error) {
	b = append(b, '[')
	for i, v := range row {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = encodeCell(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']', '\n'), nil
}

// Close writes the end, without which a backup is none.
func (w *Writer) Close() (Sum, error) {
	err := w.json("end.json", w.sum)
	return w.sum, errors.Join(err, w.tar.Close(), w.zip.Close())
}

func (w *Writer) json(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.entry(name, b)
}

func (w *Writer) entry(name string, b []byte) error {
	if err := w.head(name, int64(len(b))); err != nil {
		return err
	}
	_, err := w.tar.Write(b)
	return err
}

func (w *Writer) head(name string, size int64) error {
	return w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: w.at})
}
