package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
)

var (
	journalName = regexp.MustCompile(`^(node|checkpoint|\d{1,20}\.journal)$`)
	rowsName    = regexp.MustCompile(`^rows/([a-z][a-z0-9_]{0,62})/\d{6,9}\.jsonl$`)
)

const (
	// mostChunk bounds a chunk that is read: chunkBytes and the largest row, which a few megabytes of sealed text can make.
	mostChunk = 256 << 20
	mostNote  = 1 << 20
)

// Reader reads a backup from its beginning to its end, once.
type Reader struct {
	Manifest Manifest
	tar      *tar.Reader
	seen     Sum
}

// NewReader reads the manifest. Anything else than a backup, or one of a later layout, is refused in words.
func NewReader(from io.Reader) (*Reader, error) {
	zip, err := gzip.NewReader(from)
	if err != nil {
		return nil, damaged("it is not gzipped", err)
	}
	r := &Reader{tar: tar.NewReader(zip), seen: Sum{Rows: map[string]int64{}}}
	head, err := r.tar.Next()
	if err != nil {
		return nil, damaged("its first entry", err)
	}
	if head.Name != "manifest.json" {
		return nil, damaged("its first entry", fmt.Errorf("manifest.json is expected, not %q", head.Name))
	}
	if err := r.note(&r.Manifest); err != nil {
		return nil, damaged("manifest.json", err)
	}
	if r.Manifest.Format < 1 || r.Manifest.Format > Format {
		return nil, fmt.Errorf("the backup was made by Bodhi %s in layout %d; this program reads layouts up to %d: use that version", r.Manifest.Version, r.Manifest.Format, Format)
	}
	return r, nil
}

// Each hands over the chunks in order, and writes the journal's files into dir, which it makes. It ends well only at the end of a
// whole backup.
func (r *Reader) Each(dir string, take func(Chunk) error) (Sum, error) {
	for {
		head, err := r.tar.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return r.seen, ErrCutOff
		}
		if err != nil {
			return r.seen, damaged("an entry", err)
		}
		switch name, ofTable := head.Name, rowsName.FindStringSubmatch(head.Name); {
		case name == "end.json":
			return r.end()
		case ofTable != nil:
			err = r.chunk(ofTable[1], take)
		case filepath.Dir(name) == "journal" && journalName.MatchString(filepath.Base(name)):
			err = r.journal(dir, filepath.Base(name))
		default:
			return r.seen, damaged("an entry", fmt.Errorf("%q is none of its names", name))
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return r.seen, ErrCutOff
		}
		if err != nil {
			return r.seen, fmt.Errorf("%s: %w", head.Name, err)
		}
	}
}

func (r *Reader) chunk(table string, take func(Chunk) error) error {
	b, err := io.ReadAll(io.LimitReader(r.tar, mostChunk+1))
	if err != nil {
		return err
	}
	if len(b) > mostChunk {
		return fmt.Errorf("it is larger than %d MiB", mostChunk>>20)
	}
	head, rest, _ := bytes.Cut(b, []byte("\n"))
	c := Chunk{Table: table}
	if err := json.Unmarshal(head, &c.Columns); err != nil {
		return err
	}
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		row, err := decodeRow(line, len(c.Columns))
		if err != nil {
			return fmt.Errorf("row %d: %w", len(c.Rows)+1, err)
		}
		c.Rows = append(c.Rows, row)
	}
	r.seen.Rows[table] += int64(len(c.Rows))
	return take(c)
}

func decodeRow(line []byte, columns int) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(line, &cells); err != nil {
		return nil, err
	}
	if len(cells) != columns {
		return nil, fmt.Errorf("%d cells for %d columns", len(cells), columns)
	}
	row := make([]any, len(cells))
	for i, raw := range cells {
		v, err := decodeCell(raw)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		row[i] = v
	}
	return row, nil
}

func (r *Reader) journal(dir, name string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r.tar)
	r.seen.Journal = append(r.seen.Journal, name)
	return errors.Join(err, f.Sync(), f.Close())
}

func (r *Reader) end() (Sum, error) {
	var said Sum
	if err := r.note(&said); errors.Is(err, io.ErrUnexpectedEOF) {
		return r.seen, ErrCutOff
	} else if err != nil {
		return r.seen, damaged("end.json", err)
	}
	if !maps.Equal(said.Rows, r.seen.Rows) || len(said.Journal) != len(r.seen.Journal) {
		return r.seen, damaged("its end", errors.New("it says another number of rows than there are"))
	}
	return r.seen, nil
}

func (r *Reader) note(into any) error {
	b, err := io.ReadAll(io.LimitReader(r.tar, mostNote))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}
