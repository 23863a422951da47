package evaluation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Format is how a file of rows is written.
type Format string

// The formats.
const (
	JSONL Format = "jsonl"
	CSV   Format = "csv"
)

// Columns says which columns of a CSV file mean what; all others are variables. "" takes the usual name.
type Columns struct {
	Question string // "input"
	Expected string // "expected"
	Notes    string // "notes"
}

// ReadRows reads a file of rows. What is wrong with it is told with the number of the line.
func ReadRows(f Format, text string, of Columns) ([]Row, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, wrongText("Choose a file, or paste its rows here.")
	case len(text) > MaxText:
		return nil, wrongText("A dataset has at most %d KiB; this one has %d. Divide it.", MaxText>>10, len(text)>>10)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return nil, wrongText("The file is not text in UTF-8. Save it as UTF-8 and send it again.")
	}
	var rows []Row
	var err error
	switch text = strings.TrimPrefix(text, "\ufeff"); f {
	case JSONL:
		rows, err = readLines(text)
	case CSV:
		rows, err = readTable(text, of)
	default:
		return nil, fault.Field("format", `A file of rows is "jsonl" or "csv".`)
	}
	if err != nil {
		return nil, err
	}
	return rows, checkRows(rows)
}

func wrongText(format string, args ...any) error {
	return fault.Field("text", fmt.Sprintf(format, args...))
}

// line is a row as a file has it.
type line struct {
	Input     string                     `json:"input"`
	Messages  []Message                  `json:"messages"`
	Variables map[string]json.RawMessage `json:"variables"`
	Expected  json.RawMessage            `json:"expected"`
	Notes     string                     `json:"notes"`
}

func readLines(text string) (rows []Row, err error) {
	for n, raw := range strings.Split(text, "\n") {
		if raw = strings.TrimSpace(raw); raw == "" {
			continue
		}
		if len(rows) == MaxRows {
			return nil, tooMany()
		}
		r, err := readLine([]byte(raw))
		if err != nil {
			return nil, wrongText("Line %d: %s", n+1, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func tooMany() error {
	return wrongText("A dataset has at most %d rows. Divide the file.", MaxRows)
}

// readLine reads one line of JSON. Its error is a sentence.
func readLine(raw []byte) (Row, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var l line
	err := d.Decode(&l)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		return Row{}, sentence(plainJSON(err) + `. A line is one JSON object with "input" or "messages", "variables", "expected" and "notes"; none is required but something to ask.`)
	}
	if l.Input != "" && len(l.Messages) > 0 {
		return Row{}, sentence(`It has both "input" and "messages". Leave one out.`)
	}
	r := Row{Variables: l.Variables, Messages: l.Messages, Notes: l.Notes}
	if l.Input != "" {
		r.Messages = []Message{{Role: "user", Content: l.Input}}
	}
	if len(l.Expected) > 0 && string(l.Expected) != "null" {
		r.Expected = plainValue(l.Expected)
	}
	return r, nil
}

// sentence is what is wrong with a row, in words for people.
type sentence string

func (s sentence) Error() string { return string(s) }

// plainJSON is the decoder's error without Go's words.
func plainJSON(err error) string {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return "It is a " + kind.Value + " where an object is expected"
	case errors.As(err, &kind):
		return fmt.Sprintf("%q cannot be a %s", kind.Field, kind.Value)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "The JSON ends in the middle"
	}
	return "This is not the JSON of a row: " + strings.TrimPrefix(err.Error(), "json: ")
}

var rolesOfRows = []string{"system", "user", "assistant"}

// checkRows numbers the rows and says what is wrong with one.
func checkRows(rows []Row) error {
	if len(rows) == 0 {
		return wrongText("There is no row in it.")
	}
	if len(rows) > MaxRows {
		return tooMany()
	}
	for i := range rows {
		r := &rows[i]
		r.Number = i + 1
		if len(r.Messages)+len(r.Variables) == 0 {
			return wrongText("Row %d asks nothing: it has neither a question nor variables.", r.Number)
		}
		for _, m := range r.Messages {
			if !slices.Contains(rolesOfRows, m.Role) {
				return wrongText("Row %d: a message's role is system, user or assistant, not %q.", r.Number, oneLine(m.Role, 40))
			}
			if m.Content == "" {
				return wrongText("Row %d: a message has no content.", r.Number)
			}
		}
		b, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("evaluation: write row %d: %w", r.Number, err)
		}
		if len(b) > MaxRow {
			return wrongText("Row %d has %d KiB; a row has at most %d.", r.Number, len(b)>>10, MaxRow>>10)
		}
	}
	return nil
}
