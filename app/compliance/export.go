package compliance

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/cell"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// manifest is the file that says what the others are.
type manifest struct {
	Person  string         `json:"person"`
	Email   string         `json:"email"`
	Name    string         `json:"name"`
	MadeAt  time.Time      `json:"made_at"`
	Tables  map[string]int `json:"tables"` // rows by table
	Texts   int            `json:"texts"`  // requests whose text is in texts.jsonl
	LeftOut string         `json:"left_out"`
}

// Export writes everything that is kept about a person as a ZIP: for each table a JSON and a CSV file of the rows that name them, several
// where there are many, texts.jsonl with what their requests say as far as that is kept, and manifest.json. Secrets are not in it, nor,
// where somebody else has the address by now, what only the address leads to.
func (s *Service) Export(ctx context.Context, actor org.Actor, who id.Member, to io.Writer) error {
	p, err := s.Person(ctx, actor, who)
	if err != nil {
		return err
	}
	_, heir, err := s.under(ctx, p)
	if err != nil {
		return err
	}
	z := zip.NewWriter(to)
	m := manifest{Person: who.String(), Email: p.Email, Name: p.Name, MadeAt: s.Clock.Now().UTC(), Tables: map[string]int{},
		LeftOut: "hashes, keys, and what is kept encrypted: answers of the cache, stored prompts, datasets, evaluations and batches; texts of requests are in texts.jsonl as far as their team keeps any"}
	pieces := map[string]int{}
	if heir != nil { // what the address leads to is theirs: this person's is what names them by id
		p.Email = p.Pseudonym()
	}
	err = s.Store.Export(ctx, p, func(table string, columns []string, rows [][]any) error {
		name := table
		if pieces[table]++; pieces[table] > 1 {
			name = fmt.Sprintf("%s-%d", table, pieces[table])
		}
		m.Tables[table] += len(rows)
		return writeTable(z, name, columns, rows, m.MadeAt)
	})
	if err == nil {
		m.Texts, err = s.writeTexts(ctx, actor, p, z, m.MadeAt)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	w, err := z.CreateHeader(&zip.FileHeader{Name: "manifest.json", Method: zip.Deflate, Modified: m.MadeAt})
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return err
	}
	return z.Close()
}

// Exported writes down that somebody took a person's data along. It comes before the data does.
func (s *Service) Exported(ctx context.Context, actor org.Actor, who id.Member) error {
	p, err := s.Person(ctx, actor, who)
	if err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, audit.Entry{Action: "person.exported", Target: who.String(), TargetName: p.Email})
}

// writeTexts writes what the person's requests and their answers say, one to a line.
func (s *Service) writeTexts(ctx context.Context, actor org.Actor, p Person, z *zip.Writer, at time.Time) (n int, err error) {
	var lines *json.Encoder
	tell := func(t Text) error {
		if lines == nil {
			w, err := z.CreateHeader(&zip.FileHeader{Name: "texts.jsonl", Method: zip.Deflate, Modified: at})
			if err != nil {
				return err
			}
			lines = json.NewEncoder(w)
		}
		n++
		return lines.Encode(t)
	}
	for _, m := range p.Memberships() {
		if err := s.Texts.Export(ctx, actor, m, tell); err != nil {
			return n, err
		}
	}
	return n, nil
}

func writeTable(z *zip.Writer, table string, columns []string, rows [][]any, at time.Time) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: table + ".json", Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	objects := make([]map[string]any, len(rows))
	for i, row := range rows {
		objects[i] = map[string]any{}
		for n, c := range columns {
			objects[i][c] = plain(row[n])
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(objects); err != nil {
		return err
	}
	if w, err = z.CreateHeader(&zip.FileHeader{Name: table + ".csv", Method: zip.Deflate, Modified: at}); err != nil {
		return err
	}
	sheet := csv.NewWriter(w)
	if err := sheet.Write(columns); err != nil {
		return err
	}
	for _, row := range rows {
		line := make([]string, len(row))
		for i, v := range row {
			if v = plain(v); v != nil {
				line[i] = cell.Harmless(fmt.Sprint(v))
			}
		}
		if err := sheet.Write(line); err != nil {
			return err
		}
	}
	sheet.Flush()
	return sheet.Error()
}

// plain is a value as a file can hold it.
func plain(v any) any {
	switch v := v.(type) {
	case []byte:
		if utf8.Valid(v) {
			return string(v)
		}
		return nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return v
}
